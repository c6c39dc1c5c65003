"""Aggregators of multi-task learning as protocols, to compare with Nash's bargain."""

import zlib

import numpy as np
from scipy.optimize import nnls
from scipy.special import logsumexp

from ..bargaining import STAKE
from ._base import Protocol

__all__ = ["MGDA", "CAGrad", "GeneralizedMean", "PCGrad"]

# Players whose common gain is below this fraction of what the weakest could gain alone
# cannot be served together, by about the measure of Nash's bargain: the squares in gram
# leave half of float64's digits, and what is left of them should be right to 1e-6.
SMALLEST_COMMON_GAIN = 1 / 3162


class GeneralizedMean(Protocol):
    """Lower the power mean of the group losses: between the average and the worst group.

    With power 1 it is the average (`LtR`); the larger the power, the more the groups with
    large losses count; towards infinity it is the worst group alone (`MetaGDRO`). Unlike
    the worst group, the mean is smooth, so that groups with nearly equal losses do not
    take turns. It looks at losses only, so it fails where hypergradients conflict: a group
    with a large loss drives the step, whomever it costs. Powers below 1 favor the groups
    that are served well already; 0 (the geometric mean) counts relative gains.

    Parameters
    ----------
    power : float, default=2.0
        The exponent p, from −1000 to 1000.

    Notes
    -----
    With M_p = (Σ_k L_k^p / K)^{1/p}, β_k = ∂M_p/∂L_k = (L_k / M_p)^{p − 1} / K. Losses must
    not be negative. Those below 2e-16 of the largest count as that, which keeps powers
    below 1 finite; where all are zero, β_k = 1/K.

    References
    ----------
    Bullen, "Handbook of Means and Their Inequalities", 2003. Appendix A.2 of Zeng et al.
    (NeurIPS 2024) compares it with the bargain without naming the power.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import GeneralizedMean
    >>> losses = np.array([1.0, 7.0])
    >>> GeneralizedMean(power=1).weights(losses, np.eye(2))
    array([0.5, 0.5])
    >>> GeneralizedMean(power=2).weights(losses, np.eye(2))  # M_2 = 5
    array([0.1, 0.7])
    """

    def __init__(self, power=2.0):
        self.power = power

    def weights(self, losses, gram):
        """See `Protocol.weights`.

        Raises
        ------
        ValueError
            If a loss is negative or `power` is out of range.
        """
        if not -1000 <= self.power <= 1000:
            raise ValueError(
                "`power` should lie between -1000 and 1000; MetaGDRO() is its limit at "
                f"infinity. Got {self.power!r}."
            )
        smallest, largest = losses.min(), losses.max()
        if smallest < 0:
            raise ValueError(
                "GeneralizedMean needs losses of 0 or more, or their power is not "
                f"defined. Got {smallest}. Use a meta_loss that cannot be negative."
            )
        n_players = len(losses)
        if largest == 0:
            return np.full(n_players, 1 / n_players)
        logs = np.log(np.maximum(losses / largest, np.finfo(np.float64).eps))
        if self.power == 0:
            log_mean = logs.mean()
        else:
            log_sum = logsumexp(self.power * logs)
            log_mean = (log_sum - np.log(n_players)) / self.power
        return np.exp((self.power - 1) * (logs - log_mean)) / n_players


