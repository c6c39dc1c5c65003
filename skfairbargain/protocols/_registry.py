"""Protocols: from the losses and hypergradients of players to how much each counts."""

import numpy as np

from ..bargaining import STAKE, nash_bargaining
from ._aggregators import MGDA, CAGrad, GeneralizedMean, PCGrad
from ._base import Protocol

__all__ = [
    "FORML",
    "MGDA",
    "CAGrad",
    "GeneralizedMean",
    "LtR",
    "MetaGDRO",
    "Nash",
    "PCGrad",
    "Protocol",
    "get_protocol",
]


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


class Nash(Protocol):
    """Nash's bargain: the direction with the largest product of the players' gains.

    Nobody who agrees loses. Players that cannot agree get None and leave the step to the
    fairness goal. The authors bargain over all directions (``feasible="ball"``) and clip
    the negative training weights afterwards, which can break the agreement; bargaining
    over non-negative weights to begin with keeps it.

    Parameters
    ----------
    feasible : {"weights", "ball"}, default="weights"
        What is bargained over: training weights that can be applied, or any direction, as
        in the paper.
    min_stake : float, default=1e-6
        Players whose hypergradient is shorter than this fraction of the longest have
        nothing to bargain for.

    See Also
    --------
    skfairbargain.bargaining.nash_bargaining : The solver, its bounds and its certificate.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024,
    Theorem 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import Nash
    >>> nash = Nash(feasible="ball")
    >>> nash.weights(np.array([0.5, 0.9]), np.diag([1.0, 4.0]))
    array([1. , 0.5])
    >>> nash.weights(np.array([0.5, 0.9]), np.array([[1.0, -1.0], [-1.0, 1.0]])) is None
    True
    """

    acts_on = "players"

    def __init__(self, feasible="weights", min_stake=STAKE):
        self.feasible = feasible
        self.min_stake = min_stake

    @property
    def needs_hypergradients(self):
        """Whether `weights` must see H itself: for the weights, not for the ball."""
        return self.feasible == "weights"

    def weights(self, losses, gram, hypergradients=None):
        """See `Protocol.weights`.

        Parameters
        ----------
        losses : ndarray of shape (n_players,)
            Not used: the bargain is about gains.
        gram : ndarray of shape (n_players, n_players)
            Used with ``feasible="ball"``.
        hypergradients : ndarray of shape (batch_size, n_players), default=None
            Used with ``feasible="weights"``.

        Returns
        -------
        beta : ndarray of shape (n_players,) or None
        """
        solution = nash_bargaining(
            gram if hypergradients is None else None,
            hypergradients=hypergradients,
            feasible=self.feasible,
            min_stake=self.min_stake,
        )
        return solution.alpha if solution.agreed else None


PROTOCOLS = {
    "cagrad": CAGrad,
    "forml": FORML,
    "generalized_mean": GeneralizedMean,
    "ltr": LtR,
    "meta_gdro": MetaGDRO,
    "mgda": MGDA,
    "nash": Nash,
    "pcgrad": PCGrad,
}


def get_protocol(protocol):
    """Return the protocol that a name stands for, or the object itself.

    Parameters
    ----------
    protocol : str or Protocol
        ``"ltr"``, ``"forml"``, ``"meta_gdro"``, ``"generalized_mean"``; ``"nash"``,
        ``"pcgrad"``, ``"cagrad"``, ``"mgda"``; or an instance.

    Returns
    -------
    protocol : Protocol

    Raises
    ------
    ValueError
        If the name is unknown; the message lists the known ones.
    TypeError
        If it is neither a name nor an instance of `Protocol`.

    Examples
    --------
    >>> from skfairbargain.protocols import get_protocol
    >>> get_protocol("nash")
    Nash()
    """
    if isinstance(protocol, Protocol):
        return protocol
    known = ", ".join(f"'{name}'" for name in sorted(PROTOCOLS))
    if isinstance(protocol, str):
        if protocol not in PROTOCOLS:
            raise ValueError(
                f"A protocol should be one of {known}, or an instance of a Protocol "
                f"subclass. Got {protocol!r}."
            )
        return PROTOCOLS[protocol]()
    raise TypeError(
        f"A protocol should be one of {known}, or an instance of a Protocol subclass. "
        f"Got {protocol!r}."
    )
