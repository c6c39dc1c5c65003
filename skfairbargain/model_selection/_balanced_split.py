"""Split off a validation set in which every group × label cell has equally many rows."""

from numbers import Integral

import numpy as np
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils._param_validation import Interval, validate_params

from .._inputs import check_classes, label_column
from .._utils import (
    are_labels,
    check_same_length,
    encode_cells,
    n_rows,
    small_cells,
    way_out,
)
from ..exceptions import UndefinedGroupError

__all__ = ["balanced_validation_indices", "balanced_validation_split"]

# scikit-learn's checks of parameters.
CHECKS = {
    "per_cell": [Interval(Integral, 1, None, closed="left")],
    "random_state": ["random_state"],
}


@validate_params(
    {"X": "no_validation", "y": "no_validation", "groups": "no_validation", **CHECKS},
    prefer_skip_nested_validation=True,
)
def balanced_validation_split(X, y, groups=None, *, per_cell=5, random_state=None):
    """Split off a validation set with equally many rows of every group × label cell.

    Like ``train_test_split``, but the validation part has the same number of rows of every
    group and label, as `NashMetaClassifier` and metrics by group need. Without groups, or
    where the groups are the labels, it has the same number of rows of every class.

    Parameters
    ----------
    X : array-like, DataFrame or sparse matrix of shape (n_samples, ...)
    y : array-like of shape (n_samples,)
        Class labels.
    groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns), \
            default=None
        Sensitive attributes. With several columns the groups are the intersections. None:
        the classes are the groups.
    per_cell : int, default=5
        Validation rows of each cell; n_groups × n_labels × per_cell in all.
    random_state : int, RandomState or None, default=None
        Random numbers that choose the rows. The same int gives the same split.

    Returns
    -------
    X_train, X_val, y_train, y_val, groups_train, groups_val
        Each has the type of its input, with the rows in their original order. The last two
        are left out where there are no `groups`.

    Raises
    ------
    UndefinedGroupError
        If a cell has fewer than `per_cell` rows, or if no row of some label would be left
        to train on.
    ValueError
        If the lengths differ, a group is missing, or `y` does not hold class labels.

    See Also
    --------
    balanced_validation_indices : The same split as row numbers.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, whose
    validation sets have equally many rows of every group and label.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.model_selection import balanced_validation_split
    >>> X = np.arange(12).reshape(-1, 1)
    >>> y = [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1]
    >>> sex = ["F"] * 6 + ["M"] * 6
    >>> X_train, X_val, y_train, y_val, sex_train, sex_val = balanced_validation_split(
    ...     X, y, sex, per_cell=1, random_state=0
    ... )
    >>> list(zip(sex_val, y_val))
    [('F', 0), ('F', 1), ('M', 0), ('M', 1)]
    >>> X_train.shape
    (8, 1)
    """
    if X is None:
        raise ValueError("`X` should have a row for each label of `y`. Got None.")
    given = {"X": X, "y": y} if groups is None else {"X": X, "y": y, "groups": groups}
    check_same_length(**given)
    parts = balanced_validation_indices(
        y, groups, per_cell=per_cell, random_state=random_state
    )
    return [_safe_indexing(data, rows) for data in given.values() for rows in parts]


@validate_params(
    {"y": "no_validation", "groups": "no_validation", **CHECKS},
    prefer_skip_nested_validation=True,
)
def balanced_validation_indices(y, groups=None, *, per_cell=5, random_state=None):
    """Compute the row numbers of `balanced_validation_split`.

    Parameters
    ----------
    y, groups, per_cell, random_state :
        As in `balanced_validation_split`.

    Returns
    -------
    train, val : ndarray of int64
        Sorted row numbers. Every row is in exactly one of the two.

    Raises
    ------
    UndefinedGroupError, ValueError
        As `balanced_validation_split`.

    Examples
    --------
    >>> from skfairbargain.model_selection import balanced_validation_indices
    >>> train, val = balanced_validation_indices(
    ...     [0, 0, 1, 0, 1, 1], list("FFFMMM"), per_cell=1, random_state=0
    ... )
    >>> len(train), len(val)
    (2, 4)
    """
    if groups is not None:
        check_same_length(y=y, groups=groups)
    y = label_column(y, "y")
    check_classes(y)
    if not len(y):
        raise ValueError("`y` should have a label for every row. Got no rows.")
    of_classes = groups is None or are_labels(groups, y)
    cells = encode_cells(np.zeros(len(y)) if of_classes else groups, y)
    labels = cells.labels.tolist()
    least = cells.counts.min()
    if least < per_cell and of_classes:
        raise UndefinedGroupError(
            f"Every class should have {n_rows(per_cell)} or more. Class "
            f"{labels[cells.counts[0].argmin()]!r} has {n_rows(least)}. Lower per_cell to "
            f"{least}, or leave the class out."
        )
    if least < per_cell:
        lower = f"lower per_cell to {least} or less" if least else None
        raise UndefinedGroupError(
            f"Every group should have {n_rows(per_cell)} or more of each label. "
            f"{small_cells(cells, per_cell)}. {way_out(cells, per_cell, lower)}"
            f"{_meant_as_classes(cells)}"
        )
    left = cells.counts.sum(axis=0) - per_cell * len(cells.groups)
    if left.min() == 0:
        raise UndefinedGroupError(
            f"Every label should keep a row to train on. Drawing {per_cell} rows per cell "
            f"takes all of label {labels[left.argmin()]!r}. Lower per_cell."
        )
    rng = check_random_state(random_state)
    val = np.sort(
        np.concatenate(
            [
                rng.choice(np.flatnonzero(cells.codes == cell), per_cell, replace=False)
                for cell in range(cells.counts.size)
            ]
        )
    )
    return np.setdiff1d(np.arange(len(cells.codes)), val), val


def _meant_as_classes(cells):
    """A way out where groups and labels go together one by one, under other names."""
    together = cells.counts > 0
    one_by_one = (together.sum(0) == 1).all() and (together.sum(1) == 1).all()
    if not one_by_one:
        return ""
    return " Where the groups are meant to be the classes, leave `groups` away."
