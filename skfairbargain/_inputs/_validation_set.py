"""A validation set, its rows arranged by cell."""

from typing import NamedTuple

import numpy as np

from .._utils import cell_codes, encode_groups, group_names, warn_user
from ..exceptions import UndefinedGroupError, ValidationSetWarning
from ._players import Players


class ValidationSet(NamedTuple):
    """Validation rows and the cells (group × class) that they belong to.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_val, n_features)
    y : ndarray of shape (n_val,), int64
        Class indices.
    cells : ndarray of shape (n_val,), int64
        Position of each row's cell among those of `players`.
    players : Players
    """

    X: np.ndarray
    y: np.ndarray
    cells: np.ndarray
    players: Players

    @property
    def cell_rows(self):
        """Number of rows of each cell."""
        return np.bincount(self.cells).tolist()


def arranged_by_cell(X_val, y_codes, group_codes, groups, classes):
    """Return the validation set of rows whose group and class are known.

    Parameters
    ----------
    X_val : ndarray or CSR matrix of shape (n_val, n_features)
    y_codes, group_codes : ndarray of shape (n_val,), int64
        Positions among `classes` and `groups`.
    groups : list
    classes : ndarray of shape (n_classes,)

    Returns
    -------
    validation : ValidationSet
        Its groups and cells are those that have rows.
    """
    codes = cell_codes(group_codes, y_codes, len(classes))
    present, cells = np.unique(codes, return_inverse=True)
    pairs = np.stack(np.divmod(present, len(classes)), axis=1)
    players = Players(
        [groups[code] for code in np.unique(pairs[:, 0])],
        [(groups[group], classes.tolist()[code]) for group, code in pairs],
    )
    return ValidationSet(X_val, y_codes, cells.reshape(-1), players)


def given_validation_set(X_val, y_codes, groups_val, classes):
    """Arrange an audited validation set; without groups, the classes are the groups.

    Raises
    ------
    UndefinedGroupError
        If a group has rows of one class only.
    """
    if groups_val is None:
        _warn_of_missing_classes(y_codes, classes)
        return arranged_by_cell(X_val, y_codes, y_codes, classes.tolist(), classes)
    codes, labels = encode_groups(groups_val, name="groups_val", like={"X_val": X_val})
    validation = arranged_by_cell(X_val, y_codes, codes, labels, classes)
    _check_two_classes(validation)
    return validation


def _check_two_classes(validation):
    """Refuse groups with rows of one class; the message names them all."""
    cells, counts = validation.players.cells, np.bincount(validation.cells)
    of_group = [group for group, _ in cells]
    groups = validation.players.groups
    names = dict(zip(groups, group_names(groups), strict=True))
    alone = [
        (names[group], count, label)
        for (group, label), count in zip(cells, counts, strict=True)
        if of_group.count(group) == 1
    ]
    if not alone:
        return
    (name, count, label), *others = alone
    rows = f"{count} rows" if count > 1 else "1 row"
    shown = [f"{other!r} ({n} of class {its!r})" for other, n, its in others[:20]]
    more = f" and {len(others) - 20} more groups" if len(others) > 20 else ""
    likewise = f"; likewise {', '.join(shown)}{more}" if others else ""
    raise UndefinedGroupError(
        f"Group {name!r} has {rows} in the validation set, all of class {label!r}"
        f"{likewise}. Every group needs rows of two classes or more: use "
        "balanced_validation_split(..., per_cell=5), or merge the group with another."
        f"{_meant_as_classes(cells)}"
    )


def _meant_as_classes(cells):
    """A way out where groups and classes go together one by one, under other names."""
    if len({label for _, label in cells}) < len(cells) or len(cells) == 1:
        return ""
    return " Where the groups are meant to be the classes, leave `groups_val` away."


def _warn_of_missing_classes(y_codes, classes):
    missing = np.delete(classes, np.unique(y_codes)).tolist()
    if missing:
        warn_user(
            f"The validation set has no rows of the classes {missing}. Without "
            "`groups_val` the classes are the groups, so training cannot see its errors on "
            "these. Add rows of them, or pass `groups_val`.",
            ValidationSetWarning,
        )
