"""In which numbers rows are read, kept and computed with."""

import numpy as np


def computing_dtype(dtype):
    """Return the dtype that a network computes in on rows of a checked one."""
    return np.dtype(np.float32) if _is_small(dtype) else np.dtype(dtype)


def readable_dtypes(X, computed_in=None):
    """Return the dtypes to read rows in; what has none of them becomes the first.

    That is float32 where it holds every value of X, and float64 for wider integers, such as
    points in time, whose differences float32 loses. Arrays of smaller numbers, such as
    bytes and float16, stay as they are: a copy might not fit into memory.

    Parameters
    ----------
    X : array-like, DataFrame or sparse matrix
    computed_in : numpy dtype, default=None
        What a network computes in already.

    Returns
    -------
    dtypes : list of numpy dtype
    """
    columns = X.dtypes if hasattr(X, "dtypes") else [getattr(X, "dtype", object)]
    if computed_in is None:
        fit = all(
            isinstance(dtype, np.dtype) and np.can_cast(dtype, np.float32)
            for dtype in columns
        )
        dtypes = [np.float32, np.float64] if fit else [np.float64, np.float32]
    else:
        dtypes = [computed_in]
    small = isinstance(X, np.ndarray) and _is_small(X.dtype)
    return [*dtypes, X.dtype] if small else dtypes


def _is_small(dtype):
    return np.dtype(dtype).itemsize < 4 and np.can_cast(dtype, np.float32)
