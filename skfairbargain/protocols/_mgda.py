"""MGDA: the shortest convex combination of the hypergradients."""

import numpy as np

from ._base import Protocol
from ._least_distance import _shortest, _unit_columns


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
