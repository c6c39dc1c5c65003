"""More digits for the bargain beside a fixed part, where float64 has too few for α.

Where players are nearly opposed, α is up to 1e7, and the rounding of its last digit moves
max(Hα, 0)/‖max(Hα, 0)‖ by enough to be seen in the gains. The weights themselves have no
such trouble: so α gets the digits of long double, and the weights are then rounded once.
"""

import numpy as np
from scipy.linalg.lapack import dposv

# Each step gains the three or more digits that the matrix has in float64.
MOST_STEPS = 8


def polished(problem, alpha, enough):
    """Newton's method in long double, from a solution that float64 cannot improve.

    Parameters
    ----------
    problem : Beside
        Without a pull.
    alpha : ndarray of shape (n_players,)
        As near as float64 came.
    enough : float
        Residual to stop at.

    Returns
    -------
    alpha : ndarray of shape (n_players,), float64
    weights : ndarray of shape (n_samples,), float64
        Of the α before it is rounded.
    residual : float
        ``max_k |α_k (c_k + ⟨h_k, v⟩) - 1|`` of the two as they are returned. Where long
        double is float64, as on Windows, about the one before.
    """
    players = problem.players.astype(np.longdouble)
    given = problem.given.astype(np.longdouble)
    found, best = None, np.inf
    alpha = alpha.astype(np.longdouble)
    for _ in range(MOST_STEPS):
        raw = alpha @ players
        active = players * (raw > 0)
        raw = np.maximum(raw, 0)
        length = np.sqrt(raw @ raw + np.longdouble(problem.soft))
        weights = (raw / length).astype(np.float64)
        rounded = alpha.astype(np.float64)
        residual = float(np.abs(1 - rounded * (given + players @ weights)).max())
        if residual < best:
            found, best = (rounded, weights), residual
        if best <= enough:
            break
        slopes = active @ raw / length
        hessian = (active @ active.T - np.outer(slopes, slopes)) / length
        matrix = (alpha[:, None] * hessian * alpha).astype(np.float64)
        matrix.flat[:: len(alpha) + 1] += 1
        gap = (1 - alpha * (given + slopes)).astype(np.float64)
        _, step, failed = dposv(matrix, gap)
        if failed or np.abs(step).max() > 0.5:  # not where Newton's method is at its end
            break
        alpha = alpha * (1 + step.astype(np.longdouble))
    return *found, best
