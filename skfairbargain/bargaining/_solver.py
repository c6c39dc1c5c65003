"""Nash's bargaining solution among gradients.

The bargain maximises the product of the players' gains ⟨h_k, d⟩ over a feasible set of
directions d: a ball, or the non-negative part of a ball ("weights"). Either way it is
the minimum of a strictly convex, self-concordant function of α > 0, so Newton's method
with a line search finds it from anywhere, whatever the rank of the hypergradients.
"""

from typing import NamedTuple

import numpy as np

from ._applied import Beside, minimise_beside
from ._arguments import check_settings, checked_given, problem_and_lengths
from ._newton import minimise
from ._stake import STAKE


class NashSolution(NamedTuple):
    """What the players agreed on, and the evidence for it.

    Parameters
    ----------
    alpha : ndarray of shape (n_players,), float64
        The players' bargaining weights. With an agreement the update direction is
        ``H @ alpha`` (``feasible="ball"``) or ``max(H @ alpha, 0)`` (``"weights"``).
        Without one, α_k‖h_k‖ are the convex weights (sum 1) of the certificate: a
        combination of the unit hypergradients (``"weights"``: its positive part) that is
        zero within tolerance. A player without a stake has 0. Where hypergradients are so
        short (below about 1e-308) that α is beyond float64's range, all of it is divided
        by one power of two: the direction keeps its direction, not its length.
    agreed : bool
        Whether there are players with a stake, and every one of them gains.
    residual : float
        ``max_k |α_k ⟨h_k, d⟩ - 1|`` over the players with a stake, the smallest that was
        reached; at most 1.0 where a certificate was found, 0.0 when nobody has a stake.
    n_iter : int
        Newton steps taken.
    """

    alpha: np.ndarray
    agreed: bool
    residual: float
    n_iter: int


class AppliedSolution(NamedTuple):
    """What the players agreed on beside a fixed part, which gives each of them something.

    Parameters
    ----------
    alpha, agreed, residual, n_iter :
        As of `NashSolution`, with the gains ``given_k + ⟨h_k, v⟩ = 1/alpha_k``. Without an
        agreement α_k‖h_k‖ are the convex weights of the certificate: by no v ≥ 0 of length
        1 does this combination of the players gain, so one of them does not.
    weights : ndarray of shape (n_samples,), float64
        The v agreed on, ``max(H @ alpha, 0)`` at length 1; zeros without an agreement.
        Shorter where no sample helps the sum ``H @ alpha`` and the fixed part does better.
    """

    alpha: np.ndarray
    agreed: bool
    residual: float
    n_iter: int
    weights: np.ndarray


