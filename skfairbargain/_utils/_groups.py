"""Sensitive attributes as group codes: one column, or the intersection of several."""

import numpy as np
import pandas as pd

from ._lengths import check_same_length


def encode_groups(groups, *, name="groups", like=None):
    """Number the groups of one or several sensitive columns.

    Parameters
    ----------
    groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns)
        Group labels of any sortable kind. Several columns become their intersections.
    name : str, default="groups"
        What the caller calls this argument; used in error messages.
    like : dict of str to array-like, default=None
        Something that must have as many rows, by its name.

    Returns
    -------
    codes : ndarray of shape (n_samples,), dtype int64
        Position of each row's group in `labels`.
    labels : list
        The groups found, in sorted order. A tuple of values where there are several
        columns, the value itself otherwise.

    Raises
    ------
    ValueError
        If a label is missing, there are no columns, or the lengths differ.

    Examples
    --------
    >>> codes, labels = encode_groups(["F", "M", "F"])
    >>> codes.tolist(), labels
    ([0, 1, 0], ['F', 'M'])
    """
    frame = _as_frame(groups, name)
    if like is not None:
        check_same_length(**like, **{name: frame})
    missing = frame.isna().any(axis=1).to_numpy()
    if missing.any():
        raise ValueError(
            f"`{name}` should have a group for every row. Got {missing.sum()} missing "
            "of them. Give these rows a group of their own, such as 'unknown', or "
            "leave them out."
        )
    keys = [_sortable(frame.iloc[:, column]) for column in range(frame.shape[1])]
    inverses, levels = zip(*keys, strict=True)
    combined = np.ravel_multi_index(inverses, [len(level) for level in levels])
    present, codes = np.unique(combined, return_inverse=True)
    places = np.unravel_index(present, [len(level) for level in levels])
    labels = list(
        zip(
            *(
                [level[i] for i in place]
                for level, place in zip(levels, places, strict=True)
            ),
            strict=True,
        )
    )
    if len(levels) == 1:
        labels = [label for (label,) in labels]
    return codes.astype(np.int64), labels


def group_name(label):
    """Write a group label for people: ``F``, or ``F & 40+`` for an intersection."""
    return " & ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _as_frame(groups, name):
    if hasattr(groups, "__dataframe__") and not isinstance(groups, pd.DataFrame):
        groups = groups.to_pandas()  # polars
    if isinstance(groups, pd.DataFrame):
        frame = groups
    else:
        values = groups.to_numpy() if hasattr(groups, "to_numpy") else np.asarray(groups)
        if values.ndim not in (1, 2):
            raise ValueError(
                f"`{name}` should have one or two dimensions. Got shape {values.shape}."
            )
        frame = pd.DataFrame(values)
    if frame.shape[1] == 0:
        raise ValueError(f"`{name}` should have at least one column. Got none.")
    return frame


def _sortable(column):
    """Codes and sorted Python values of one column, whatever its dtype."""
    values = column.to_numpy(dtype=object)
    try:
        levels, codes = np.unique(values, return_inverse=True)
    except TypeError:  # kinds that do not compare, such as 1 beside "a"
        levels = np.array(sorted(set(values), key=lambda v: (type(v).__name__, v)), object)
        place = {level: code for code, level in enumerate(levels)}
        codes = np.array([place[value] for value in values])
    return codes, [level.item() if hasattr(level, "item") else level for level in levels]
