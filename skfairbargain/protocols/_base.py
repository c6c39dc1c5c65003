"""The interface of every protocol."""

from sklearn.base import BaseEstimator


class Protocol(BaseEstimator):
    """A rule from losses and hypergradients to the bargaining weights β of the players.

    The meta step moves the training weights along Hβ, where H has one column per player. A
    rule of your own is a subclass with one method, `weights`; its constructor arguments
    become parameters that ``clone``, ``set_params`` and a grid search reach
    (``goal__power``). Two protocols are equal when class and parameters are.

    Attributes
    ----------
    acts_on : {"groups", "players"}
        Class attribute. Whether the columns are the sensitive groups, each the mean of its
        cells ("groups", the default), or what the estimator's ``players`` names, by
        default the group × label cells.
    needs_gram : bool
        Class attribute. Whether `weights` reads `gram` or `hypergradients`. False for rules
        about losses alone: as a goal, such a rule can be followed by the work of one player
        (see ``measure_every`` of the estimator). True by default.
    raises_losses : bool
        Class attribute. Whether the rule works against players by design, with β_k < 0, as
        FORML does. Such a goal is kept from harm (``harmless_goal="auto"`` of the
        estimator). False by default.

    See Also
    --------
    MetaStep : The argument of `weights`.

    Examples
    --------
    A compromise between the average and the worst group:

    >>> import numpy as np
    >>> from skfairbargain.protocols import MetaStep, Protocol
    >>> class Softmax(Protocol):
    ...     def __init__(self, temperature=1.0):
    ...         self.temperature = temperature
    ...
    ...     def weights(self, step):
    ...         odds = np.exp((step.losses - step.losses.max()) / self.temperature)
    ...         return odds / odds.sum()
    >>> Softmax().weights(MetaStep([1.0, 1.0]))
    array([0.5, 0.5])
    >>> Softmax(temperature=2.0) == Softmax().set_params(temperature=2.0)
    True
    """

    acts_on = "groups"
    needs_gram = True
    raises_losses = False

    def weights(self, step):
        """Weigh the players of one step.

        Parameters
        ----------
        step : MetaStep
            ``step.losses``, ``step.gram`` and ``step.hypergradients`` of the players.

        Returns
        -------
        beta : ndarray of shape (n_players,) or None
            The weights, of any sign; None when the players cannot agree.
        """
        raise NotImplementedError(f"{type(self).__name__} should define `weights`.")

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return self.get_params() == other.get_params()

    __hash__ = None
