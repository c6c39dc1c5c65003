"""From one step's hypergradients to its training weights: step 3 and 4 of Algorithm 1."""

import copy
from typing import NamedTuple

import numpy as np

from ..bargaining import conflicts_of_step, opposed_players


class Decision(NamedTuple):
    """The weights of one step, and how they came about.

    Parameters
    ----------
    weights : ndarray of shape (n_batch,), float64
        What each sample's loss is multiplied by; all zero means that there is no step.
    bargained : bool
        Whether stage 1 was in force.
    alpha : ndarray or None
        The bargainers' weights where they agreed.
    conflicts : ndarray of shape (n_players,), dtype bool
        Which players with a stake lose by `weights`, to first order (eq. 3).
    opposed : ndarray of shape (n_players, n_players), dtype bool
        Which pairs of players pull against each other, whatever the weights.
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
        Decides in stage 2, and in stage 1 where there is no agreement.
    bargaining : Protocol or None
        Decides in stage 1.
    cell_groups : ndarray of shape (n_cells,), int
        The group of each cell, 0 to n_groups − 1.
    players : {"cells", "groups"}
        Who bargains, and whose conflicts are counted.
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
            Positive weights of the user's; a weight of 2 is like having the row twice.

        Returns
        -------
        decision : Decision

        Raises
        ------
        ValueError
            If a protocol returns something else than a finite weight per player.
        """
        # With √s on the rows, twice the weight is the same as the row twice: inner
        # products, norms and clipping all see s copies.
        steps = hypergradients.astype(np.float64)
        root = np.ones(len(steps))
        if sample_weight is not None:
            root = sample_weight**0.5
            steps *= root[:, None]
        seats, losses = steps, cell_losses
        if self.players == "groups":
            seats, losses = steps @ self.to_groups, cell_losses @ self.to_groups
        gram = seats.T @ seats
        bargain = bargain and self.bargaining is not None
        direction = alpha = None
        if bargain:
            direction, alpha = self._follow(self.bargaining, seats, losses, gram)
        if direction is None:
            direction, _ = self._follow(self.goal, seats, losses, gram)
        weights = self._normalise(direction, root)
        epsilon = np.finfo(hypergradients.dtype).eps
        conflicts = conflicts_of_step(seats, weights, epsilon, gram)
        opposed = opposed_players(gram, epsilon)
        return Decision(weights * root, bargain, alpha, conflicts, opposed)

    def learned_weights(self, hypergradients, alpha, sample_weight=None):
        """The weights that bargainers of these α ask for: meta_lr 1 and no anchor.

        Parameters
        ----------
        hypergradients : ndarray of shape (n_batch, n_cells)
        alpha : ndarray of shape (n_cells,) or (n_groups,)
        sample_weight : ndarray of shape (n_batch,), default=None

        Returns
        -------
        weights : ndarray of shape (n_batch,)
        """
        bare = copy.copy(self)
        bare.meta_lr, bare.anchor = 1.0, 0.0
        root = np.ones(len(hypergradients))
        if sample_weight is not None:
            root = sample_weight**0.5
        steps = hypergradients.astype(np.float64) * root[:, None]
        if len(alpha) < steps.shape[1]:
            steps = steps @ self.to_groups
        return bare._normalise(steps @ alpha, root) * root

    def _follow(self, protocol, steps, losses, gram):
        """Direction Hβ and β of a protocol; None and None where it found no agreement."""
        if protocol.acts_on == "groups" and self.players == "cells":
            steps, losses = steps @ self.to_groups, losses @ self.to_groups
            gram = steps.T @ steps
        known = {"hypergradients": steps} if protocol.needs_hypergradients else {}
        beta = protocol.weights(losses, gram, **known)
        if beta is None:
            return None, None
        beta = np.asarray(beta, dtype=np.float64)
        if beta.shape != losses.shape or not np.isfinite(beta).all():
            raise ValueError(
                f"{protocol!r}.weights should return None or {len(losses)} finite numbers, "
                f"one per player. Got {beta!r}."
            )
        return steps @ beta, beta

    def _normalise(self, direction, root):
        """Clip, bring to the norm, mix with the uniform weights; all in units of √s."""
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
        weights *= (1 - self.anchor) * self.meta_lr
        return weights + self.anchor * uniform if self.anchor else weights
