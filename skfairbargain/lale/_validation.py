"""A balanced validation set out of the rows that a lale operator is fitted on."""

import numpy as np

from .._utils import encode_cells
from ..exceptions import UndefinedGroupError
from ..model_selection import balanced_validation_indices
from ._groups import TRAP, fairness_groups, membership, values_seen

# Validation rows pass through the network in every step; more of them cost time.
LARGEST_CELL = 50


def check_outcomes(y, favorable_labels, unfavorable_labels):
    """Refuse labels among which the fairness information finds one kind only."""
    side = membership(y, favorable_labels, unfavorable_labels)
    if not (side == 1).any() or not (side == 0).any():
        raise ValueError(
            "`y` should have favorable and unfavorable labels. Got "
            f"{np.unique(np.asarray(y)).tolist()}, where favorable are {favorable_labels} "
            f"and unfavorable are {unfavorable_labels or 'all others'}."
        )


def held_out_rows(X, y, fairness_info, *, per_cell, fraction, random_state):
    """Row numbers to train on, and of as many rows of every group × outcome cell.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
    fairness_info : dict
        In lale's format, with features as `named_attributes` returns them.
    per_cell : int or "auto"
        Rows of each cell; "auto" shares a fraction of the rows out evenly, up to 50 a cell
        and a quarter of the smallest.
    fraction : float
        The share of the rows that "auto" takes.
    random_state : int, RandomState or None

    Returns
    -------
    train, val : ndarray of int64
        Together every row once. Rows without a group, or whose label is neither favorable
        nor unfavorable, are among those to train on.

    Raises
    ------
    UndefinedGroupError
        If an attribute does not tell two groups apart, or a cell has too few rows.

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
        per_cell = _per_cell(outcome, groups, fraction)
    try:
        _, val = balanced_validation_indices(
            outcome, groups, per_cell=per_cell, random_state=random_state
        )
    except UndefinedGroupError as error:
        raise UndefinedGroupError(
            f"No balanced validation set can be held out. {error} Here per_cell is "
            "`validation_per_cell`; or pass `X_val` and `y_val` to `fit`. "
            f"{values_seen(X, attributes)} {TRAP}"
        ) from error
    return np.setdiff1d(np.arange(len(side)), free[val]), free[val]


def _per_cell(outcome, groups, fraction):
    counts = encode_cells(groups, outcome).counts
    share = round(fraction * len(groups) / counts.size)
    return max(1, min(share, LARGEST_CELL, counts.min() // 4))
