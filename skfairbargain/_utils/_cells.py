"""Cells: every combination of a group and a label. Each row belongs to one cell."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import column_or_1d

from ._groups import encode_groups
from ._lengths import check_same_length


class Cells(NamedTuple):
    """Rows numbered by cell.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), dtype int64
        Cell of each row: the position of its group times the number of labels, plus the
        position of its label.
    counts : ndarray of shape (n_groups, n_labels), dtype int64
        Number of rows in each cell.
    groups : list
        The groups found, sorted; tuples if there are several sensitive columns.
    labels : ndarray of shape (n_labels,)
        The labels found, sorted.
    """

    codes: np.ndarray
    counts: np.ndarray
    groups: list
    labels: np.ndarray


def encode_cells(groups, y):
    """Give every row the number of its cell, the combination of its group and its label.

    Stratify a split by these numbers to keep rows of every group and label in every fold:
    ``StratifiedKFold().split(X, encode_cells(groups, y).codes)``.

    Parameters
    ----------
    groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns)
        The group of each row. With several columns, the groups are the intersections.
    y : array-like of shape (n_samples,)
        Labels.

    Returns
    -------
    cells : Cells
        Named tuple ``(codes, counts, groups, labels)``: the cell of each row, an ndarray of
        shape (n_samples,); the number of rows in each cell, an ndarray of shape
        (n_groups, n_labels); the groups, sorted; and the labels, sorted.

    Raises
    ------
    ValueError
        If a group is missing or the lengths differ.

    Examples
    --------
    >>> from skfairbargain.model_selection import encode_cells
    >>> cells = encode_cells(["F", "M", "F", "M"], ["no", "no", "yes", "no"])
    >>> cells.codes.tolist(), cells.counts.tolist()
    ([0, 2, 1, 2], [[1, 1], [2, 0]])
    """
    check_same_length(groups=groups, y=y)
    group_codes, group_labels = encode_groups(groups)
    labels, label_codes = np.unique(column_or_1d(y), return_inverse=True)
    codes = cell_codes(group_codes, label_codes, len(labels))
    counts = cell_counts(codes, len(group_labels), len(labels))
    return Cells(codes, counts, group_labels, labels)


def cell_codes(group_codes, label_codes, n_labels):
    """Compute each row's cell; `divmod(code, n_labels)` gives group and label back."""
    return group_codes * n_labels + label_codes


def cell_counts(codes, n_groups, n_labels):
    """Rows of each cell, of shape (n_groups, n_labels), from the rows' `cell_codes`."""
    return np.bincount(codes, minlength=n_groups * n_labels).reshape(n_groups, n_labels)
