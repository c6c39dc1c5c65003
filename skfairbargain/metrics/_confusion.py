"""Bins of the quantities that read labels: true label × predicted label."""

from ._quantity import Bins


def confusion_bins(rows):
    """Number the rows by true and predicted label."""
    shape = len(rows.classes), len(rows.classes) + 1  # the last column: any other label
    return [Bins(rows.y * shape[1] + rows.output, shape[0] * shape[1], shape)]


def of_confusion(formula):
    """Let a formula see sums over bins as matrices (..., true label, predicted label)."""

    def from_sums(sums, shape):
        return formula(sums.reshape(*sums.shape[:-1], *shape))

    return from_sums