class PCGrad(Protocol):
    """Take out of each player's hypergradient what works against another one.

    Player i meets the others one after the other, and each time it points against one, it
    is projected onto the plane at right angles to that one; the results are added up. Two
    players never lose by it. With three or more, a later projection can bring an
    earlier conflict back, and the sum may conflict with someone. Longer hypergradients
    weigh more.

    Parameters
    ----------
    random_state : int, default=0
        Chooses the orders in which players meet; they matter for three and more.

    Notes
    -----
    The authors draw new orders at every step from a global generator. Here the orders are
    drawn from `random_state` and a checksum of gram: they change from step to step, so
    that nobody is always met last, and still the same gram always gives the same β; a
    clone or a repeated run does the same. As in the authors' code β is the sum of the
    projected players, not their mean. Players with a hypergradient of zero are passed over.

    References
    ----------
    Yu et al., "Gradient Surgery for Multi-Task Learning", NeurIPS 2020, Algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import PCGrad
    >>> H = np.array([[1.0, -1.0], [0.0, 1.0]])
    >>> beta = PCGrad().weights(np.ones(2), H.T @ H)
    >>> beta  # h₁ + h₂/2 and h₂ + h₁
    array([2. , 1.5])
    >>> H.T @ H @ beta
    array([0.5, 1. ])
    """

    acts_on = "players"

    def __init__(self, random_state=0):
        self.random_state = random_state

    def weights(self, losses, gram):
        """See `Protocol.weights`."""
        rng = np.random.default_rng([self.random_state, zlib.crc32(gram.tobytes())])
        n_players = len(gram)
        orders = np.tile(np.arange(n_players), (n_players, 1))
        return _project_in_turn(gram, rng.permuted(orders, axis=1))


class MGDA(Protocol):
    """Follow the shortest convex combination of the hypergradients.

    It is the direction of the largest gain that all players can have *equally*, in their
    own units: everybody who counts gains ‖d‖², the others more. So it cannot hurt anybody,
    and it is None exactly where no direction serves all. It fails by being led by the
    smallest hypergradient: a player that is nearly done sets the pace for all, where
    Nash's bargain does not care about units.

    Notes
    -----
    β minimises ‖Hβ‖² over β ≥ 0, Σβ = 1; equivalently, d/‖d‖² is the shortest direction
    with ⟨h_k, d⟩ ≥ 1 for all k. Found exactly, by non-negative least squares, where the
    authors' Frank–Wolfe iteration stops within a tolerance. Players whose hypergradient is
    shorter than 1e-6 of the longest leave the table, as in `Nash`; by the definition they
    would end the descent. The authors of the multi-task version also offer to divide by
    losses or norms first, which is left out.

    References
    ----------
    Désidéri, "Multiple-Gradient Descent Algorithm (MGDA) for Multiobjective Optimization",
    2012. Sener and Koltun, "Multi-Task Learning as Multi-Objective Optimization", NeurIPS
    2018. Lawson and Hanson, "Solving Least Squares Problems", 1974, chapter 23.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import MGDA
    >>> H = np.diag([1.0, 2.0])
    >>> beta = MGDA().weights(np.ones(2), H.T @ H)
    >>> beta
    array([0.8, 0.2])
    >>> H.T @ H @ beta  # both gain the same
    array([0.8, 0.8])
    """

    acts_on = "players"

    def weights(self, losses, gram):
        """See `Protocol.weights`."""
        seated, norms, columns = _unit_columns(gram)
        multipliers = _shortest(columns, norms.min(initial=np.inf) / norms)
        if multipliers is None:
            return None
        beta = np.zeros(len(gram))
        beta[seated] = multipliers / norms
        return beta / beta.sum()


