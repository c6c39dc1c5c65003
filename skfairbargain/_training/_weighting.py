"""From one step's hypergradients to its training weights: steps 3 and 4 of Algorithm 1."""

from typing import NamedTuple

import numpy as np

from ..bargaining import conflicts_of_step, opposed_players
from ..protocols import MetaStep


class Decision(NamedTuple):
    """The training weights of one step, and how they came about.

    Parameters
    ----------
    weights : ndarray of shape (n_batch,), float64
        What each sample's loss is multiplied by; if all are zero, the step is skipped.
    bargained : bool
        Whether stage 1 was in force.
    alpha : ndarray or None
        The players' bargaining weights where they agreed.
    conflicts : ndarray of shape (n_players,), dtype bool
        Which players with a stake lose by `weights`, to first order (eq. 3).
    opposed : ndarray of shape (n_players, n_players), dtype bool
        Which pairs of players have opposed hypergradients, whatever the weights.
    """

    weights: np.ndarray
    bargained: bool
    alpha: np.ndarray | None
    conflicts: np.ndarray
    opposed: np.ndarray


class Weighting:
    """Turn hypergradients of cells into training weights.

    Parameters
    ----------
    goal : Protocol
        Decides the steps of stage 2, and those of stage 1 without an agreement.
    bargaining : Protocol or None
        Decides the steps of stage 1.
    cell_groups : ndarray of shape (n_cells,), int
        The group of each cell, 0 to n_groups − 1.
    players : {"cells", "groups"}
        Who the players are: those who bargain and whose conflicts are counted.
    meta_lr, anchor, weight_norm :
        As in ``NashMetaClassifier``.
    """

    def __init__(
        self, goal, bargaining, cell_groups, players, meta_lr, anchor, weight_norm
    ):
        self.goal = goal
        self.bargaining = bargaining
        self.players = players
        self.meta_lr = meta_lr
        self.anchor = anchor
        self.weight_norm = weight_norm
        belongs = np.eye(max(cell_groups) + 1)[cell_groups]
        # A group's loss is the mean of its cells' losses, so H maps the same way.
        self.to_groups = belongs / belongs.sum(axis=0)

    def decide(self, hypergradients, cell_losses, *, bargain, sample_weight=None):
        """Weigh the samples of a minibatch.

        Parameters
        ----------
        hypergradients : ndarray of shape (n_batch, n_cells)
        cell_losses : ndarray of shape (n_cells,)
        bargain : bool
            Whether this is stage 1.
        sample_weight : ndarray of shape (n_batch,), default=None
            The user's positive weights; a weight of 2 is the same as the row twice.

        Returns
        -------
        decision : Decision

        Raises
        ------
        ValueError
            If a protocol returns anything but a finite weight per player.
        """
        H, root = _by_root(hypergradients, sample_weight)
        step = MetaStep(cell_losses, hypergradients=H)
        if self.players == "groups":
            step = self._of_groups(step)
        bargain = bargain and self.bargaining is not None
        direction = alpha = None
        if bargain:
            direction, alpha = self._follow(self.bargaining, step)
        if direction is None:
            direction, _ = self._follow(self.goal, step)
        weights = self._normalise(direction, root, self.meta_lr, self.anchor)
        epsilon = np.finfo(hypergradients.dtype).eps
        conflicts = conflicts_of_step(step.hypergradients, weights, epsilon, step.gram)
        opposed = opposed_players(step.gram, epsilon)
        return Decision(weights * root, bargain, alpha, conflicts, opposed)

    def learned_weights(self, hypergradients, alpha, sample_weight=None):
        """The training weights that follow from given α alone: meta_lr 1 and no anchor.

        Parameters
        ----------
        hypergradients : ndarray of shape (n_batch, n_cells)
        alpha : ndarray of shape (n_cells,) or (n_groups,)
        sample_weight : ndarray of shape (n_batch,), default=None

        Returns
        -------
        weights : ndarray of shape (n_batch,)
        """
        H, root = _by_root(hypergradients, sample_weight)
        if len(alpha) < H.shape[1]:
            H = H @ self.to_groups
        return self._normalise(H @ alpha, root, meta_lr=1.0, anchor=0.0) * root

    def _of_groups(self, cells):
        return MetaStep(
            cells.losses @ self.to_groups,
            hypergradients=cells.hypergradients @ self.to_groups,
        )

    def _follow(self, protocol, step):
        """Direction Hβ and β of a protocol; None and None where it found no agreement."""
        if protocol.acts_on == "groups" and self.players == "cells":
            step = self._of_groups(step)
        beta = protocol.weights(step)
        if beta is None:
            return None, None
        beta = np.asarray(beta, dtype=np.float64)
        if beta.shape != step.losses.shape or not np.isfinite(beta).all():
            raise ValueError(
                f"{protocol!r}.weights should return None or {len(step.losses)} finite "
                f"numbers, one per player. Got {beta!r}."
            )
        return step.hypergradients @ beta, beta

    def _normalise(self, direction, root, meta_lr, anchor):
        """Clip at zero, scale to the norm, mix in uniform weights; all in units of √s."""
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
        weights *= (1 - anchor) * meta_lr
        return weights + anchor * uniform if anchor else weights


def _by_root(hypergradients, sample_weight):
    """Multiply the rows of H by √s; return them in float64, and √s.

    Twice the weight is then the same as the row twice: inner products, norms and clipping
    all see s copies.
    """
    H = hypergradients.astype(np.float64)
    if sample_weight is None:
        return H, np.ones(len(H))
    root = sample_weight**0.5
    return H * root[:, None], root
