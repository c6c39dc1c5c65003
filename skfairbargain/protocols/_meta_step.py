"""What a protocol is given to decide one step."""

from functools import cached_property

import numpy as np


class MetaStep:
    """The players' losses and hypergradients in one step: the argument of every protocol.

    A protocol reads what its rule needs. `gram` is computed from the hypergradients when
    it is read for the first time, so a rule about losses alone does not pay for it.

    Parameters
    ----------
    losses : array-like of shape (n_players,)
        Validation losses.
    gram : array-like of shape (n_players, n_players), default=None
        Inner products HᵀH of the hypergradients, where they are known already. None
        computes them from `hypergradients`.
    hypergradients : array-like of shape (batch_size, n_players), default=None
        The matrix H, one column per player: how much raising each training sample's
        weight lowers the player's loss. None where only `gram` is known.

    Attributes
    ----------
    losses : ndarray of shape (n_players,), float64
        As passed.
    gram : ndarray of shape (n_players, n_players), float64
        HᵀH. The estimator's steps always have it.
    hypergradients : ndarray of shape (batch_size, n_players), float64, or None
        As passed. The estimator's steps always have it.

    See Also
    --------
    Protocol : The rules that take it.

    Examples
    --------
    >>> from skfairbargain.protocols import MetaStep
    >>> step = MetaStep([0.5, 0.9], hypergradients=[[1.0, -1.0], [0.0, 1.0]])
    >>> step.gram
    array([[ 1., -1.],
           [-1.,  2.]])
    """

    def __init__(self, losses, gram=None, *, hypergradients=None):
        self.losses = np.asarray(losses, dtype=np.float64)
        self.hypergradients = hypergradients
        if hypergradients is not None:
            self.hypergradients = np.asarray(hypergradients, dtype=np.float64)
        if gram is not None:
            self.gram = np.asarray(gram, dtype=np.float64)  # in place of the computed one

    @cached_property
    def gram(self):
        """Inner products HᵀH of the hypergradients.

        Raises
        ------
        ValueError
            If the step was made from losses alone.
        """
        if self.hypergradients is None:
            raise ValueError(
                "This step has losses only, and the protocol reads `gram`. Pass `gram` or "
                "`hypergradients` to MetaStep."
            )
        return self.hypergradients.T @ self.hypergradients
