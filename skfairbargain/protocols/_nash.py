"""Nash's bargain as a protocol."""

from ..bargaining import STAKE, bargain_of_step, nash_bargaining
from ._base import Protocol


class Nash(Protocol):
    """Nash's bargain: the direction with the largest product of the players' gains.

    Every player with a stake gains. Where no direction serves all of them, the result is
    None, and the fairness goal decides the step. The authors bargain over all directions
    (``feasible="ball"``) and clip the negative training weights afterwards, which can
    break the agreement; bargaining over non-negative weights from the start keeps it.

    Parameters
    ----------
    feasible : {"weights", "ball"}, default="weights"
        What is bargained over: training weights that can be applied, or any direction, as
        in the paper.
    min_stake : float, default=1e-6
        Players whose hypergradient is at most this fraction of the longest have no stake
        and get β_k = 0.
    applied : bool, default=True
        Whether the gains bargained over are those of the weights that are applied, with
        the uniform part that the estimator's ``anchor`` adds. False adds it afterwards,
        which can break the agreement. Only for "weights".
    lower_anchor : bool, default=False
        Whether the anchor of a step is lowered, to a half, a quarter, an eighth, and 0,
        where the players know no agreement at the one set. Only where `applied` counts.

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
    >>> from skfairbargain.protocols import MetaStep, Nash
    >>> losses = [0.5, 0.9]
    >>> Nash().weights(MetaStep(losses, hypergradients=np.diag([1.0, 2.0])))
    array([1. , 0.5])
    >>> Nash(feasible="ball").weights(MetaStep(losses, [[1, -1], [-1, 1]])) is None
    True
    """

    acts_on = "players"

    def __init__(
        self, feasible="weights", min_stake=STAKE, applied=True, lower_anchor=False
    ):
        self.feasible = feasible
        self.applied = applied
        self.min_stake = min_stake
        self.lower_anchor = lower_anchor

    @property
    def over_applied(self):
        """Whether the players bargain over the weights that are applied."""
        over_weights = self.feasible == "weights" and type(self).weights is Nash.weights
        return over_weights and self.applied

    def weights(self, step):
        """See `Protocol.weights`; the losses are not used.

        Raises
        ------
        ValueError
            If `feasible` or `min_stake` is out of range, or the hypergradients are needed
            and `step` has none.
        """
        if self.feasible == "weights":
            solution = self.solution(step.hypergradients)
        else:
            by_gram = step.hypergradients is None or step.gram_fits()
            solution = nash_bargaining(
                step.gram if by_gram else None,
                hypergradients=None if by_gram else step.hypergradients,
                feasible=self.feasible,
                min_stake=self.min_stake,
            )
        return solution.alpha if solution.agreed else None

    def solution(self, hypergradients, given=None):
        """Return the bargain over weights, and what shows it.

        Parameters
        ----------
        hypergradients : ndarray of shape (n_samples, n_players)
        given : ndarray of shape (n_players,), default=None
            What the step's fixed part gives each player.

        Returns
        -------
        solution : NashSolution or AppliedSolution
        """
        return bargain_of_step(hypergradients, given, self.min_stake)
