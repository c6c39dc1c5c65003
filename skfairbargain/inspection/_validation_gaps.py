"""The gaps between groups that a validation set could show, for `validation_report`."""

import numpy as np
import pandas as pd

from ._audit_size import detectable_gap
from ._gap_sizes import MOST_EXACT_ROWS

# Share of right predictions in the largest group, and power, that gaps are for.
RATE = POWER = 0.8
# With as many rows in both cells, the normal approximation is near enough.
MANY_ROWS = 100


def detectable_gaps(cells):
    """Smallest detectable gap of each cell to the largest cell of its label.

    Parameters
    ----------
    cells : DataFrame
        Number of rows by group (index) and label (columns).

    Returns
    -------
    gaps : DataFrame
        Columns: label, group, other (the group of the largest cell), n, n_other, and gap,
        NaN if no gap is detectable.
    """
    known = {}
    records = []
    for label, of_label in zip(cells.columns.tolist(), cells.to_numpy().T, strict=True):
        largest = of_label.argmax()
        for group, n in enumerate(of_label.tolist()):
            if group == largest:
                continue
            sizes = n, int(of_label[largest])
            if sizes not in known:
                known[sizes] = _gap(*sizes)
            names = cells.index[group], cells.index[largest]
            records.append((label, *names, *sizes, known[sizes]))
    columns = ["label", "group", "other", "n", "n_other", "gap"]
    return pd.DataFrame(records, columns=columns)


def what_rows_can_show(gaps):
    """Say in one sentence which gaps are detectable."""
    rate, power = (f"{100 * share:.0f} %" for share in (RATE, POWER))
    known = gaps.dropna().sort_values("gap", kind="stable").to_dict("records")
    if not known:
        return (
            "As a test set: a gap between two groups of the same label is not seen (with "
            f"{power} power), even if {rate} of the predictions for one group are right "
            "and none for the other."
        )
    smallest, largest = (f"{100 * known[place]['gap']:.0f}" for place in (0, -1))
    sizes = smallest
    if largest != smallest:
        sizes += f" ({_cell(known[0])}) to {largest} ({_cell(known[-1])})"
    none = len(gaps) - len(known)
    cells = f"; in {none} of {len(gaps)} cells no gap is large enough." if none else "."
    return (
        f"As a test set: if {rate} of the predictions for the largest group are right, a "
        f"gap to another group of the same label is seen (with {power} power) from {sizes} "
        f"percentage points on{cells}"
    )


def _gap(n, n_other):
    if n == 0:
        return np.nan
    method = "exact" if n < MANY_ROWS and n_other <= MOST_EXACT_ROWS else "normal"
    return detectable_gap(n_other, RATE, n_other=n, power=POWER, method=method)


def _cell(gap):
    return f"{gap['group']!r}, {gap['label']!r}"
