"""What a protocol is given to decide one step."""

from functools import cached_property

import numpy as np

from ..bargaining import finite_array


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

    Raises
    ------
    ValueError
        If something is not finite, or not of one player each.

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
        self.losses = finite_array(losses, "losses", ndim=1)
        self.hypergradients = hypergradients
        n_players = len(self.losses)
        if hypergradients is not None:
            self.hypergradients = finite_array(hypergradients, "hypergradients")
            if self.hypergradients.shape[1] != n_players:
                raise ValueError(
                    f"`hypergradients` should have shape (n_samples, {n_players}), a "
                    f"column for each loss. Got shape {self.hypergradients.shape}."
                )
        if gram is not None:
            self.gram = finite_array(gram, "gram")  # in place of the computed one
            if self.gram.shape != (n_players, n_players):
                raise ValueError(
                    f"`gram` should have shape ({n_players}, {n_players}), a row and a "
                    f"column for each loss. Got shape {self.gram.shape}."
                )

    @cached_property
    def gram(self):
        """Inner products HᵀH of the hypergradients.

        Raises
        ------
        ValueError
            If the step was made from losses alone, or the products are beyond float64.
        """
        if self.hypergradients is None:
            raise ValueError(
                "This step has losses only, and the protocol reads `gram`. Pass `gram` or "
                "`hypergradients` to MetaStep."
            )
        with np.errstate(over="ignore", invalid="ignore"):
            gram = self.hypergradients.T @ self.hypergradients
        if not np.isfinite(gram).all():
            raise ValueError(
                "`gram` is beyond float64's range: the hypergradients are as large as "
                f"{np.abs(self.hypergradients).max():.1e}. Divide them by a constant."
            )
        return gram

    def gram_in_range(self):
        """Return gram times a positive number that keeps squares of it in float64's range.

        For rules that do not depend on the hypergradients' common scale. The number is 1
        wherever it can be.

        Returns
        -------
        gram : ndarray of shape (n_players, n_players)
        """
        if self.gram_fits():
            return self.gram
        if self.hypergradients is None or "gram" in vars(self):
            return np.ldexp(self.gram, -int(np.frexp(np.abs(self.gram).max())[1]))
        largest = np.abs(self.hypergradients).max()
        H = np.ldexp(self.hypergradients, -int(np.frexp(largest)[1]))
        return H.T @ H

    def gram_fits(self):
        """Return whether gram and squares of it are in float64's range."""
        if self.hypergradients is None or "gram" in vars(self):
            largest = np.sqrt(np.abs(self.gram).max(initial=0.0))
        else:
            largest = np.abs(self.hypergradients).max(initial=0.0)
        return bool(largest == 0 or 1e-50 < largest < 1e45)
