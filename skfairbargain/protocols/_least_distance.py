"""The shortest direction that gives every player its due, for MGDA and CAGrad."""

import numpy as np
from scipy.optimize import nnls

from ..bargaining import STAKE

# Players whose common gain is below this fraction of what the weakest could gain alone
# cannot be served together, by about the measure of Nash's bargain: the squares in gram
# leave half of float64's digits, and what is left of them should be right to 1e-6.
SMALLEST_COMMON_GAIN = 1 / 3162


def _unit_columns(gram):
    """Who has a stake, their norms, and unit vectors with their cosines, as columns."""
    norms = np.sqrt(gram.diagonal())
    seated = norms > STAKE * norms.max(initial=0.0)
    norms = norms[seated]
    cosines = gram[np.ix_(seated, seated)] / norms[:, None] / norms
    values, vectors = np.linalg.eigh(cosines)
    return seated, norms, np.sqrt(np.maximum(values, 0))[:, None] * vectors.T


def _shortest(columns, bounds):
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
