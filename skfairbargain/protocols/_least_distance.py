"""The shortest direction with given gains for all players, for MGDA and CAGrad."""

import numpy as np
from scipy.optimize import nnls

from ..bargaining import has_stake

# Players count as impossible to serve together when the largest gain that all can have is
# below this fraction of what the shortest hypergradient gives its own player. Nash's
# bargain goes on to 1e-6; here the roots of squares leave half of float64's digits, and
# the result should be right to 1e-6.
SMALLEST_COMMON_GAIN = 1 / 3162


def unit_columns(gram):
    """Which players have a stake, their norms, and unit vectors with their cosines.

    Returns
    -------
    staked : ndarray of shape (n_players,), dtype bool
    norms : ndarray of shape (n_staked,)
    columns : ndarray of shape (n_staked, n_staked)
        One unit vector per player with a stake.
    """
    norms = np.sqrt(gram.diagonal())
    staked = has_stake(norms)
    norms = norms[staked]
    cosines = gram[np.ix_(staked, staked)] / norms[:, None] / norms
    values, vectors = np.linalg.eigh(cosines)
    return staked, norms, np.sqrt(np.maximum(values, 0))[:, None] * vectors.T


def shortest(columns, bounds):
    """Multipliers λ ≥ 0 of the shortest x with columnsᵀx ≥ bounds, x = columns @ λ.

    None where there is no such x, or none shorter than 3162 times the largest bound.
    Lawson and Hanson's reduction of least distance to non-negative least squares.
    """
    scale = bounds.max(initial=0.0)
    if scale <= 0:
        return None if columns.size == 0 else np.zeros(len(bounds))
    system = np.vstack([columns, bounds / scale])
    solution, _ = nnls(system, np.eye(len(system))[-1], maxiter=100 * len(bounds))
    slack = 1 - system[-1] @ solution
    if slack <= SMALLEST_COMMON_GAIN**2:
        return None
    return solution * scale / slack
