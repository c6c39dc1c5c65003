"""Nash's bargain as a protocol."""

from ..bargaining import STAKE, nash_bargaining
from ._base import Protocol


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
