"""Encode sensitive attributes as groups: one column, or the intersection of several."""

import contextlib

import numpy as np
import pandas as pd

from ._columns import check_column, shortly
from ._lengths import check_same_length


def encode_groups(groups, *, name="groups", like=None):
    """Give every row the number of its group.

    Parameters
    ----------
    groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns)
        Values of the sensitive attributes, of any sortable type. With several columns,
        the groups are the intersections.
    name : str, default="groups"
        Name of this argument in the caller's signature, for error messages.
    like : dict of str to array-like, default=None
        Another input, by its name; `groups` must have the same number of rows.

    Returns
    -------
    codes : ndarray of shape (n_samples,), dtype int64
        Position of each row's group in `labels`.
    labels : list
        The groups found, in sorted order: values, or tuples of values if there are several
        columns.

    Raises
    ------
    ValueError
        If a value is missing, there are no columns, or the lengths differ.

    Examples
    --------
    >>> codes, labels = encode_groups(["F", "M", "F"])
    >>> codes.tolist(), labels
    ([0, 1, 0], ['F', 'M'])
    """
    frame = as_frame(groups, name)
    if like is not None:
        check_same_length(**like, **{name: frame})
    _check_complete(frame, name)
    columns = [_sortable(frame.iloc[:, column], name) for column in range(frame.shape[1])]
    codes = np.zeros(len(frame), np.int64)
    for of_column, levels in columns:
        # Numbered anew after each column, so that no product of level counts overflows.
        combined = codes * len(levels) + of_column
        _, first, codes = np.unique(combined, return_index=True, return_inverse=True)
    labels = [
        tuple(levels[of_column[row]] for of_column, levels in columns) for row in first
    ]
    if len(columns) == 1:
        labels = [label for (label,) in labels]
    return codes.astype(np.int64), labels


def are_labels(groups, y):
    """Whether the group of every row is its own label, so that the classes are the groups.

    Parameters
    ----------
    groups, y : array-like
        Not checked yet.

    Returns
    -------
    are_labels : bool

    Examples
    --------
    >>> are_labels(["cat", "dog"], ["cat", "dog"]), are_labels(["F", "M"], ["cat", "dog"])
    (True, False)
    """
    try:
        rows = [np.asarray(each, dtype=object).reshape(-1).tolist() for each in (groups, y)]
        return bool(rows[0] == rows[1])
    except (RuntimeError, TypeError, ValueError):
        return False  # of which later checks say more


def group_name(label):
    """Write a group as readable text: ``F``, or ``F & 40+`` for an intersection."""
    return " & ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def as_frame(groups, name):
    check_column(groups, name)
    if hasattr(groups, "get_columns"):  # polars, whose to_pandas needs pyarrow
        columns = [_objects(column.to_list()) for column in groups.get_columns()]
        frame = pd.DataFrame(dict(enumerate(columns)))
        frame.columns = list(groups.columns)
    elif hasattr(groups, "__dataframe__") and not isinstance(groups, pd.DataFrame):
        frame = groups.to_pandas()
    elif isinstance(groups, pd.DataFrame):
        frame = groups
    else:
        try:
            convert = getattr(groups, "to_numpy", None)
            values = convert() if convert else np.asarray(groups)
            if values.dtype.kind in "US" and not isinstance(groups, np.ndarray):
                # In a list, 1 and "1" are two groups, and NaN beside texts is missing.
                values = values if convert else np.asarray(groups, dtype=object)
        except ValueError as error:
            raise ValueError(
                f"`{name}` should have one group for each row, or one row of values. Got "
                "rows of unequal lengths."
            ) from error
        if values.ndim not in (1, 2):
            raise ValueError(
                f"`{name}` should have one or two dimensions. Got shape {values.shape}."
            )
        frame = pd.DataFrame(values)
    if frame.shape[1] == 0:
        raise ValueError(f"`{name}` should have at least one column. Got none.")
    return frame


def _objects(values):
    """An array of the values as they are: NumPy would make one of rows of them."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _check_complete(frame, name):
    missing = frame.isna().to_numpy()
    n_rows = missing.any(axis=1).sum()
    if not n_rows:
        return
    place = ""
    if frame.shape[1] > 1:
        counts = zip(frame.columns, missing.sum(axis=0), strict=True)
        listed = ", ".join(f"{count} in {column!r}" for column, count in counts if count)
        place = f" ({listed})"
    raise ValueError(
        f"`{name}` should have a group for every row. Got missing values in "
        f"{n_rows} of {len(frame)} rows{place}. Give these rows a group of their "
        "own, such as 'unknown', or leave them out."
    )


def _sortable(column, name):
    """Return the codes and the sorted Python values of one column of any dtype."""
    values = column.to_numpy(dtype=object)
    try:
        distinct = set(values)
    except TypeError as error:
        raise ValueError(
            f"`{name}` should have groups that are numbers, text or the like. Got "
            f"{shortly(values[0])}."
        ) from error
    levels = _sorted(distinct)
    place = {level: code for code, level in enumerate(levels)}
    codes = np.array([place[value] for value in values], dtype=np.int64)
    return codes, [level.item() if hasattr(level, "item") else level for level in levels]


def _sorted(values):
    """Sort values; those that have no order by their types, or by their texts."""
    orders = (
        lambda value: value,
        lambda value: (type(value).__name__, value),
        lambda value: (type(value).__name__, repr(value)),
    )
    for order in orders:
        with contextlib.suppress(TypeError):
            return sorted(values, key=order)
    raise TypeError  # never: texts have an order
