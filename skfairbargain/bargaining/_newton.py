"""A damped Newton method for the bargain's convex function of α."""

from math import sqrt

import numpy as np
from scipy.linalg.lapack import dposv

# Rounding ends the iteration somewhere; what it reached counts as solved below this.
ACCEPTED_RESIDUAL = 1e-8
# A gain ⟨h_k, d⟩ of unit hypergradients is off by at most this fraction of Σα: the rounding
# unit of float64 for each of 900 terms (longer sums are added up in blocks).
ROUNDING = 1e-13
# max α · Σα beyond which no gain is known to be positive: the smallest, 1/max α, is less
# than ten times its rounding bound. Σα is above 1e6 there, so the convex combination α/Σα
# of the unit hypergradients is shorter than √K/1e6: 0 lies in their hull within that.
LARGEST_PRODUCT = 0.1 / ROUNDING


def minimise(problem, tol, max_iter):
    """Minimise ½ q(α) − Σ log α_k, or show that it has no minimum.

    Parameters
    ----------
    problem : Ball or Orthant
        Among unit-norm hypergradients.
    tol, max_iter :
        As in `nash_bargaining`.

    Returns
    -------
    alpha : ndarray of shape (n_players,)
        The minimum; without one, convex weights (sum 1) of the certificate.
    agreed : bool
        Whether there is a minimum.
    residual : float
    n_iter : int
    """
    alpha, best, best_alpha = np.ones(problem.n_players), np.inf, None
    accepted, stalls = ACCEPTED_RESIDUAL, 0
    for n_iter in range(max_iter + 1):
        squared_length, gains, curvature = problem.evaluate(alpha)
        # On the ray through α, f is least where the direction's length is √K.
        length = sqrt(max(squared_length, 0.0))
        product = problem.n_players * alpha.max() * alpha.sum()
        if product >= LARGEST_PRODUCT * length**2:
            # A direction of zero, where none was better, is off by 1.
            return alpha / alpha.sum(), False, float(min(best, 1.0)), n_iter
        scale = sqrt(problem.n_players) / length
        alpha = alpha * scale
        gap = 1 - alpha * (gains * scale)
        residual = max(gap.max(), -gap.min())
        stalls = stalls + 1 if residual > best / 2 else 0
        if residual < best:
            best, best_alpha = residual, alpha
            accepted = max(ACCEPTED_RESIDUAL, ROUNDING * product / length**2)
        if best <= tol or (best <= accepted and stalls > 1):
            break
        matrix = alpha[:, None] * curvature * alpha
        matrix.flat[:: problem.n_players + 1] += 1
        # It cannot fail: no eigenvalue is below 1, no entry above LARGEST_PRODUCT.
        _, step, _ = dposv(matrix, gap)
        decrement = sqrt(max(gap @ step, 0.0))
        # Below a decrement of 1/4 the full step converges quadratically.
        if decrement > 0.25:
            step = step * line_search(problem, alpha, step, 1 / (1 + decrement))
        alpha = alpha * (1 + step)
    agreed = bool(best <= max(tol, accepted))
    if not agreed:
        best_alpha = best_alpha / best_alpha.sum()
    return best_alpha, agreed, float(best), n_iter


def line_search(problem, alpha, step, t):
    """Return t near the minimum of the convex t ↦ f(α + t α∘step), from a feasible `t`.

    Newton's method in one variable, kept inside a bracket that the sign of the slope
    narrows. t may grow far beyond 1: without an agreement f has no minimum and α no bound.
    """
    slope_at = problem.along(alpha, alpha * step)
    shrink = -step.min()
    low, high = 0.0, 1 / shrink if shrink > 0 else 1e6
    for _ in range(20):
        ratio = step / (1 + t * step)
        slope, bend = slope_at(t)
        slope, bend = slope - ratio.sum(), bend + ratio @ ratio
        if slope < 0:
            low = t
        else:
            high = t
        if slope * slope <= 0.01 * bend:
            break
        t_new = t - slope / bend
        # At least double t while f falls, so that a minimum far away is reached soon.
        if slope < 0:
            t_new = max(t_new, min(2 * t, 0.5 * (t + high)))
        t = t_new if low < t_new < high else 0.5 * (low + high)
    return low if low > 0 else min(t, 0.99 * high)
