"""Hold out a balanced validation set from the rows that a lale operator is fitted on."""

import numpy as np

from .._utils import encode_cells, n_rows, small_cells, warn_user
from ..exceptions import SmallGroupWarning, UndefinedGroupError
from ..model_selection import balanced_validation_indices
from ._groups import COLUMN_WAS_CHANGED, fairness_groups, membership, values_seen

# Every training step evaluates all validation rows, so more of them cost time.
LARGEST_CELL = 50
# Groups from which fewer rows of a cell could be taken do not lower the number for others.
LEAST_OF_CELL = 5
# A cell gives a quarter of its rows at most.
TIMES = 4


def check_outcomes(y, favorable_labels, unfavorable_labels):
    """Refuse labels that are all favorable or all unfavorable."""
    side = membership(y, favorable_labels, unfavorable_labels)
    if not (side == 1).any() or not (side == 0).any():
        raise ValueError(
            "`y` should have favorable and unfavorable labels. Got "
            f"{np.unique(np.asarray(y)).tolist()}, where favorable are {favorable_labels} "
            f"and unfavorable are {unfavorable_labels or 'all others'}."
        )


def held_out_rows(X, y, fairness_info, *, per_cell, fraction, random_state):
    """Hold out the same number of rows of every group × outcome cell.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
    fairness_info : dict
        In lale's format, with features as `named_attributes` returns them.
    per_cell : int or "auto"
        Number of rows of each cell; "auto" divides a fraction of the rows evenly among the
        cells, with at most 50 rows and a quarter of the smallest cell for each. A group
        with fewer than 20 rows of a cell is left out where that would lower the number.
    fraction : float
        The fraction of the rows that "auto" holds out.
    random_state : int, RandomState or None

    Returns
    -------
    train, val : ndarray of int64
        Row numbers; every row is in exactly one of the two. Rows that have no group, or a
        label that is neither favorable nor unfavorable, are in `train`, and those of
        groups that are left out.

    Raises
    ------
    UndefinedGroupError
        If one of the two groups of an attribute is empty, or a cell has too few rows.

    Warns
    -----
    SmallGroupWarning
        If "auto" leaves a group out, or takes fewer than 5 rows of each cell because a
        group is small.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"age": [19, 30, 21, 40, 22, 60, 24, 50]})
    >>> train, val = held_out_rows(
    ...     X,
    ...     ["no", "no", "yes", "yes"] * 2,
    ...     {
    ...         "favorable_labels": ["yes"],
    ...         "protected_attributes": [{"feature": "age", "reference_group": [[25, 64]]}],
    ...     },
    ...     per_cell=1,
    ...     fraction=0.1,
    ...     random_state=0,
    ... )
    >>> len(train), len(val)
    (4, 4)
    """
    attributes = fairness_info["protected_attributes"]
    groups, grouped = fairness_groups(X, attributes)
    labels, first = np.unique(np.asarray(y), return_index=True)
    side = membership(
        y, fairness_info["favorable_labels"], fairness_info.get("unfavorable_labels")
    )
    free = grouped & (side != 0.5)
    if len(labels) > 2:
        free[first] = False  # one row of every label stays to train on
    free = np.flatnonzero(free)
    outcome = np.where(side[free] == 1, "favorable", "unfavorable")
    groups = groups.iloc[free]
    if per_cell == "auto":
        giving, per_cell = _automatic(outcome, groups, fraction)
        free, outcome, groups = free[giving], outcome[giving], groups[giving]
    try:
        _, val = balanced_validation_indices(
            outcome, groups, per_cell=per_cell, random_state=random_state
        )
    except UndefinedGroupError as error:
        raise UndefinedGroupError(
            f"No balanced validation set can be held out. {error} NashMeta calls per_cell "
            "`validation_per_cell`. Or pass `X_val` and `y_val` to `fit`. "
            f"{values_seen(X, attributes)} {COLUMN_WAS_CHANGED}"
        ) from error
    return np.setdiff1d(np.arange(len(side)), free[val]), free[val]


def _automatic(outcome, groups, fraction):
    """Which rows may be held out, and how many of each cell; warn of small groups."""
    cells = encode_cells(groups, outcome)
    least = cells.counts.min(axis=1)
    share = round(fraction * len(groups) / cells.counts.size)
    wanted = max(1, min(share, LARGEST_CELL))
    fewest = TIMES * min(wanted, LEAST_OF_CELL)
    is_large = least >= fewest
    giving = is_large[cells.codes // len(cells.labels)]
    # Every attribute needs both its groups.
    enough = (groups[giving].nunique() == groups.nunique()).all()
    if not enough:
        giving[:], is_large[:] = True, True
    per_cell = max(1, min(wanted, least[is_large].min() // TIMES))
    small = small_cells(cells, fewest, "outcome") if least.min() < fewest else None
    if small and enough:
        warn_user(
            f"Groups with fewer than {fewest} rows of an outcome are not in the validation "
            f"set. {small}. Their rows are trained on. Merge them with others, or pass "
            "`validation_per_cell` to hold out rows of every group.",
            SmallGroupWarning,
        )
    elif small and per_cell < min(wanted, LEAST_OF_CELL):
        warn_user(
            f"The validation set has {n_rows(per_cell)} of each group and outcome, so few "
            f"that chance decides, because of small groups. {small}. Merge them with "
            "others, or add rows.",
            SmallGroupWarning,
        )
    return giving, per_cell