def nash_bargaining(
    gram=None,
    *,
    hypergradients=None,
    feasible="ball",
    given=None,
    tol=1e-10,
    max_iter=100,
    min_stake=STAKE,
):
    """Find by Nash's bargaining solution how much each player's hypergradient counts.

    In an average of conflicting gradients the longest one decides. Nash's solution is the
    only one that is Pareto optimal, symmetric, independent of irrelevant alternatives, and
    independent of the scale in which each player measures its gain: it maximises the
    *product* of the gains.

    Parameters
    ----------
    gram : array-like of shape (n_players, n_players), default=None
        Inner products ⟨h_j, h_k⟩ of the hypergradients. Enough for ``feasible="ball"``.
    hypergradients : array-like of shape (n_samples, n_players), default=None
        The hypergradients as columns. Needed for ``feasible="weights"``; may replace
        ``gram`` for the ball. Pass exactly one of the two.
    feasible : {"ball", "weights"}, default="ball"
        The directions bargained over: all with ‖d‖ ≤ √K, or those that are also
        non-negative, as training weights must be.
    given : array-like of shape (n_players,), default=None
        With ``feasible="weights"``: what a fixed part of the step gives each player beside
        the weights bargained over, negative where it works against the player. The
        players bargain over the sum, given_k + ⟨h_k, v⟩, with v ≥ 0 and ‖v‖ ≤ 1.
    tol : float, default=1e-10
        Stop at this residual. Where rounding keeps the residual from getting so small, the
        smallest one reached is accepted up to 1e-8; and up to its own rounding bound,
        1e-13 max α · Σα for unit hypergradients, where that is larger: players so nearly
        opposed gain next to nothing, but they gain.
    max_iter : int, default=100
        Largest number of Newton steps. About ten are usual.
    min_stake : float, default=1e-6
        Players whose norm is at most this fraction of the largest have no stake: they are
        left out and get α_k = 0, since independence of scale would give them an unbounded
        weight. 0 keeps every player whose hypergradient is not zero.

    Returns
    -------
    solution : NashSolution
        Named tuple ``(alpha, agreed, residual, n_iter)``. ``agreed=False`` means that no
        feasible direction serves every player with a stake, or that nobody has one: some
        convex combination of the unit hypergradients (for the weights: its positive
        part) is shorter than √K/1e6, so that no direction of length 1 gives every player
        a gain above that. Gains beyond it are larger than ten times their rounding bound
        in float64, and are agreements. It is also False when ``max_iter`` ran out.

    Raises
    ------
    ValueError
        If neither or both matrices are given, a shape is wrong, a value is not finite,
        `gram` is not symmetric or has a negative eigenvalue, or `feasible`, `tol`,
        `max_iter` or `min_stake` is out of range.

    See Also
    --------
    skfairbargain.protocols.Nash : This bargain as a protocol of the estimator.

    Notes
    -----
    With H the matrix of hypergradients, K its columns and ``gram`` = HᵀH, the solution
    over the ball is d = Hα with gram α = 1/α, α > 0, and ‖d‖ = √K. It is the minimum of

        f(α) = ½ αᵀ gram α − Σ_k log α_k .

    Over the weights it is w = max(Hα, 0) with Hᵀw = 1/α, the minimum of
    ½‖max(Hα, 0)‖² − Σ_k log α_k, so ⟨h_k, w⟩ = 1/α_k > 0 still holds after clipping. With
    A = diag(α), a step solves (A gram A + I) p = 1 − A gram α, a matrix whose
    eigenvalues are at least 1: no linear independence is needed. (For the weights, gram
    is that of the rows where Hα > 0.) All of it happens on unit-norm hypergradients.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024,
    Theorems 3.1 and 3.2, Corollaries 3.3 and 3.4. Nash, "Two-Person Cooperative Games",
    Econometrica 1953. That no direction serves all exactly when 0 lies in the convex
    hull is Gordan's theorem.

    Examples
    --------
    Two players at right angles gain equally, however unequal their scales:

    >>> import numpy as np
    >>> from skfairbargain.bargaining import nash_bargaining
    >>> H = np.array([[1.0, 0.0], [0.0, 100.0]])
    >>> solution = nash_bargaining(H.T @ H)
    >>> solution.alpha
    array([1.  , 0.01])
    >>> H @ solution.alpha
    array([1., 1.])

    Exactly opposed players cannot agree:

    >>> nash_bargaining([[1, -1], [-1, 1]]).agreed
    False
    """
    check_settings(feasible, tol, max_iter, min_stake)
    problem, lengths = problem_and_lengths(gram, hypergradients, feasible)
    given = checked_given(given, feasible, len(lengths.mantissas))
    staked = lengths.staked(min_stake)
    alpha = np.zeros(len(staked))
    if not staked.any():
        nobody = NashSolution(alpha, False, 0.0, 0)
        return nobody if given is None else AppliedSolution(*nobody, problem.nothing())
    problem, lengths = problem.restrict(staked), lengths.restrict(staked)
    if given is None:
        found, agreed, residual, n_iter = minimise(problem, tol, max_iter)
    else:
        beside = Beside(problem.players, lengths.ratios(given[staked]))
        found, agreed, residual, n_iter, weights = minimise_beside(beside, tol, max_iter)
    alpha[staked] = lengths.divide(found)
    if given is None:
        return NashSolution(alpha, agreed, residual, n_iter)
    return AppliedSolution(alpha, agreed, residual, n_iter, weights)
