"""Follow a direction as far as no player loses by what is applied."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from ._applied import Beside, minimise_beside, newton
from ._arguments import checked_given, finite_array, unit_rows
from ._problems import Orthant
from ._stake import STAKE

# What the direction of length 1 loses at most, in parts per player: a barrier keeps the
# weights away from where a player loses.
LOST = 1e-3
# The barrier's equation need not be met more closely than this.
RESIDUAL = 1e-2
MOST_STEPS = 30


class HarmlessSolution(NamedTuple):
    """How far a direction can be followed without harm.

    Parameters
    ----------
    weights : ndarray of shape (n_samples,), float64
        Non-negative, of length 1 at most. Where no weights serve everybody: the direction's
        own, whomever they harm.
    possible : bool
        Whether there are weights by which every player with a stake gains.
    alpha : ndarray of shape (n_players,)
        Where it is possible, how much each player had to hold against the direction, 0 for
        all where it harms nobody. Otherwise the certificate, as of `AppliedSolution`.
    """

    weights: np.ndarray
    possible: bool
    alpha: np.ndarray


def follow_without_harm(hypergradients, direction, *, given=None, min_stake=STAKE):
    """Find the weights that follow a direction furthest among those that harm no player.

    They maximise ⟨x, v⟩ over v ≥ 0, ‖v‖ ≤ 1 with given_k + ⟨h_k, v⟩ ≥ 0 for all players.

    Parameters
    ----------
    hypergradients : array-like of shape (n_samples, n_players)
        The hypergradients as columns.
    direction : array-like of shape (n_samples,)
        The direction x, such as the hypergradient of a goal.
    given : array-like of shape (n_players,), default=None
        What a fixed part of the step gives each player, as of `nash_bargaining`.
    min_stake : float, default=1e-6
        As of `nash_bargaining`.

    Returns
    -------
    solution : HarmlessSolution

    Raises
    ------
    ValueError
        If a shape is wrong or a value is not finite.

    See Also
    --------
    nash_bargaining : The weights by which every player gains most.

    Notes
    -----
    With c the fixed gains, v = max(Hλ + x, 0) at length 1, where λ ≥ 0 minimises the dual
    ‖max(Hλ + x, 0)‖ + λ·c. λ is found with a barrier Σ log(c_k + ⟨h_k, v⟩), whose minimum
    α = tλ solves the bargain with a pull t x: for t = 0 it is Nash's bargain, for large t
    the goal. The barrier costs at most 1e-3 K of the direction's length.

    Examples
    --------
    The first sample helps the goal most, and harms the second player:

    >>> import numpy as np
    >>> from skfairbargain.bargaining import follow_without_harm
    >>> H = np.array([[1.0, -1.0], [0.0, 1.0]])
    >>> solution = follow_without_harm(H, H[:, 0])
    >>> solution.possible, solution.weights.round(2)
    (True, array([0.71, 0.71]))
    """
    H = finite_array(hypergradients, "hypergradients")
    direction = finite_array(direction, "direction", ndim=1)
    if len(direction) != len(H):
        raise ValueError(
            f"`direction` should have a number for each of the {len(H)} rows of "
            f"`hypergradients`. Got {len(direction)}."
        )
    given = checked_given(given, "weights", H.shape[1])
    players, lengths = unit_rows(H.T)
    pull = unit_rows(np.maximum(direction, 0)[None])[0][0]
    alpha = np.zeros(H.shape[1])
    staked = lengths.staked(min_stake)
    players, lengths = Orthant(players).restrict(staked).players, lengths.restrict(staked)
    fixed = np.zeros(len(players)) if given is None else lengths.ratios(given[staked])
    if pull.any() and (fixed + players @ pull >= 0).all():
        return HarmlessSolution(pull, True, alpha)
    bargain = minimise_beside(Beside(players, fixed), RESIDUAL, 100)
    if not bargain.agreed:
        alpha[staked] = lengths.divide(bargain.alpha)
        return HarmlessSolution(pull, False, alpha)
    weights, held = _barrier(players, fixed, direction, pull, bargain)
    alpha[staked] = lengths.divide(held)
    return HarmlessSolution(weights, True, alpha)


def _barrier(players, fixed, direction, pull, bargain):
    """The weights with the barrier, and α; where Newton's method fails, a safe mixture."""
    unit = unit_rows(direction[None])[0][0]
    times = 1 / (LOST * max(sqrt(np.maximum(unit, 0) @ np.maximum(unit, 0)), LOST))
    problem = Beside(players, fixed, times * unit)
    alpha, *_ = newton(problem, bargain.alpha, RESIDUAL, MOST_STEPS, lambda *_: False)
    weights = problem.weights(alpha)
    if (fixed + players @ weights > 0).all():
        return weights, alpha
    agreed, alone = fixed + players @ bargain.weights, fixed + players @ pull
    harmed = alone < 0
    share = (agreed[harmed] / (agreed[harmed] - alone[harmed])).min(initial=pull.any())
    return (1 - share) * bargain.weights + share * pull, bargain.alpha
