"""Encode sensitive attributes as groups: one column, or the intersection of several."""

import numpy as np
import pandas as pd

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
    frame = _as_frame(groups, name)
    if like is not None:
        check_same_length(**like, **{name: frame})
    missing = frame.isna().any(axis=1).to_numpy()
    if missing.any():
        raise ValueError(
            f"`{name}` should have a group for every row. Got missing values in "
            f"{missing.sum()} of {len(missing)} rows. Give these rows a group of their "
            "own, such as 'unknown', or leave them out."
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
    """Write a group as readable text: ``F``, or ``F & 40+`` for an intersection."""
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
    """Return the codes and the sorted Python values of one column of any dtype."""
    values = column.to_numpy(dtype=object)
    try:
        levels, codes = np.unique(values, return_inverse=True)
    except TypeError:  # types that cannot be compared, such as 1 and "a"
        levels = np.array(sorted(set(values), key=lambda v: (type(v).__name__, v)), object)
        place = {level: code for code, level in enumerate(levels)}
        codes = np.array([place[value] for value in values])
    return codes, [level.item() if hasattr(level, "item") else level for level in levels]
