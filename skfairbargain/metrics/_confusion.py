"""Bins of the quantities that read labels: true label × predicted label.

The pseudo-row of the bootstrap is spread over the bins so that it is as often right as
wrong, and of two labels as often selected as not. It is one row among those that a quantity
is a share of, which makes the interval of a rate that of Jeffreys.
"""

import numpy as np

from ._quantity import Bins


def bins_of_all(rows):
    """Bins of a quantity that is a share of all rows."""
    return _confusion_bins(rows, lambda y, output: 0 * y, n_pseudo=1)


def bins_of_every_label(rows):
    """Bins of a quantity that is a mean over the labels of shares within them."""
    return _confusion_bins(rows, lambda y, output: y, n_pseudo=1)


def bins_of_a_label(rows):
    """Bins of a quantity that is a share of the rows of one label."""
    return _confusion_bins(rows, lambda y, output: y, n_pseudo=len(rows.classes))


def bins_of_the_selected(rows):
    """Bins of a quantity that is a share of the rows predicted as positive."""
    selected = lambda y, output: (output == 1).astype(np.int64)  # noqa: E731
    return _confusion_bins(rows, selected, n_pseudo=len(rows.classes))


def of_confusion(formula):
    """Let a formula see sums over bins as matrices (..., true label, predicted label)."""

    def from_sums(sums, shape):
        return formula(sums.reshape(*sums.shape[:-1], *shape))

    return from_sums


def _confusion_bins(rows, sets, n_pseudo):
    n = len(rows.classes)
    shape = n, n + 1  # the last column: any other label
    y, output = np.divmod(np.arange(n * (n + 1)), n + 1)
    # One row for each true label: half of it right, half of it wrong.
    pseudo = np.where(y == output, 1 / 2, 1 / (2 * max(n - 1, 1)))
    pseudo[(output == n) & (n > 1)] = 0
    return [
        Bins(
            codes=rows.y * shape[1] + rows.output,
            n_bins=n * (n + 1),
            context=shape,
            sets=sets(y, output),
            pseudo=pseudo * n_pseudo / n,
        )
    ]
