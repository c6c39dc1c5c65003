"""From one step's hypergradients to its training weights: steps 3 and 4 of Algorithm 1."""

from typing import NamedTuple

import numpy as np

from ..bargaining import conflicts_of_step, follow_without_harm
from ..protocols import MetaStep
from ._geometry import Geometry
from ._mixture import Mixture

# Anchors tried, in parts of the set one, where the players know no agreement at that.
LOWER_ANCHORS = (0.5, 0.25, 0.125, 0.0)


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
    geometry : Geometry or None
        Tells who loses by the weights, and who is opposed to whom; None where it was not
        measured.
    possible : bool or None
        Whether there are applied weights by which every player with a stake gains; None
        where nobody asked.
    disputants : ndarray of shape (n_players,) or None
        Where there are none: convex weights of the players who cannot agree.
    by_anchor : bool or None
        Whether a bargain that failed has an agreement without the anchor.
    """

    weights: np.ndarray
    bargained: bool
    alpha: np.ndarray | None
    geometry: Geometry | None
    possible: bool | None = None
    disputants: np.ndarray | None = None
    by_anchor: bool | None = None


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
    meta_lr, anchor, weight_norm, harmless_goal :
        As in ``NashMetaClassifier``.
    """

    def __init__(
        self,
        goal,
        bargaining,
        cell_groups,
        players,
        meta_lr,
        anchor,
        weight_norm,
        harmless_goal=False,
    ):
        self.goal = goal
        self.bargaining = bargaining
        self.players = players
        self.mixture = Mixture(meta_lr, anchor, weight_norm)
        self.harmless_goal = harmless_goal
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
        outcome = Outcome()
        if bargain:
            outcome = self._bargain(step, root)
        if outcome.weights is None:
            outcome = self._pursue_goal(step, root, outcome)
        weights = outcome.weights
        epsilon = np.finfo(hypergradients.dtype).eps
        length = np.sqrt(weights @ weights)
        return Decision(
            weights * root,
            bargain,
            outcome.alpha,
            Geometry(step.gram, weights @ step.hypergradients, length, epsilon),
            outcome.possible,
            outcome.disputants,
            outcome.by_anchor,
        )

    @property
    def needs_gram(self):
        """Whether following the goal takes the hypergradients of all players."""
        return self.goal.needs_gram or self.harmless_goal

    def goal_shares(self, cell_losses):
        """Return how much each cell's loss counts, by a goal that reads losses alone.

        Parameters
        ----------
        cell_losses : ndarray of shape (n_cells,)

        Returns
        -------
        shares : ndarray of shape (n_cells,)
            Zeros where the goal comes to nothing.
        """
        by_group = "groups" in (self.goal.acts_on, self.players)
        to_players = self.to_groups if by_group else np.eye(len(cell_losses))
        beta = self._beta(self.goal, MetaStep(cell_losses @ to_players))
        return np.zeros(len(cell_losses)) if beta is None else to_players @ beta

    def follow(self, direction, sample_weight=None):
        """Weigh the samples of a minibatch by the hypergradient of the goal alone.

        Parameters
        ----------
        direction : ndarray of shape (n_batch,)
            By `goal_shares`.
        sample_weight : ndarray of shape (n_batch,), default=None

        Returns
        -------
        decision : Decision
        """
        column, root = _by_root(direction[:, None], sample_weight)
        weights = self.mixture.weights(column[:, 0], root)
        return Decision(weights * root, False, None, None)

    def _bargain(self, step, root):
        """What the bargaining protocol comes to; without weights where it comes to none."""
        if not getattr(self.bargaining, "over_applied", False):
            direction, alpha = self._follow(self.bargaining, step)
            if direction is None:
                return Outcome()
            return Outcome(self.mixture.weights(direction, root), alpha)
        refused = None
        for mixture in self._mixtures():
            H, given = mixture.what_is_applied(step.hypergradients, root)
            solution = self.bargaining.solution(H, given)
            if solution.agreed:
                if given is None:
                    weights = mixture.weights(H @ solution.alpha, root)
                else:
                    length = np.sqrt((solution.alpha > 0).sum())
                    weights = mixture.agreed_weights(solution.weights, length, root)
                return Outcome(weights, solution.alpha, True)
            refused = refused or Outcome(
                possible=False, disputants=_shares(step, solution.alpha)
            )
        without = self.mixture.anchor and self.bargaining.solution(step.hypergradients)
        return refused._replace(by_anchor=bool(without and without.agreed))

    def _pursue_goal(self, step, root, bargained):
        """What the goal comes to, without harm where that is wanted and possible."""
        direction, _ = self._follow(self.goal, step)
        plain = bargained._replace(weights=self.mixture.weights(direction, root))
        if not self.harmless_goal or bargained.possible is False:
            return plain
        if not conflicts_of_step(step.hypergradients, plain.weights, 0.0, step.gram).any():
            return plain._replace(possible=True)
        if direction is None:
            direction = np.zeros(len(root))
        refused = None
        for mixture in self._mixtures():
            H, given = mixture.what_is_applied(step.hypergradients, root)
            pull, _ = mixture.what_is_applied(direction, root)
            solution = follow_without_harm(H, pull, given=given)
            if solution.possible:
                length = np.sqrt(np.maximum(direction, 0) @ np.maximum(direction, 0))
                weights = mixture.agreed_weights(solution.weights, length, root)
                return Outcome(weights, possible=True)
            refused = refused or plain._replace(
                possible=False, disputants=_shares(step, solution.alpha)
            )
        return refused

    def _mixtures(self):
        """The mixture, and those with lower anchors where the bargaining may lower it."""
        yield self.mixture
        if getattr(self.bargaining, "lower_anchor", False) and self.mixture.anchor:
            for part in LOWER_ANCHORS:
                yield self.mixture._replace(anchor=part * self.mixture.anchor)

    def _of_groups(self, cells):
        return MetaStep(
            cells.losses @ self.to_groups,
            hypergradients=cells.hypergradients @ self.to_groups,
        )

    def _follow(self, protocol, step):
        """Direction Hβ and β of a protocol; None and None where it found no agreement."""
        if protocol.acts_on == "groups" and self.players == "cells":
            if not protocol.needs_gram:
                # Cheaper than the groups' hypergradients, of which there would be a copy.
                beta = self._beta(protocol, MetaStep(step.losses @ self.to_groups))
                if beta is None:
                    return None, None
                return step.hypergradients @ (self.to_groups @ beta), beta
            step = self._of_groups(step)
        beta = self._beta(protocol, step)
        return (None, None) if beta is None else (step.hypergradients @ beta, beta)

    def _beta(self, protocol, step):
        """The bargaining weights of a protocol, checked; None without an agreement."""
        beta = protocol.weights(step)
        if beta is None:
            return None
        beta = np.asarray(beta, dtype=np.float64)
        if beta.shape != step.losses.shape or not np.isfinite(beta).all():
            raise ValueError(
                f"{protocol!r}.weights should return None or {len(step.losses)} finite "
                f"numbers, one per player. Got {beta!r}."
            )
        return beta


class Outcome(NamedTuple):
    """What a protocol comes to: fields of `Decision`, weights in units of √s."""

    weights: np.ndarray | None = None
    alpha: np.ndarray | None = None
    possible: bool | None = None
    disputants: np.ndarray | None = None
    by_anchor: bool | None = None


def _shares(step, alpha):
    """The convex weights of a certificate, from its α in the hypergradients' units."""
    shares = alpha * np.sqrt(step.gram.diagonal())
    return shares / (shares.sum() or 1)


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
