"""Tell audited rows, whose group is known, from the rows to train on."""

from ._counts import n_rows
from ._groups import as_frame


def known_groups(groups, name):
    """Return where the group is known, among training rows and audited rows.

    Parameters
    ----------
    groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns)
        Values of the sensitive attributes; missing (None or NaN) for training rows.
    name : str
        Name of this argument in the caller's signature, for error messages.

    Returns
    -------
    known : ndarray of shape (n_samples,), dtype bool

    Raises
    ------
    ValueError
        If there are no rows, all or none are known, or a row has some of several
        attributes.

    Examples
    --------
    >>> known_groups([None, None, "F", "M"], "groups").tolist()
    [False, False, True, True]
    """
    present = as_frame(groups, name).notna().to_numpy()
    known = present.any(axis=1)
    partly = known & ~present.all(axis=1)
    if partly.any():
        raise ValueError(
            f"`{name}` should have all attributes of a row, or none of them where it is to "
            f"train on. Got some of them in {n_rows(partly.sum())}. Give what is unknown a "
            "value of its own, such as 'unknown', or leave these rows out."
        )
    n = len(known)
    if n == 0:
        raise ValueError(
            f"`{name}` should have a group or a missing value (None or NaN) for every row, "
            "of one row or more. Got no rows."
        )
    if not known.any():
        raise ValueError(
            f"`{name}` should have the group of every audited row. Got missing values in "
            f"{n} of {n_rows(n)}."
        )
    if known.all():
        raise ValueError(
            f"`{name}` should be missing (None or NaN) for the rows to train on. Got a "
            f"group for {n} of {n_rows(n)}. An array of text has no missing values: use "
            "one of dtype=object, or a Series."
        )
    return known
