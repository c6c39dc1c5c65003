"""CAGrad: the direction near the average with the largest smallest gain."""

import numpy as np

from ._base import Protocol
from ._least_distance import SMALLEST_COMMON_GAIN, shortest, unit_columns


class CAGrad(Protocol):
    """Stay near the average direction, and there raise the smallest gain of any player.

    The direction is the one in a ball around the average hypergradient with the largest
    smallest gain. With a radius of 0 it is the average (`LtR` over the players); from a
    radius of 1 on it serves everybody wherever that is possible. Below 1 somebody may lose
    by it, and long hypergradients count more, in the average and in gains.

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
    divide d by 1 + c² or 1 + c, which changes its length only. Where the largest smallest
    gain is 0, d is the nearest direction to g₀ by which nobody loses; where that is d = 0,
    and where g₀ = 0, the result is None. Players without a stake, whose hypergradient is
    at most 1e-6 of the longest, are left out of the minimum.

    References
    ----------
    Liu et al., "Conflict-Averse Gradient Descent for Multi-task Learning", NeurIPS 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import CAGrad, MetaStep
    >>> step = MetaStep(np.ones(2), hypergradients=[[4.0, -1.0], [0.0, 1.0]])
    >>> (step.gram @ CAGrad(c=0).weights(step)).round(3)  # the average
    array([ 6., -1.])
    >>> (step.gram @ CAGrad(c=0.9).weights(step)).round(3)
    array([1.975, 1.012])
    """

    acts_on = "players"

    def __init__(self, c=0.5):
        self.c = c

    def weights(self, step):
        """See `Protocol.weights`.

        Raises
        ------
        ValueError
            If `c` is negative or not finite.
        """
        if not 0 <= self.c < np.inf:
            raise ValueError(f"`c` should be 0 or more, and finite. Got {self.c!r}.")
        gram = step.gram_in_range()
        n_players = len(gram)
        if not gram.any():
            return None
        average = np.full(n_players, 1 / n_players)
        length = np.sqrt(max(gram.mean(), 0.0))
        longest = np.sqrt(gram.diagonal().max())
        if length <= SMALLEST_COMMON_GAIN * longest:
            return None
        if self.c == 0:
            return average
        # In units of the longest hypergradient nothing under- or overflows.
        staked, norms, columns = unit_columns(gram)
        gains = gram[staked].mean(axis=1) / longest**2
        # From 1e16 on only the correction is left, which is in proportion to c.
        c = min(self.c, 1e100)
        multipliers = _within_ball(columns, norms / longest, gains, c * length / longest)
        if multipliers is None:
            return None
        beta = average
        beta[staked] += multipliers
        # For c ≥ 1 the ball contains d = 0, which is the optimum where nothing serves all.
        is_zero = beta @ gram @ beta <= (SMALLEST_COMMON_GAIN * length) ** 2
        return None if is_zero else beta * (self.c / c)


def _within_ball(columns, norms, gains, radius):
    """CAGrad's multipliers u: the correction Hu of length `radius` to the average.

    To give everybody a gain of t the shortest correction has length ρ(t), convex in t, with
    slope Σu/ρ. Newton's method finds ρ(t) = radius from above without overshooting.
    """
    common = shortest(columns, norms.min() / norms)
    # No convex combination w of the players can gain more than ⟨Hw, d⟩: bounds on t.
    gain = (gains + radius * norms).min()
    if common is None:
        gain = min(gain, 0.0)
    else:
        convex = common / norms
        convex /= convex.sum()
        length = np.linalg.norm(columns @ (convex * norms))
        gain = min(gain, convex @ gains + radius * length)
    for _ in range(100):
        scaled = shortest(columns, (gain - gains) / norms)
        if scaled is None:
            return None
        multipliers = scaled / norms
        length = np.linalg.norm(columns @ scaled)
        if length <= radius * (1 + 1e-12):
            break
        gain -= (length - radius) * length / multipliers.sum()
    return multipliers
