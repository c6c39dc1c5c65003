"""Fairness goals: rules that read the groups' losses alone."""

import numpy as np
from scipy.special import logsumexp

from ._base import Protocol


class LtR(Protocol):
    """Learning to reweight: every group counts the same.

    Minimises the average validation loss over balanced groups. It fails where the average
    falls while one group's loss rises: nothing stops long hypergradients from outweighing
    a short one. The authors average over samples; over balanced groups that is the same.

    Notes
    -----
    β_k = 1/K for K groups.

    References
    ----------
    Ren et al., "Learning to Reweight Examples for Robust Deep Learning", ICML 2018.

    Examples
    --------
    >>> from skfairbargain.protocols import LtR, MetaStep
    >>> LtR().weights(MetaStep([0.2, 0.9]))
    array([0.5, 0.5])
    """

    needs_gram = False

    def weights(self, step):
        """See `Protocol.weights`."""
        return _equal_weights(step)


class FORML(Protocol):
    """Close the gap between the group with the largest and the one with the smallest loss.

    It raises the best group's loss as readily as it lowers the worst one's, and for groups
    in between it does nothing. As a goal of the estimator it is kept from the former where
    that is possible (``harmless_goal="auto"``). Where all losses are equal there is no gap,
    and the groups are averaged; the authors' code would take no step.

    Notes
    -----
    β_k = 1 for the largest loss, −1 for the smallest, 0 for the others. The first of equal
    losses is taken.

    References
    ----------
    Yan, Seto, Apostoloff, "FORML: Learning to Reweight Data for Fairness", 2022.

    Examples
    --------
    >>> from skfairbargain.protocols import FORML, MetaStep
    >>> FORML().weights(MetaStep([0.5, 0.2, 0.9]))
    array([ 0., -1.,  1.])
    """

    needs_gram = False
    raises_losses = True

    def weights(self, step):
        """See `Protocol.weights`."""
        worst, best = np.argmax(step.losses), np.argmin(step.losses)
        if step.losses[worst] == step.losses[best]:
            return _equal_weights(step)
        beta = np.zeros(len(step.losses))
        beta[worst], beta[best] = 1.0, -1.0
        return beta


class MetaGDRO(Protocol):
    """Serve the group whose validation loss is largest (max-min).

    With a handful of validation samples the largest loss may come from one unusual sample.
    Two groups that are the worst in alternation can make the steps zigzag; stage 1 is
    meant to prevent that.

    Notes
    -----
    β_k = 1 for the largest loss (the first of equal ones), 0 for the others.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, after
    Sagawa et al., "Distributionally Robust Neural Networks", ICLR 2020.

    Examples
    --------
    >>> from skfairbargain.protocols import MetaGDRO, MetaStep
    >>> MetaGDRO().weights(MetaStep([0.5, 0.2, 0.9]))
    array([0., 0., 1.])
    """

    needs_gram = False

    def weights(self, step):
        """See `Protocol.weights`."""
        return np.eye(len(step.losses))[np.argmax(step.losses)]


class GeneralizedMean(Protocol):
    """Lower the power mean of the group losses: between the average and the worst group.

    With power 1 it is the average (`LtR`); the larger the power, the more the groups with
    large losses count; in the limit of infinity only the worst group does (`MetaGDRO`).
    Unlike the largest loss, the mean is smooth, so groups with nearly equal losses do not
    alternate. It reads losses only, so it fails where hypergradients conflict: a group
    with a large loss decides the step even if another group loses by it. Powers below 1
    favor the groups with the smallest losses; 0 (the geometric mean) counts relative gains.

    Parameters
    ----------
    power : float, default=2.0
        The exponent p, from −1000 to 1000.

    Notes
    -----
    With M_p = (Σ_k L_k^p / K)^{1/p}, β_k = ∂M_p/∂L_k = (L_k / M_p)^{p − 1} / K. Losses must
    not be negative. A loss below 2e-16 of the largest is replaced by that bound, which
    keeps powers below 1 finite; where all are zero, β_k = 1/K.

    References
    ----------
    Bullen, "Handbook of Means and Their Inequalities", 2003. Appendix A.2 of Zeng et al.
    (NeurIPS 2024) compares it with the bargain without naming the power.

    Examples
    --------
    >>> from skfairbargain.protocols import GeneralizedMean, MetaStep
    >>> step = MetaStep([1.0, 7.0])
    >>> GeneralizedMean(power=1).weights(step)
    array([0.5, 0.5])
    >>> GeneralizedMean(power=2).weights(step)  # M_2 = 5
    array([0.1, 0.7])
    """

    needs_gram = False

    def __init__(self, power=2.0):
        self.power = power

    def weights(self, step):
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
        smallest, largest = step.losses.min(), step.losses.max()
        if smallest < 0:
            raise ValueError(
                "GeneralizedMean needs losses of 0 or more, or their power is not "
                f"defined. Got {smallest}. Use a meta_loss that cannot be negative."
            )
        if largest == 0:
            return _equal_weights(step)
        n_players = len(step.losses)
        logs = np.log(np.maximum(step.losses / largest, np.finfo(np.float64).eps))
        if self.power == 0:
            log_mean = logs.mean()
        else:
            log_sum = logsumexp(self.power * logs)
            log_mean = (log_sum - np.log(n_players)) / self.power
        return np.exp((self.power - 1) * (logs - log_mean)) / n_players


def _equal_weights(step):
    return np.full(len(step.losses), 1 / len(step.losses))
