"""Fairness goals, which look at the groups' losses alone."""

import numpy as np
from scipy.special import logsumexp

from ._base import Protocol


class LtR(Protocol):
    """Learning to reweight: every group counts the same.

    Minimises the average validation loss over balanced groups. It fails where the average
    hides a group that pays for the others: nothing stops the smallest gradient from being
    outvoted. The authors average over samples; over balanced groups that is the same.

    Notes
    -----
    β_k = 1/K for K groups.

    References
    ----------
    Ren et al., "Learning to Reweight Examples for Robust Deep Learning", ICML 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import LtR
    >>> LtR().weights(np.array([0.2, 0.9]), np.eye(2))
    array([0.5, 0.5])
    """

    def weights(self, losses, gram):
        """See `Protocol.weights`."""
        return np.full(len(losses), 1 / len(losses))


class FORML(Protocol):
    """Close the gap between the group with the largest and the one with the smallest loss.

    It raises the best group's loss as gladly as it lowers the worst one's, and for groups
    in between it does nothing. Where all losses are equal there is no gap, and the average
    decides; the authors' code would take no step.

    Notes
    -----
    β_k = 1 for the largest loss, −1 for the smallest, 0 for the others. The first of equal
    losses is taken.

    References
    ----------
    Yan, Seto, Apostoloff, "FORML: Learning to Reweight Data for Fairness", 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import FORML
    >>> FORML().weights(np.array([0.5, 0.2, 0.9]), np.eye(3))
    array([ 0., -1.,  1.])
    """

    def weights(self, losses, gram):
        """See `Protocol.weights`."""
        worst, best = np.argmax(losses), np.argmin(losses)
        if losses[worst] == losses[best]:
            return np.full(len(losses), 1 / len(losses))
        beta = np.zeros(len(losses))
        beta[worst], beta[best] = 1.0, -1.0
        return beta


class MetaGDRO(Protocol):
    """Serve the group whose validation loss is largest (max-min).

    With a handful of validation samples the largest loss may be one odd sample's, and two
    groups that take turns at being worst can make the steps zigzag; stage 1 is there to
    get past that.

    Notes
    -----
    β_k = 1 for the largest loss (the first of equal ones), 0 for the others.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, after
    Sagawa et al., "Distributionally Robust Neural Networks", ICLR 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import MetaGDRO
    >>> MetaGDRO().weights(np.array([0.5, 0.2, 0.9]), np.eye(3))
    array([0., 0., 1.])
    """

    def weights(self, losses, gram):
        """See `Protocol.weights`."""
        return np.eye(len(losses))[np.argmax(losses)]


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
