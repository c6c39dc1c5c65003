"""The statistics that standardize features: what is stored, and how it is checked."""

import numpy as np

from .._inputs import Standardizer
from ._require import require

# Types of the stored arrays, and whether each has an entry for every column.
STATE = {
    "exponent": (np.int64, True),
    "mean": (np.float64, True),
    "deviation": (np.float64, True),
    "rounding": (np.float64, True),
    "n_rows": (np.float64, False),
    "centered": (np.bool_, False),
}
LARGEST_EXPONENT = 1000


def checked_scaler(arrays, n_columns, standardizes):
    """Return the standardizer that a file has, if it is one.

    Parameters
    ----------
    arrays : dict of str to ndarray
    n_columns : int
    standardizes : bool
        Whether the model has one.

    Returns
    -------
    scaler : Standardizer or None

    Raises
    ------
    ValueError
        If a part is missing, or has a wrong type, shape or value.
    """
    parts = STATE.keys() if standardizes else set()
    require(arrays.keys() == parts, "its scaler lacks parts or has others")
    if not standardizes:
        return None
    for name, (dtype, by_column) in STATE.items():
        array, shape = arrays[name], (n_columns,) if by_column else ()
        found = (array.dtype, array.shape)
        require(
            found == (dtype, shape), f"`{name}` of its scaler has a wrong type or shape"
        )
        is_finite = bool(np.isfinite(array).all())
        require(is_finite, f"`{name}` of its scaler has values that are not finite")
    for name in ("deviation", "rounding", "n_rows"):
        is_length = bool((arrays[name] >= 0).all())
        require(is_length, f"`{name}` of its scaler has values below 0")
    exponent = arrays["exponent"].astype(
        np.float64
    )  # whose absolute value no int64 may hold
    is_moderate = bool((abs(exponent) <= LARGEST_EXPONENT).all())
    require(is_moderate, f"`exponent` of its scaler goes beyond {LARGEST_EXPONENT}")
    return Standardizer.from_state({name: array.copy() for name, array in arrays.items()})
