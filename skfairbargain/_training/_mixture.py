"""From learned weights to applied ones: the norm, and the anchor's uniform part."""

from typing import NamedTuple

import numpy as np

# An anchor of 1 leaves no learned part to bargain over; this one leaves next to none.
LARGEST_ANCHOR = 1 - 1e-15


class Mixture(NamedTuple):
    """How a step's learned weights become the applied ones.

    In units of √s, with s the user's weights, whose roots are called `root`.

    Parameters
    ----------
    meta_lr, anchor, weight_norm :
        As in ``NashMetaClassifier``.
    """

    meta_lr: float
    anchor: float
    weight_norm: str | None

    def weights(self, direction, root):
        """Clip a direction at zero, scale it to the norm, and add the uniform part.

        Parameters
        ----------
        direction : ndarray of shape (n_batch,) or None
            None is a direction of zero.
        root : ndarray of shape (n_batch,)

        Returns
        -------
        weights : ndarray of shape (n_batch,)
        """
        uniform = root / np.sqrt(root @ root)
        weights = np.zeros(len(root)) if direction is None else np.maximum(direction, 0)
        # Divided by the largest first, so that no square under- or overflows.
        largest = weights.max()
        if largest > 0:
            weights /= largest
        length = np.sqrt(weights @ weights)
        if self.weight_norm == "l2":
            weights /= length or 1
        elif self.weight_norm == "l1":
            weights /= (root @ weights) or 1
            uniform /= root @ uniform
        else:
            weights *= largest
            uniform *= length * largest
        return self._mix(weights, uniform)

    def agreed_weights(self, learned, length, root):
        """Add the uniform part to weights that were found beside it, length 1 at most.

        Parameters
        ----------
        learned : ndarray of shape (n_batch,)
            Non-negative. Those shorter than 1 are meant to be: they are not scaled up.
        length : float
            What ``weight_norm=None`` scales both parts to.
        root : ndarray of shape (n_batch,)

        Returns
        -------
        weights : ndarray of shape (n_batch,)
        """
        if self.weight_norm == "l1":
            return self.weights(learned, root)
        uniform = root / np.sqrt(root @ root)
        if self.weight_norm is None:
            learned, uniform = length * learned, length * uniform
        return self._mix(learned.copy(), uniform)

    def _mix(self, learned, uniform):
        learned *= (1 - self.anchor) * self.meta_lr
        return learned + self.anchor * uniform if self.anchor else learned

    def what_is_applied(self, vectors, root):
        """What learned weights are worth where they are applied beside the uniform part.

        Parameters
        ----------
        vectors : ndarray of shape (n_batch, n)
            Hypergradients, or a direction, as columns.
        root : ndarray of shape (n_batch,)

        Returns
        -------
        vectors : ndarray of shape (n_batch, n)
        given : ndarray of shape (n,) or None
            The applied weights gain ``given + vectors.T @ v``, times a positive number,
            for learned weights v of the norm. None is zero.

        Notes
        -----
        With f = anchor / ((1 − anchor) meta_lr) and u = root/‖root‖, the applied weights
        are in proportion to v + f u for ‖v‖ = 1. In the l1 norm, the uniform part grows
        with the sum of v, that is with ⟨u, v⟩: they are in proportion to v + f ⟨u, v⟩ u.
        """
        if not self.anchor:
            return vectors, None
        anchor = min(self.anchor, LARGEST_ANCHOR)
        uniform = root / np.sqrt(root @ root)
        given = anchor / ((1 - anchor) * self.meta_lr) * (uniform @ vectors)
        if self.weight_norm == "l1":
            return vectors + np.multiply.outer(uniform, given), None
        return vectors, given
