"""Non-negative weights beside a fixed part: the convex function that their bargain adds.

A fixed part of the step gives player k a gain of c_k, which may be negative, whatever the
weights v ≥ 0, ‖v‖ ≤ 1. The bargain minimises α·c + ‖max(Hα, 0)‖ − Σ log α_k, and
c_k + ⟨h_k, v⟩ = 1/α_k for v = max(Hα, 0)/‖max(Hα, 0)‖. A pull x replaces Hα by Hα + x:
then v maximises ⟨x, v⟩ + Σ log(c_k + ⟨h_k, v⟩).
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.linalg.lapack import dposv

from ._interior import interior_point
from ._newton import ACCEPTED_RESIDUAL, ROUNDING, line_search
from ._polish import polished

# The length is rounded off by this, in units of the smallest α, where no sample helps the
# players' weighted sum and it would have a kink. ‖v‖ is below 1 there.
SOFTNESS = 1e-6
# Newton steps after which the interior point method takes over.
PATIENCE = 30
# What no weights can give all players is no agreement, in units of their hypergradients.
SMALLEST_GAIN = 1e-6


class Beside:
    """The function α·c + ‖max(Hα + x, 0)‖ of non-negative weights beside a fixed part.

    Parameters
    ----------
    players : ndarray of shape (n_players, n_samples)
        The unit-norm hypergradients Hᵀ, one row per player.
    given : ndarray of shape (n_players,)
        What the fixed part gives each player, in units of its hypergradient's length.
    pull : ndarray of shape (n_samples,) or float, default=0.0
        The direction x.
    """

    def __init__(self, players, given, pull=0.0):
        self.players = players
        self.given = given
        self.pull = pull
        self.n_players = len(players)
        self.soft = (SOFTNESS / (1 + np.maximum(given, 0).max())) ** 2

    def weights(self, alpha):
        """Return v, of length 1 or less."""
        raw = np.maximum(alpha @ self.players + self.pull, 0)
        return raw / sqrt(raw @ raw + self.soft)

    def length(self, alpha):
        """Return ‖max(Hα + x, 0)‖, rounded off at zero."""
        raw = np.maximum(alpha @ self.players + self.pull, 0)
        return sqrt(raw @ raw + self.soft)

    def evaluate(self, alpha):
        """Return the value, the gains, which are its gradient, and its Hessian."""
        raw = alpha @ self.players + self.pull
        active = self.players * (raw > 0)
        raw = np.maximum(raw, 0)
        length = sqrt(raw @ raw + self.soft)
        slopes = (active @ raw) / length
        hessian = (active @ active.T - slopes[:, None] * slopes) / length
        return alpha @ self.given + length, self.given + slopes, hessian

    def along(self, alpha, direction):
        """Return the function t ↦ slope and curvature of the value at α + t direction."""
        at_zero, moved = alpha @ self.players + self.pull, direction @ self.players
        constant = self.given @ direction

        def slope_at(t):
            active = np.maximum(at_zero + t * moved, 0)
            moved_active = moved * (active > 0)
            length = sqrt(active @ active + self.soft)
            slope = (moved_active @ active) / length
            bend = (moved_active @ moved_active - slope**2) / length
            return constant + slope, max(bend, 0.0)

        return slope_at


class Found(NamedTuple):
    """What `minimise_beside` found.

    Parameters
    ----------
    alpha : ndarray of shape (n_players,)
        The minimum; without one, convex weights (sum 1) of the certificate.
    agreed : bool
        Whether there is a minimum.
    residual : float
    n_iter : int
    weights : ndarray of shape (n_samples,)
        The v of the minimum; zeros without one.
    """

    alpha: np.ndarray
    agreed: bool
    residual: float
    n_iter: int
    weights: np.ndarray


def minimise_beside(problem, tol, max_iter):
    """Minimise the function less Σ log α_k, or show that it has no minimum.

    Parameters
    ----------
    problem : Beside
        Without a pull.
    tol, max_iter :
        As in `nash_bargaining`.

    Returns
    -------
    found : Found
    """
    sizes = 1 + np.abs(problem.given)

    def is_certificate(alpha, value):
        """Whether the players' sum cannot gain: the smallest gain is no more than its."""
        total = SMALLEST_GAIN * sqrt(problem.n_players) * alpha.sum()
        return value <= max(total, 10 * ROUNDING * (alpha @ sizes))

    alone = _hopeless_player(problem)
    if alone is not None:
        return _refusal(problem, alone, 1.0, 0)
    start = 1 / (1 + np.maximum(problem.given, 0))
    alpha, residual, n_iter, refused = newton(
        problem, start, tol, min(max_iter, PATIENCE), is_certificate
    )
    if refused:
        return _refusal(problem, alpha, residual, n_iter)
    weights = problem.weights(alpha)
    if residual <= max(tol, ACCEPTED_RESIDUAL):
        return Found(alpha, True, float(residual), n_iter, weights)
    allowed = max(tol, allowed_residual(problem, alpha))
    # Newton's method goes back and forth where ‖max(Hα, 0)‖ is nearly zero.
    stuck = residual > allowed or weights @ weights < 0.99
    if stuck and max_iter > PATIENCE:
        alpha, weights = interior_point(problem, start, is_certificate)
        if weights is None:
            return _refusal(problem, alpha, 1.0, n_iter)
        gains = problem.given + problem.players @ weights
        residual = np.abs(1 - alpha * gains).max()
        allowed = max(tol, allowed_residual(problem, alpha))
        if residual <= allowed:
            # The weights are within the constraints, and their gains have all digits.
            alpha = 1 / gains
            residual = np.abs(1 - alpha * gains).max()
    elif residual <= allowed:
        alpha, weights, residual = polished(problem, alpha, ACCEPTED_RESIDUAL / 10)
    if residual > allowed:
        return _refusal(problem, alpha, min(residual, 1.0), n_iter)
    return Found(alpha, True, float(residual), n_iter, weights)


