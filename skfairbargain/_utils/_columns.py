"""Refuse what is no column of values, such as the name of one."""

import reprlib
from collections.abc import Mapping, Set

import numpy as np
from scipy.sparse import issparse


def check_column(values, name):
    """Check that an argument holds one value for each row, before NumPy reads it.

    NumPy makes an array of anything, and forgets which values are masked.

    Parameters
    ----------
    values : array-like
    name : str
        Name of the argument in the caller's signature.

    Raises
    ------
    TypeError
        If it is sparse.
    ValueError
        If it is a single value, has no order, or has masked values.
    """
    if issparse(values):
        raise TypeError(
            f"`{name}` should be dense. Got a sparse {type(values).__name__}. Pass "
            f"`{name}.toarray()`."
        )
    check_unmasked(values, name)
    lacks_length = not any(hasattr(values, each) for each in ("__len__", "__array__"))
    is_single = isinstance(values, str | bytes | Mapping | Set | type) or lacks_length
    if is_single or getattr(values, "shape", None) == ():
        way_out = "Pass a list, an array or a column of a frame."
        if isinstance(values, str):
            way_out = f"Pass the values of the column, as in frame[{shortly(values)}]."
        elif isinstance(values, Mapping):
            way_out = "Pass a DataFrame of them."
        raise ValueError(
            f"`{name}` should have one value for each row. Got {shortly(values)}. {way_out}"
        )


def check_unmasked(values, name):
    """Refuse masked values, whose mask NumPy drops in a conversion."""
    if np.ma.is_masked(values):
        raise ValueError(
            f"`{name}` should have no masked values. Got {np.ma.count_masked(values)}. "
            f"Fill them, as with `{name}.filled(...)`, or leave these rows out."
        )


def shortly(value):
    """The `repr` of a value on one line, shortened."""
    return " ".join(reprlib.repr(value).split())
