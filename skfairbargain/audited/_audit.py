"""The audited rows: checked, their groups named, small groups merged."""

from typing import NamedTuple

import numpy as np

from .._utils import cell_codes, cell_counts, encode_groups, group_names, warn_user
from ..exceptions import SmallGroupWarning
from ._balance import cell_balanced

# Rows of each class that a group needs to be a player of its own.
FEWEST = 2
OTHERS = "other groups"


class Audit(NamedTuple):
    """Audited rows.

    Parameters
    ----------
    y : ndarray of shape (n_val,), int
        Positions among the classes.
    groups : ndarray of shape (n_val,), int
        Positions among `names`.
    names : list
        The groups, small ones merged into "other groups".
    merged : list
        Groups that were merged.
    cells : ndarray of shape (n_val,), int
        Positions of the group × class cells that have rows.
    weight : ndarray of shape (n_val,)
        What each row counts, 1 on average.
    """

    y: np.ndarray
    groups: np.ndarray
    names: list
    merged: list
    cells: np.ndarray
    weight: np.ndarray

    @property
    def fewest(self):
        """Rows of the smallest cell."""
        return np.bincount(self.cells).min()

    def rows_by_cell(self, classes):
        """Names of the cells that have rows, with their number."""
        places, counts = np.unique(
            cell_codes(self.groups, self.y, len(classes)), return_counts=True
        )
        names = group_names(self.names)
        pairs = zip(*np.divmod(places, len(classes)), counts.tolist(), strict=True)
        return [(f"{names[group]}, {classes[label]}", n) for group, label, n in pairs]


def make_audit(y, groups_val, classes, *, balanced):
    """Arrange audited rows.

    Parameters
    ----------
    y : ndarray of shape (n_val,), int
        Positions among the classes.
    groups_val : array-like of shape (n_val,) or (n_val, n_columns), or None
        None: the classes are the groups.
    classes : ndarray of shape (n_classes,)
    balanced : bool
        Whether every cell counts alike, or every row.

    Returns
    -------
    audit : Audit

    Raises
    ------
    ValueError
        If a class has fewer than two rows.
    """
    _check_classes(y, classes)
    if groups_val is None:
        codes, names = y, classes.tolist()
        merged = []
    else:
        codes, names = encode_groups(groups_val, name="groups_val", like={"y_val": y})
        codes, names, merged = _merge_small(codes, names, y, len(classes))
    _, cells = np.unique(cell_codes(codes, y, len(classes)), return_inverse=True)
    weight = cell_balanced(cells) if balanced else np.ones(len(y))
    return Audit(y, codes, names, merged, cells, weight)


def _check_classes(y, classes):
    counts = np.bincount(y, minlength=len(classes))
    if counts.min() < FEWEST:
        few = {label: int(n) for label, n in zip(classes.tolist(), counts, strict=True)}
        raise ValueError(
            f"`y_val` should have {FEWEST} rows or more of every class, so that some can "
            f"be learned from and others predicted. Got {few}. Audit more rows of the rare "
            "classes, or leave these classes out of `y` as well."
        )


def _merge_small(codes, names, y, n_classes):
    """Merge groups that lack rows of a class, and with the smallest other if need be."""
    counts = cell_counts(cell_codes(codes, y, n_classes), len(names), n_classes)
    small = (counts < FEWEST).any(axis=1)
    if not small.any():
        return codes, names, []
    while (counts[small].sum(axis=0) < FEWEST).any() and not small.all():
        rows = np.where(small, np.inf, counts.sum(axis=1))
        small[rows.argmin()] = True
    if small.sum() < 2 and small.all():
        return codes, names, []
    shown = [name for name, low in zip(group_names(names), small, strict=True) if low]
    warn_user(
        f"The groups {shown[:10]}{' and more' if len(shown) > 10 else ''} are one group "
        f"here, {OTHERS!r}: at least one of them has fewer than {FEWEST} audited rows of a "
        "class. Audit more of their rows, or merge groups by their meaning.",
        SmallGroupWarning,
    )
    merged = [name for name, low in zip(names, small, strict=True) if low]
    kept = [name for name, low in zip(names, small, strict=True) if not low]
    place = np.cumsum(~small) - 1
    return np.where(small[codes], len(kept), place[codes]), [*kept, OTHERS], merged
