"""Nash's bargaining solution among gradients, by a damped Newton method.

The bargain maximises the product of the players' gains ⟨h_k, d⟩ over a feasible set of
directions d: a ball, or the non-negative part of a ball ("weights"). Either way it is
the minimum of a strictly convex, self-concordant function of α > 0, so Newton's method
with a line search finds it from anywhere, whatever the rank of the hypergradients.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.linalg.lapack import dposv

__all__ = ["NashSolution", "nash_bargaining"]

# A player below this fraction of the largest norm has nothing at stake.
STAKE = 1e-6
# Rounding ends the iteration somewhere; what it reached counts as solved below this.
ACCEPTED_RESIDUAL = 1e-8
# max α · Σα beyond which float64 cannot reach that residual: its rounding is a few 1e-16
# of that product. Σα is above 3162 there, so the convex combination α/Σα of the unit
# hypergradients is shorter than √K/3162: 0 lies in their hull within this tolerance.
LARGEST_PRODUCT = 1e7
# Up to here multiplying by the inactive samples' zeros costs less than leaving them out.
FEW_PLAYERS = 16


class NashSolution(NamedTuple):
    """What the players agreed on, and the evidence for it.

    Parameters
    ----------
    alpha : ndarray of shape (n_players,), float64
        The players' weights. With an agreement the update direction is ``H @ alpha``
        (``feasible="ball"``) or ``max(H @ alpha, 0)`` (``"weights"``). Without one,
        α_k‖h_k‖ are the convex weights (sum 1) of the certificate: the combination of
        the hypergradients' directions that leaves nothing to move along. A player
        without a stake has 0.
    agreed : bool
        Whether every player with a stake gains.
    residual : float
        ``max_k |α_k ⟨h_k, d⟩ - 1|`` over the players with a stake, the smallest that was
        reached. Infinity where the certificate came before any; 0.0 when nobody has a
        stake.
    n_iter : int
        Newton steps taken.
    """

    alpha: np.ndarray
    agreed: bool
    residual: float
    n_iter: int


def nash_bargaining(
    gram=None,
    *,
    hypergradients=None,
    feasible="ball",
    tol=1e-10,
    max_iter=100,
    min_stake=STAKE,
):
    """Settle by Nash's bargain how much each player's hypergradient counts.

    Averaging conflicting gradients lets the large one win. Nash's solution is the only
    one that is Pareto optimal, symmetric, and blind to the scale in which each player
    measures its gain: it maximises the *product* of the gains.

    Parameters
    ----------
    gram : array-like of shape (n_players, n_players), default=None
        Inner products ⟨h_j, h_k⟩ of the hypergradients. Enough for ``feasible="ball"``.
    hypergradients : array-like of shape (n_samples, n_players), default=None
        The hypergradients as columns. Needed for ``feasible="weights"``; may replace
        ``gram`` for the ball. Pass exactly one of the two.
    feasible : {"ball", "weights"}, default="ball"
        The directions bargained over: all with ‖d‖ ≤ √K, or those that are also
        non-negative, which is what sample weights must be.
    tol : float, default=1e-10
        Stop at this residual. Where rounding does not let the residual get so small, the
        smallest one reached is accepted up to 1e-8.
    max_iter : int, default=100
        Most Newton steps. Ten or so are usual.
    min_stake : float, default=1e-6
        Players whose norm is at most this fraction of the largest leave the table:
        blindness to scale would hand them an unbounded weight. 0 keeps every player
        whose hypergradient is not zero, over all 16 orders of magnitude.

    Returns
    -------
    solution : NashSolution
        Named tuple ``(alpha, agreed, residual, n_iter)``. ``agreed=False`` means that no
        feasible direction serves every player with a stake, or that there is none: some
        convex combination of the unit hypergradients (for the weights: its positive
        part) is shorter than √K/3162, which is as near to 0 as float64 can tell at a
        residual of 1e-8. It is also False when ``max_iter`` ran out.

    Raises
    ------
    ValueError
        If neither or both matrices are given, a shape is wrong, a value is not finite,
        `gram` is not symmetric with a non-negative diagonal, or `feasible`, `tol`,
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
    problem, norms = _at_unit_norm(gram, hypergradients, feasible, tol, max_iter, min_stake)
    alpha = np.zeros(len(norms))
    seated = norms > min_stake * norms.max(initial=0.0)
    if not seated.any():
        return NashSolution(alpha, False, 0.0, 0)
    found, agreed, residual, n_iter = _newton(problem.restrict(seated), tol, max_iter)
    alpha[seated] = found / norms[seated]
    return NashSolution(alpha, agreed, residual, n_iter)


def _newton(problem, tol, max_iter):
    """Minimise ½ q(α) − Σ log α for a `_Ball` or a `_Weights`; α in cosine units."""
    alpha, best, best_alpha = np.ones(problem.n_players), np.inf, None
    for n_iter in range(max_iter + 1):
        squared_length, gains, curvature = problem.evaluate(alpha)
        # On the ray through α, f is least where the direction's length is √K.
        length = sqrt(max(squared_length, 0.0))
        if problem.n_players * alpha.max() * alpha.sum() >= LARGEST_PRODUCT * length**2:
            return alpha / alpha.sum(), False, float(best), n_iter
        scale = sqrt(problem.n_players) / length
        alpha = alpha * scale
        gap = 1 - alpha * (gains * scale)
        residual = max(gap.max(), -gap.min())
        at_floor = best <= ACCEPTED_RESIDUAL and residual > best / 2
        if residual < best:
            best, best_alpha = residual, alpha
        if best <= tol or at_floor:
            break
        matrix = alpha[:, None] * curvature * alpha
        matrix.flat[:: problem.n_players + 1] += 1
        _, step, failed = dposv(matrix, gap)
        if failed:
            step = gap
        decrement = sqrt(max(gap @ step, 0.0))
        # Below a decrement of 1/4 the full step converges quadratically.
        if decrement > 0.25:
            step = step * _line_search(problem, alpha, step, 1 / (1 + decrement))
        alpha = alpha * (1 + step)
    agreed = bool(best <= max(tol, ACCEPTED_RESIDUAL))
    if not agreed:
        best_alpha = best_alpha / best_alpha.sum()
    return best_alpha, agreed, float(best), n_iter


