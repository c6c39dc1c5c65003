"""Count what happened in the steps of an epoch, for its row of the history."""

import time
from typing import NamedTuple

import numpy as np

from ._geometry import stacked

# Share of a certificate above which a player counts among those who cannot agree.
SMALLEST_SHARE = 0.01

# Numbers in the geometry of steps that wait to be counted together, which takes less time.
MOST_WAITING = 2**20

# What `history_` holds of an epoch.
EPOCH_KEYS = (
    "epoch",
    "stage",
    "train_loss",
    "valid_loss",
    "group_losses",
    "worst_group_loss",
    "bargaining_success_rate",
    "agreement_rate",
    "conflict_rate",
    "player_conflict_rates",
    "opposed_rates",
    "opposed_agreed_rates",
    "disputed_by_anchor_rate",
    "disputant_shares",
    "disputed_rates",
    "alpha",
    "safe_meta_lr",
    "skipped_steps",
    "seconds",
)


class Names(NamedTuple):
    """Names that the history uses.

    Parameters
    ----------
    groups : list of str
    players : list of str
        Those whose conflicts are counted.
    bargainers : list of str
        Those who have an α: the players, or the groups where the protocol acts on groups.
    """

    groups: list
    players: list
    bargainers: list


class EpochTally:
    """Counts of one epoch.

    Parameters
    ----------
    stage : {1, 2}
    """

    def __init__(self, stage):
        self.stage = stage
        self.start = time.perf_counter()
        self.steps = self.skipped = self.bargains = self.agreements = self.in_conflict = 0
        self.loss = self.alpha = 0.0
        # Arrays from the first count on: steps per player, and per pair of players.
        self.conflicts = self.opposed = self.opposed_agreed = 0
        self.measured, self._waiting = 0, []
        # Steps of which it is known whether all players can gain, and those where they can.
        self.asked = self.possible = 0
        self.disputants = self.disputed = self.failed = self.by_anchor = 0

    def add(self, decision, loss):
        """Count a step.

        Parameters
        ----------
        decision : Decision
        loss : float
            Training loss of the minibatch.
        """
        self.steps += 1
        self.loss += loss
        self.skipped += not decision.weights.any()
        self.bargains += decision.bargained
        if decision.possible is not None:
            self.asked += 1
            self.possible += decision.possible
        if decision.disputants is not None:
            self.disputants = self.disputants + decision.disputants
            among = decision.disputants > SMALLEST_SHARE
            self.disputed = self.disputed + np.outer(among, among)
        if decision.by_anchor is not None:
            self.failed += 1
            self.by_anchor += decision.by_anchor
        if decision.alpha is not None:
            self.agreements += 1
            self.alpha = self.alpha + decision.alpha
        if decision.geometry is not None:
            self.measured += 1
            self._waiting.append((decision.geometry, decision.alpha is not None))
            if len(self._waiting) * decision.geometry.gram.size > MOST_WAITING:
                self._count()

    def _count(self):
        """Count the conflicts of the steps that wait."""
        if self._waiting:
            geometries, agreed = zip(*self._waiting, strict=True)
            steps = stacked(geometries)
            conflicts, opposed = steps.conflicts, steps.opposed
            self.in_conflict += int(conflicts.any(axis=1).sum())
            self.conflicts = self.conflicts + conflicts.sum(axis=0)
            self.opposed = self.opposed + opposed.sum(axis=0)
            self.opposed_agreed = self.opposed_agreed + opposed[list(agreed)].sum(axis=0)
        self._waiting = []

    def add_undefined(self):
        """Count a step that had a loss or a gradient that was not finite."""
        self.skipped += 1

    def row(self, names, valid_loss, group_losses, safe_meta_lr):
        """Return the epoch's row of the history, except for its number.

        Parameters
        ----------
        names : Names
        valid_loss : float
            Mean loss of the validation rows at the end of the epoch.
        group_losses : list of float
            Validation loss of each group at the end of the epoch.
        safe_meta_lr : float or None
            Bound of Theorem 3.6.

        Returns
        -------
        row : dict
        """
        self._count()
        agreed = self.agreements > 0
        mean = (self.alpha / self.agreements).tolist() if agreed else []
        return {
            "stage": self.stage,
            "train_loss": self.loss / self.steps if self.steps else None,
            "valid_loss": valid_loss,
            "group_losses": dict(zip(names.groups, group_losses, strict=True)),
            "worst_group_loss": max(group_losses),
            "bargaining_success_rate": (
                self.agreements / self.bargains if self.bargains else None
            ),
            "agreement_rate": self.possible / self.asked if self.asked else None,
            "conflict_rate": self._rate(self.in_conflict),
            "player_conflict_rates": self._per_player(self.conflicts, names.players),
            "opposed_rates": self._per_pair(self.opposed, names.players),
            "opposed_agreed_rates": self._per_pair(self.opposed_agreed, names.players),
            "disputed_by_anchor_rate": (
                self.by_anchor / self.failed if self.failed else None
            ),
            "disputant_shares": self._disputants(names.players),
            "disputed_rates": self._per_pair(self.disputed, names.players),
            "alpha": dict(zip(names.bargainers, mean, strict=True)) if agreed else None,
            "safe_meta_lr": safe_meta_lr,
            "skipped_steps": self.skipped,
            "seconds": time.perf_counter() - self.start,
        }

    def _per_player(self, counts, names):
        rates = map(self._rate, np.broadcast_to(counts, len(names)).tolist())
        return dict(zip(names, rates, strict=True))

    def _rate(self, count):
        """Share of the steps that were measured; None if steps were taken, and none was."""
        return None if self.steps and not self.measured else count / max(self.measured, 1)

    def _disputants(self, names):
        """Mean convex weights of the certificates; None where there was none."""
        if self.asked == self.possible:
            return None
        shares = self.disputants / (self.asked - self.possible)
        return dict(zip(names, shares.tolist(), strict=True))

    def _per_pair(self, counts, names):
        """Nested dicts, so that a history can be written as JSON."""
        counts = np.broadcast_to(counts, (len(names),) * 2).tolist()
        return {
            name: dict(zip(names[i + 1 :], map(self._rate, row[i + 1 :]), strict=True))
            for i, (name, row) in enumerate(zip(names[:-1], counts, strict=False))
        }
