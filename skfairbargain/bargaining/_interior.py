"""An interior point method for the bargain beside a fixed part, for its hardest problems.

Where no sample helps the players' weighted sum, the length ‖max(Hα, 0)‖ has a kink, and
Newton's method on it may go back and forth. The same minimum in more variables,
α·c + s − Σ log α_k with z ≥ Hα, z ≥ 0 and ‖z‖ ≤ s, is smooth inside its constraints, which
are kept by a logarithmic barrier that is lowered step by step. It takes ten times as long.
"""

import numpy as np

from ._newton import ACCEPTED_RESIDUAL

# From each barrier to the next, and where it ends, which leaves a gap of about 2 n_samples
# times that.
LOWERED = 0.1
LAST_BARRIER = 1e-8
MOST_STEPS = 400
# Share of the barrier below which a Newton step would lower the function no further.
CONVERGED = 1e-16


class State:
    """A point inside the constraints, and the function with a barrier there."""

    def __init__(self, problem, alpha, z, s):
        self.problem, self.alpha, self.z, self.s = problem, alpha, z, s
        self.slack = z - alpha @ problem.players
        self.cone = s * s - z @ z
        inside = min(alpha.min(), z.min(), self.slack.min(), s, self.cone) > 0
        self.inside = bool(inside)

    def value(self, barrier):
        """Return the function; outside the constraints, infinity."""
        if not self.inside:
            return np.inf
        walls = np.log(self.slack).sum() + np.log(self.z).sum() + np.log(self.cone)
        fixed = self.alpha @ self.problem.given + self.s
        return fixed - np.log(self.alpha).sum() - barrier * walls

    def newton(self, barrier):
        """Return the Newton step and the squared decrement."""
        U, alpha, z, s = self.problem.players, self.alpha, self.z, self.s
        steep = barrier / self.slack
        at_alpha = self.problem.given - 1 / alpha + U @ steep
        at_rest = np.append(
            -steep - barrier / z + 2 * barrier * z / self.cone,
            1 - 2 * barrier * s / self.cone,
        )
        bend = steep / self.slack
        # The block of (z, s) is this diagonal and a product of one vector with itself.
        diagonal = np.append(
            bend + barrier / z**2 + 2 * barrier / self.cone, -2 * barrier / self.cone
        )
        ray = np.append(z, -s) * (2 * np.sqrt(barrier) / self.cone)
        by_ray = ray / diagonal
        shrink = 1 + ray @ by_ray

        def solve(right):
            scaled = right / diagonal
            return scaled - np.multiply.outer(scaled @ ray, by_ray) / shrink

        cross = np.pad(-U * bend, ((0, 0), (0, 1)))
        matrix = (U * bend) @ U.T - solve(cross) @ cross.T
        # In units of α, in which no entry of the diagonal is below 1.
        matrix = alpha[:, None] * matrix * alpha
        matrix.flat[:: len(alpha) + 1] += 1
        right = alpha * (cross @ solve(at_rest) - at_alpha)
        # The least change where rounding has made the matrix singular.
        step = alpha * np.linalg.lstsq(matrix, right, rcond=1e-15)[0]
        rest = -solve(at_rest + step @ cross)
        return step, rest, -(at_alpha @ step + at_rest @ rest)

    def moved(self, step, rest, t):
        """Return the state a part t of the step away."""
        return State(
            self.problem,
            self.alpha + t * step,
            self.z + t * rest[:-1],
            self.s + t * rest[-1],
        )


def interior_point(problem, alpha, is_certificate):
    """Solve the bargain from anywhere.

    Parameters
    ----------
    problem : Beside
        Without a pull.
    alpha : ndarray of shape (n_players,)
        Where to begin.
    is_certificate : callable
        ``(alpha, value) -> bool``, whether it shows that there is no agreement.

    Returns
    -------
    alpha : ndarray of shape (n_players,)
    weights : ndarray of shape (n_samples,) or None
        None where α is a certificate.
    """
    z = np.maximum(alpha @ problem.players, 0)
    z += max(z.max(initial=0.0), alpha.min())
    state = State(problem, alpha, z, 2 * np.sqrt(z @ z))
    barrier, best, best_residual = 1.0, state, np.inf
    for _ in range(MOST_STEPS):
        value = state.alpha @ problem.given + problem.length(state.alpha)
        if is_certificate(state.alpha, value):
            return state.alpha, None
        step, rest, squared = state.newton(barrier)
        # As a share of the barrier, whose walls are what bends the function.
        left = max(squared, 0.0) / barrier
        if left < CONVERGED:
            # Low barriers leave α large beside its slack, whose digits are lost one by one.
            weights = barrier / state.slack
            gains = problem.given + problem.players @ weights
            residual = np.abs(1 - state.alpha * gains).max()
            if barrier < 2e-3 and residual < max(best_residual, ACCEPTED_RESIDUAL):
                best, best_residual = (state.alpha, weights), residual
            if barrier <= LAST_BARRIER:
                break
            barrier = max(barrier * LOWERED, LAST_BARRIER)
            continue
        state = _descend(state, step, rest, left, barrier)
    if best_residual == np.inf:
        return state.alpha, barrier / state.slack
    return best


def _descend(state, step, rest, left, barrier):
    """Take the step, or as much of it as lowers the function inside its constraints."""
    here, t = state.value(barrier), 1.0
    while t > 1e-12:
        new = state.moved(step, rest, t)
        # Near the minimum rounding would hide by how little the function falls.
        if new.inside and (left < 0.01 or new.value(barrier) < here):
            return new
        t /= 2
    return state