def _line_search(problem, alpha, step, t):
    """Return t near the minimum of the convex t ↦ f(α + t α∘step); `t` is safe to start.

    Newton in one variable, held inside the bracket that the slope's sign tells. The step
    may grow far beyond 1: without an agreement f has no minimum and α no bound.
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
        # A lower bound on progress: one that runs off doubles the distance instead.
        if slope < 0:
            t_new = max(t_new, min(2 * t, 0.5 * (t + high)))
        t = t_new if low < t_new < high else 0.5 * (low + high)
    return low if low > 0 else min(t, 0.99 * high)


class _Ball:
    """½ αᵀCα with C the cosines between the players' hypergradients."""

    def __init__(self, cosines):
        self.cosines = cosines
        self.n_players = len(cosines)

    def restrict(self, seated):
        return self if seated.all() else _Ball(self.cosines[np.ix_(seated, seated)])

    def evaluate(self, alpha):
        """Return q(α), half its gradient and half its Hessian."""
        gains = self.cosines @ alpha
        return alpha @ gains, gains, self.cosines

    def along(self, alpha, direction):
        moved = self.cosines @ direction
        start, bend = alpha @ moved, direction @ moved
        return lambda t: (start + t * bend, bend)


class _Weights:
    """½‖max(Hα, 0)‖² with H the unit-norm hypergradients, one row per player."""

    def __init__(self, players):
        self.players = players
        self.n_players = len(players)

    def restrict(self, seated):
        return self if seated.all() else _Weights(self.players[seated])

    def evaluate(self, alpha):
        """Return q(α), half its gradient and half its Hessian."""
        weights = np.maximum(alpha @ self.players, 0)
        positive = weights > 0
        if self.n_players <= FEW_PLAYERS:
            active = self.players * positive
        else:
            active = np.compress(positive, self.players, axis=1)
            weights = weights[positive]
        return weights @ weights, active @ weights, active @ active.T

    def along(self, alpha, direction):
        at_zero, moved = alpha @ self.players, direction @ self.players

        def slope_at(t):
            active = at_zero + t * moved
            active_moved = moved * (active > 0)
            return active_moved @ active, active_moved @ active_moved

        return slope_at


def _at_unit_norm(gram, hypergradients, feasible, tol, max_iter, min_stake):
    """Check every argument; return the problem among unit hypergradients and the norms."""
    if feasible not in ("ball", "weights"):
        raise ValueError(f"`feasible` should be 'ball' or 'weights'. Got {feasible!r}.")
    for name, value in (("tol", tol), ("min_stake", min_stake)):
        if not 0 <= value < 1:
            raise ValueError(f"`{name}` should lie in [0, 1). Got {value!r}.")
    if max_iter < 1:
        raise ValueError(f"`max_iter` should be 1 or more. Got {max_iter!r}.")
    if feasible == "weights" and hypergradients is None:
        raise ValueError(
            "feasible='weights' needs to know which samples pull which way: pass "
            "`hypergradients` of shape (n_samples, n_players) instead of `gram`."
        )
    if (gram is None) == (hypergradients is None):
        raise ValueError("Pass either `gram` or `hypergradients`, and not both.")
    if hypergradients is not None:
        players = _finite_matrix(hypergradients, "hypergradients").T.copy()
        largest = np.abs(players).max(axis=1, initial=0.0)
        # Dividing by the largest entry first keeps the squares in float64's range.
        players /= np.where(largest > 0, largest, 1)[:, None]
        lengths = np.sqrt(np.einsum("kn,kn->k", players, players))
        players /= np.where(lengths > 0, lengths, 1)[:, None]
        problem = _Ball(players @ players.T) if feasible == "ball" else _Weights(players)
        return problem, lengths * largest
    matrix = _finite_matrix(gram, "gram")
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"`gram` should be a square matrix. Got shape {matrix.shape}.")
    diagonal = matrix.diagonal()
    norms = np.sqrt(np.maximum(diagonal, 0))
    safe = np.where(norms > 0, norms, 1)
    cosines = matrix / safe[:, None] / safe
    if (diagonal < 0).any() or np.abs(cosines - cosines.T).max(initial=0.0) > 1e-6:
        raise ValueError(
            "`gram` should be symmetric with a non-negative diagonal, as HᵀH is. "
            f"Got {matrix!r}."
        )
    return _Ball((cosines + cosines.T) / 2), norms


def _finite_matrix(values, name):
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(
            f"`{name}` should be a matrix (two dimensions). Got shape {matrix.shape}."
        )
    if not np.isfinite(matrix).all():
        raise ValueError(f"`{name}` should be finite. It contains NaN or infinity.")
    return matrix
