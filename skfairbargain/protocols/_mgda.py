"""MGDA: the shortest convex combination of the hypergradients."""

import numpy as np

from ._base import Protocol
from ._least_distance import shortest, unit_columns


class MGDA(Protocol):
    """Follow the shortest convex combination of the hypergradients.

    It is the direction of the largest gain that all players can have *equally*, in their
    own units: every player with β_k > 0 gains ‖d‖², the others at least that. So nobody
    loses, and it is None exactly where no direction serves all. It fails where one
    hypergradient is much shorter than the others: that player alone then limits the gain
    of all, while Nash's bargain does not depend on the players' units.

    Notes
    -----
    β minimises ‖Hβ‖² over β ≥ 0, Σβ = 1; equivalently, d/‖d‖² is the shortest direction
    with ⟨h_k, d⟩ ≥ 1 for all k. Found exactly, by non-negative least squares, where the
    authors' Frank–Wolfe iteration stops within a tolerance. Players without a stake, whose
    hypergradient is at most 1e-6 of the longest, get β_k = 0 as in `Nash`; by the
    definition the descent would end with them. The authors of the multi-task version also
    offer to divide by losses or norms first, which is left out.

    References
    ----------
    Désidéri, "Multiple-Gradient Descent Algorithm (MGDA) for Multiobjective Optimization",
    2012. Sener and Koltun, "Multi-Task Learning as Multi-Objective Optimization", NeurIPS
    2018. Lawson and Hanson, "Solving Least Squares Problems", 1974, chapter 23.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import MGDA, MetaStep
    >>> step = MetaStep(np.ones(2), hypergradients=np.diag([1.0, 2.0]))
    >>> beta = MGDA().weights(step)
    >>> beta
    array([0.8, 0.2])
    >>> step.gram @ beta  # both gain the same
    array([0.8, 0.8])
    """

    acts_on = "players"

    def weights(self, step):
        """See `Protocol.weights`."""
        staked, norms, columns = unit_columns(step.gram_in_range())
        multipliers = shortest(columns, norms.min(initial=np.inf) / norms)
        if multipliers is None:
            return None
        beta = np.zeros(len(staked))
        beta[staked] = multipliers / norms
        return beta / beta.sum()
