"""The validation set of a fit: given and audited, or held out of the training rows."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    column_or_1d,
    validate_data,
)

from .._utils import cell_codes, check_same_length, encode_groups, group_name, warn_user
from ..exceptions import UndefinedGroupError, ValidationSetWarning
from ._inputs import class_indices

# Most rows of a class that are held out: every step passes through all of them.
MOST_HELD_OUT = 100


class ValidationSet(NamedTuple):
    """Validation rows and the cells (group × class) that they belong to.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_val, n_features)
    y : ndarray of shape (n_val,), int64
        Class indices.
    cells : ndarray of shape (n_val,), int64
        Position of each row's cell in `pairs`.
    cell_groups : ndarray of shape (n_cells,), int64
        Position of each cell's group in `groups`.
    groups : list
        Group labels.
    pairs : list of tuple
        (group label, class label) of each cell.
    """

    X: np.ndarray
    y: np.ndarray
    cells: np.ndarray
    cell_groups: np.ndarray
    groups: list
    pairs: list

    @property
    def group_names(self):
        """The groups, written for people."""
        return _distinct([group_name(group) for group in self.groups], self.groups)

    def player_names(self, players):
        """The cells or the groups, written for people."""
        if players == "groups":
            return self.group_names
        names = [f"{group_name(group)}, {label}" for group, label in self.pairs]
        return _distinct(names, self.pairs)


def _distinct(names, labels):
    """The names, unless two labels read the same, as 1 and "1" do."""
    return names if len(set(names)) == len(names) else [repr(label) for label in labels]


def given_validation_set(X_val, y_codes, groups_val, classes):
    """Arrange an audited validation set by cells; without groups, the classes are groups.

    Raises
    ------
    UndefinedGroupError
        If a group has rows of one class only.
    """
    if groups_val is None:
        missing = np.delete(classes, np.unique(y_codes)).tolist()
        if missing:
            warn_user(
                f"The validation set has no rows of the classes {missing}. Without "
                "`groups_val` the classes are the groups, so nothing in training speaks "
                "for these. Add rows of them, or pass `groups_val`.",
                ValidationSetWarning,
            )
        return _arrange(X_val, y_codes, y_codes, classes.tolist(), classes)
    codes, labels = encode_groups(groups_val, name="groups_val", like={"X_val": X_val})
    for code, label in enumerate(labels):
        found = np.unique(y_codes[codes == code])
        if len(found) < 2:
            raise UndefinedGroupError(
                f"Group {group_name(label)!r} has {np.sum(codes == code)} rows in the "
                f"validation set, all of class {classes.tolist()[found[0]]!r}. Every group "
                "needs rows of two classes or more: use balanced_validation_split(..., "
                "per_cell=5), or merge the group with another."
            )
    return _arrange(X_val, y_codes, codes, labels, classes)


def hold_out_validation_set(X, y_codes, rows, classes, fraction, random_state):
    """Hold the same number of every class out, about a fraction of the rows in all.

    At most 100 of a class.

    Parameters
    ----------
    X : ndarray, memmap or CSR matrix of shape (n_samples, ...)
    y_codes : ndarray of shape (n_rows,), int64
        Classes of the rows that may be trained on.
    rows : ndarray of shape (n_rows,), int64
        Where these are in X.
    classes, fraction, random_state :
        Of the estimator.

    Returns
    -------
    kept : ndarray of shape (n_left,), int64
        Positions in `rows` of those left to train on, sorted.
    validation : ValidationSet
        Its groups are the classes.

    Raises
    ------
    ValueError
        If a class has a single row.
    """
    counts = np.bincount(y_codes, minlength=len(classes))
    present = np.flatnonzero(counts)
    rarest = present[counts[present].argmin()]
    if counts[rarest] < 2:
        raise ValueError(
            "A class should have 2 samples or more, so that one can be held out for "
            f"validation. Class {classes.tolist()[rarest]!r} has 1 sample. Leave it out, "
            "or pass `X_val` and `y_val`."
        )
    wanted = round(fraction * len(y_codes) / len(present))
    per_class = max(1, min(wanted, counts[rarest] // 2, MOST_HELD_OUT))
    rng = check_random_state(random_state)
    of_class = [np.flatnonzero(y_codes == code) for code in present]
    drawn = [rng.choice(members, per_class, replace=False) for members in of_class]
    held_out = np.sort(np.concatenate(drawn))
    kept = np.setdiff1d(np.arange(len(y_codes)), held_out)
    y_val = y_codes[held_out]
    return kept, _arrange(X[rows[held_out]], y_val, y_val, classes.tolist(), classes)


def _arrange(X_val, y_codes, group_codes, labels, classes):
    codes = cell_codes(group_codes, y_codes, len(classes))
    present_cells, cells = np.unique(codes, return_inverse=True)
    pairs = np.stack(np.divmod(present_cells, len(classes)), axis=1)
    present, cell_groups = np.unique(pairs[:, 0], return_inverse=True)
    return ValidationSet(
        X_val,
        y_codes,
        cells.reshape(-1),
        cell_groups.reshape(-1),
        [labels[code] for code in present],
        [(labels[group], classes.tolist()[code]) for group, code in pairs],
    )


def validation_set(estimator, X, y, rows, X_val, y_val, groups_val):
    """Return which of `rows` to train on, and the validation set, given or held out."""
    check_given_together(X_val, y_val, groups_val)
    if X_val is None:
        return hold_out_validation_set(
            X,
            y,
            rows,
            estimator.classes_,
            estimator.validation_fraction,
            estimator.random_state,
        )
    X_val = prepared_alike(
        estimator,
        X_val,
        accept_sparse="csr",
        dtype=X.dtype,
        allow_nd=estimator.module is not None,
    )
    codes = validation_codes(estimator.classes_, X_val, y_val)
    return np.arange(len(y)), given_validation_set(
        X_val, codes, groups_val, estimator.classes_
    )


def check_given_together(X_val, y_val, groups_val):
    """Refuse a validation set without its rows or its labels."""
    if X_val is None and (y_val is not None or groups_val is not None):
        raise ValueError(
            "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, "
            "or none of the three."
        )
    if X_val is not None and y_val is None:
        raise ValueError("`y_val` should be given with `X_val`. Got None.")


def validation_codes(classes, X_val, y_val):
    """Class indices of the validation rows, one label each."""
    y_val = column_or_1d(y_val)
    check_same_length(X_val=X_val, y_val=y_val)
    return class_indices(classes, y_val, "y_val")


ROUTE_IT = 'In a Pipeline, transform_input=["X_val"] takes it through the earlier steps.'


def prepared_alike(estimator, X_val, **checks):
    """Check validation rows as the training rows before them.

    Parameters
    ----------
    estimator : estimator
        What has the features of the training rows.
    X_val : array-like of shape (n_val, ...)
    **checks : dict
        Of scikit-learn's ``validate_data``.

    Returns
    -------
    X_val : as of ``validate_data``

    Raises
    ------
    ValueError
        If they are malformed or of other features.
    """
    try:
        with warnings.catch_warnings():
            # `warn_of_names` has better words for this.
            warnings.filterwarnings("ignore", "X (has|does not have valid) feature names")
            return validate_data(estimator, X_val, reset=False, **checks)
    except ValueError as error:
        raise ValueError(
            f"`X_val` should be prepared as `X` was. {error} {ROUTE_IT}"
        ) from error