class CAGrad(Protocol):
    """Stay near the average direction, and within that serve whoever gains least.

    The direction is the one in a ball around the average hypergradient with the largest
    smallest gain. With a small radius it is the average (`LtR` over the players); from a
    radius of 1 on it can serve everybody wherever that is possible. Below 1 it may have to
    hurt somebody, and long hypergradients count more, in the average and in gains.

    Parameters
    ----------
    c : float, default=0.5
        Radius of the ball in units of the average's length, 0 or more.

    Notes
    -----
    With g₀ = Σ h_k/K, d maximises min_k ⟨h_k, d⟩ subject to ‖d − g₀‖ ≤ c‖g₀‖, and β_k =
    1/K + u_k with u ≥ 0 the multipliers: ‖Hu‖ = c‖g₀‖, and u_k > 0 only for players with
    the smallest gain. It is found exactly, as the zero of a convex function of that gain,
    where the authors call a general optimizer for the dual; in some versions they also
    divide d by 1 + c² or 1 + c, which changes its length only. Where the best that all can
    have is a gain of 0, d is the nearest direction to g₀ that hurts nobody; None if that
    is to stand still, and if g₀ is zero. Players whose hypergradient is shorter than 1e-6
    of the longest do not count as the one who gains least.

    References
    ----------
    Liu et al., "Conflict-Averse Gradient Descent for Multi-task Learning", NeurIPS 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import CAGrad
    >>> H = np.array([[4.0, -1.0], [0.0, 1.0]])
    >>> (H.T @ H @ CAGrad(c=0).weights(np.ones(2), H.T @ H)).round(3)
    array([ 6., -1.])
    >>> (H.T @ H @ CAGrad(c=0.9).weights(np.ones(2), H.T @ H)).round(3)
    array([1.975, 1.012])
    """

    acts_on = "players"

    def __init__(self, c=0.5):
        self.c = c

    def weights(self, losses, gram):
        """See `Protocol.weights`.

        Raises
        ------
        ValueError
            If `c` is negative or not finite.
        """
        if not 0 <= self.c < np.inf:
            raise ValueError(f"`c` should be 0 or more, and finite. Got {self.c!r}.")
        n_players = len(gram)
        average = np.full(n_players, 1 / n_players)
        length = np.sqrt(max(gram.mean(), 0.0))
        longest = np.sqrt(gram.diagonal().max())
        if length <= SMALLEST_COMMON_GAIN * longest:
            return None
        if self.c == 0:
            return average
        # In units of the longest hypergradient nothing under- or overflows.
        seated, norms, columns = _unit_columns(gram)
        gains = gram[seated].mean(axis=1) / longest**2
        multipliers = _within_ball(
            columns, norms / longest, gains, self.c * length / longest
        )
        if multipliers is None:
            return None
        beta = average
        beta[seated] += multipliers
        # For c ≥ 1 the ball holds 0, and standing still may be the best that all can have.
        stands_still = beta @ gram @ beta <= (SMALLEST_COMMON_GAIN * length) ** 2
        return None if stands_still else beta


def _project_in_turn(gram, orders):
    """Sum of the projected players; row i of `orders` is whom player i meets, in order."""
    players = np.arange(len(gram))
    squares = np.where(gram.diagonal() > 0, gram.diagonal(), 1)
    weights = np.eye(len(gram))
    for met in orders.T:
        products = np.einsum("ij,ij->i", weights, gram[met])
        against = (products < 0) & (met != players)
        weights[players, met] -= np.where(against, products / squares[met], 0)
    return weights.sum(axis=0)


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


def _within_ball(columns, norms, gains, radius):
    """CAGrad's multipliers u: the correction Hu of length `radius` to the average.

    To give everybody a gain of t the shortest correction has length ρ(t), convex in t, with
    slope Σu/ρ. Newton's method finds ρ(t) = radius from above without overshooting.
    """
    common = _shortest(columns, norms.min() / norms)
    # No convex combination w of the players can gain more than ⟨Hw, d⟩: bounds on t.
    gain = (gains + radius * norms).min()
    if common is None:
        gain = min(gain, 0.0)
    else:
        convex = common / norms
        convex /= convex.sum()
        shortest = np.linalg.norm(columns @ (convex * norms))
        gain = min(gain, convex @ gains + radius * shortest)
    for _ in range(100):
        scaled = _shortest(columns, (gain - gains) / norms)
        if scaled is None:
            return None
        multipliers = scaled / norms
        length = np.linalg.norm(columns @ scaled)
        if length <= radius * (1 + 1e-12):
            break
        gain -= (length - radius) * length / multipliers.sum()
    return multipliers
