"""The bargain over weights of one training step: what `nash_bargaining` finds, sooner.

A training makes one bargain a step, nearly always an easy one: every player has a stake,
and Newton's method converges from α = 1 in some ten steps. For these the checks of the
arguments and the line search take longer than the mathematics. Wherever anything is out of
the ordinary, `nash_bargaining` decides.
"""

from math import sqrt

import numpy as np
from scipy.linalg.lapack import dposv

from ._applied import SOFTNESS
from ._solver import AppliedSolution, NashSolution, nash_bargaining
from ._stake import STAKE

# Below the 1e-10 where the general solver stops, so that both agree to that.
TOLERANCE = 1e-11
# Newton steps after which there may be no agreement.
PATIENCE = 20
# Lengths whose squares are far inside float64's range, so that no power of two is needed.
SHORTEST, LONGEST = 1e-140, 1e140
# Largest α of unit hypergradients and largest fixed gain: far from where the general solver
# would take the players for opposed.
LARGEST = 1e4


def bargain_of_step(hypergradients, given=None, min_stake=STAKE, gram=None):
    """Find Nash's bargain over non-negative weights, as `nash_bargaining` does.

    Parameters
    ----------
    hypergradients : ndarray of shape (n_samples, n_players), float64
    given : ndarray of shape (n_players,), default=None
    min_stake : float, default=1e-6
        As of `nash_bargaining`.
    gram : ndarray of shape (n_players, n_players), default=None
        HᵀH, where it is known.

    Returns
    -------
    solution : NashSolution or AppliedSolution
        As of ``nash_bargaining(hypergradients=..., feasible="weights", given=given)``, α to
        a relative 1e-10.
    """
    found = None
    if type(hypergradients) is np.ndarray and hypergradients.ndim == 2:
        found = _of_easy_step(hypergradients, given, min_stake, gram)
    if found is not None:
        return found
    return nash_bargaining(
        hypergradients=hypergradients, feasible="weights", given=given, min_stake=min_stake
    )


def _of_easy_step(hypergradients, given, min_stake, gram):
    """The solution where all players have a stake and agree soon, or None."""
    players = hypergradients.T
    with np.errstate(over="ignore", invalid="ignore"):
        gram = players @ hypergradients if gram is None else gram
    lengths = np.sqrt(gram.diagonal())
    shortest, longest = float(lengths.min(initial=np.inf)), float(lengths.max(initial=0.0))
    # NaN compares false.
    if not (SHORTEST < shortest and longest < LONGEST and shortest > min_stake * longest):
        return None
    units = players / lengths[:, None]
    if given is None:
        found = _newton(units, None)
        return found and NashSolution(found[0] / lengths, True, *found[1:3])
    given = given / lengths
    if not np.abs(given).max() < LARGEST:
        return None
    found = _newton(units, given)
    return found and AppliedSolution(found[0] / lengths, bool(found[3].any()), *found[1:])


def _newton(units, given):
    """α, residual, number of steps and weights by damped Newton steps, or None.

    Without a fixed part it minimises ½‖max(Hα, 0)‖² − Σ log α_k, and with one
    α·c + ‖max(Hα, 0)‖ − Σ log α_k, for unit hypergradients. On the ray through α either
    has its least value where α is worth K to the players, and starts each step from there.
    """
    n_players = len(units)
    alpha = np.ones(n_players)
    if given is not None:
        alpha /= 1 + np.maximum(given, 0)
        soft = (SOFTNESS * float(alpha.min())) ** 2
    for n_iter in range(PATIENCE):
        raw = np.maximum(alpha @ units, 0)
        positive = raw > 0
        slopes = units @ raw
        squared = float(raw @ raw)
        if not squared > 0:
            return None
        if given is None:
            scale = sqrt(n_players / squared)
            alpha, gains, length = alpha * scale, slopes * scale, sqrt(n_players)
        else:
            length = sqrt(squared + soft)
            slopes /= length
            gains = given + slopes
            value = float(alpha @ gains)
            if not value > 0:
                return _refused(alpha, n_iter, units) if value <= 0 else None
            alpha, raw = alpha * (n_players / value), raw * (n_players / value)
            length *= n_players / value
        gap = 1 - alpha * gains
        residual = max(float(gap.max()), -float(gap.min()))
        if residual <= TOLERANCE:
            if not float(alpha.max()) < LARGEST:
                return None
            return alpha, residual, n_iter, raw / length
        hessian = (units * positive) @ units.T
        if given is not None:
            hessian = (hessian - slopes[:, None] * slopes) / length
        matrix = alpha[:, None] * hessian * alpha
        matrix.flat[:: n_players + 1] += 1
        _, step, failed = dposv(matrix, gap)
        if failed:
            return None
        decrement = sqrt(max(float(gap @ step), 0.0))
        if decrement > 0.25:
            step /= 1 + decrement
        alpha = alpha * (1 + step)
    return None


def _refused(alpha, n_iter, units):
    """What shows that there is no agreement: a sum of the players that cannot gain."""
    return alpha / alpha.sum(), 1.0, n_iter, np.zeros(units.shape[1])
