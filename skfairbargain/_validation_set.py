"""The validation set of a fit: given and audited, or held out of the training rows."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from ._utils import encode_groups, group_name
from .exceptions import UndefinedGroupError, ValidationSetWarning

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
            warnings.warn(
                f"The validation set has no rows of the classes {missing}. Without "
                "`groups_val` the classes are the groups, so nothing in training speaks "
                "for these. Add rows of them, or pass `groups_val`.",
                ValidationSetWarning,
                stacklevel=5,
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
    pairs, cells = np.unique(
        np.stack([group_codes, y_codes], axis=1), axis=0, return_inverse=True
    )
    present, cell_groups = np.unique(pairs[:, 0], return_inverse=True)
    return ValidationSet(
        X_val,
        y_codes,
        cells.reshape(-1),
        cell_groups.reshape(-1),
        [labels[code] for code in present],
        [(labels[group], classes.tolist()[code]) for group, code in pairs],
    )
