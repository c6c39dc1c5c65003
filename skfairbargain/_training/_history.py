"""What happened in the steps of one epoch, counted for the history."""

import time

import numpy as np

# What `history_` holds of an epoch.
EPOCH_KEYS = (
    "epoch",
    "stage",
    "train_loss",
    "group_losses",
    "worst_group_loss",
    "bargaining_success_rate",
    "conflict_rate",
    "player_conflict_rates",
    "opposed_rates",
    "opposed_agreed_rates",
    "alpha",
    "safe_meta_lr",
    "skipped_steps",
    "seconds",
)


class EpochTally:
    """Counts of one epoch."""

    def __init__(self):
        self.start = time.perf_counter()
        self.steps = self.skipped = self.bargains = self.agreements = self.in_conflict = 0
        self.loss = self.alpha = 0.0
        # Arrays from the first step on: steps per player, and per pair of players.
        self.conflicts = self.opposed = self.opposed_agreed = 0

    def add(self, decision, loss):
        self.steps += 1
        self.loss += loss
        self.skipped += not decision.weights.any()
        self.in_conflict += bool(decision.conflicts.any())
        self.conflicts = self.conflicts + decision.conflicts
        self.opposed = self.opposed + decision.opposed
        self.bargains += decision.bargained
        if decision.alpha is not None:
            self.agreements += 1
            self.alpha = self.alpha + decision.alpha
            self.opposed_agreed = self.opposed_agreed + decision.opposed

    def summary(self, player_names, seat_names):
        agreed = self.agreements > 0
        mean = (self.alpha / self.agreements).tolist() if agreed else []
        return {
            "train_loss": self.loss / self.steps if self.steps else None,
            "bargaining_success_rate": (
                self.agreements / self.bargains if self.bargains else None
            ),
            "conflict_rate": self.in_conflict / max(self.steps, 1),
            "player_conflict_rates": self._per_player(self.conflicts, seat_names),
            "opposed_rates": self._per_pair(self.opposed, seat_names),
            "opposed_agreed_rates": self._per_pair(self.opposed_agreed, seat_names),
            "alpha": dict(zip(player_names, mean, strict=True)) if agreed else None,
            "skipped_steps": self.skipped,
            "seconds": time.perf_counter() - self.start,
        }

    def _per_player(self, counts, names):
        rates = np.broadcast_to(counts, len(names)) / max(self.steps, 1)
        return dict(zip(names, rates.tolist(), strict=True))

    def _per_pair(self, counts, names):
        """Nested dicts, so that a history can be written as JSON."""
        rates = np.broadcast_to(counts, (len(names),) * 2) / max(self.steps, 1)
        return {
            name: dict(zip(names[i + 1 :], rates[i, i + 1 :].tolist(), strict=True))
            for i, name in enumerate(names[:-1])
        }