def newton(problem, alpha, tol, max_iter, is_certificate):
    """Newton's method with a line search, from `alpha`.

    Parameters
    ----------
    problem : Beside
    alpha : ndarray of shape (n_players,)
    tol, max_iter :
        As in `nash_bargaining`.
    is_certificate : callable
        ``(alpha, value) -> bool``, whether to give up at this α.

    Returns
    -------
    alpha : ndarray of shape (n_players,)
        The best, or the one to give up at.
    residual : float
    n_iter : int
    refused : bool
        Whether it gave up.
    """
    best, best_alpha, stalls = np.inf, alpha, 0
    for n_iter in range(max_iter + 1):
        value, gains, hessian = problem.evaluate(alpha)
        if is_certificate(alpha, value):
            return alpha, min(best, 1.0), n_iter, True
        gap = 1 - alpha * gains
        residual = max(gap.max(), -gap.min())
        stalls = stalls + 1 if residual > best / 2 else 0
        if residual < best:
            best, best_alpha = residual, alpha
        if best <= tol or (stalls > 1 and best <= allowed_residual(problem, best_alpha)):
            break
        matrix = alpha[:, None] * hessian * alpha
        matrix.flat[:: problem.n_players + 1] += 1
        _, step, failed = dposv(matrix, gap)
        if failed:  # by the curvature's rounding, where α is at the end of its range
            break
        decrement = sqrt(max(gap @ step, 0.0))
        if decrement > 0.25:
            step = step * line_search(problem, alpha, step, 1 / (1 + decrement))
        alpha = alpha * (1 + step)
    return best_alpha, best, n_iter, False


def allowed_residual(problem, alpha):
    """The residual that counts as solved: 1e-8, or what rounding leaves up to a tenth."""
    sizes = 1 + np.abs(problem.given) + alpha.sum() / problem.length(alpha)
    return max(ACCEPTED_RESIDUAL, min(ROUNDING * (alpha * sizes).max(), 0.1))


def _hopeless_player(problem):
    """α of the one player who cannot gain whatever the weights, if there is one."""
    least = 10 * ROUNDING * (1 + np.abs(problem.given))
    (needy,) = np.nonzero(problem.given <= least)
    if len(needy) == 0:  # the fixed part serves them all
        return None
    positive = np.maximum(problem.players[needy], 0)
    most = problem.given[needy] + np.sqrt(np.einsum("kn,kn->k", positive, positive))
    worst = int(np.argmin(most))
    if most[worst] > least[needy[worst]]:
        return None
    return np.eye(problem.n_players)[needy[worst]]


def _refusal(problem, alpha, residual, n_iter):
    nothing = np.zeros(problem.players.shape[1])
    return Found(alpha / alpha.sum(), False, float(residual), n_iter, nothing)
