"""Any table as a pandas DataFrame, without copying an array of numbers."""

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.utils.validation import validate_data

from .._utils import check_unmasked, shortly
from ._images import FOR_IMAGES


def as_table(X, name="X"):
    """Return a table as a DataFrame.

    Parameters
    ----------
    X : DataFrame (pandas or polars) or array-like of shape (n_samples, n_features)
    name : str, default="X"
        What the errors call it.

    Returns
    -------
    frame : DataFrame of shape (n_samples, n_features)

    Raises
    ------
    ValueError, TypeError
        If it is no table.
    """
    if issparse(X):
        # scikit-learn's checks look for "sparse".
        raise TypeError(
            f"`{name}` should be a DataFrame or a dense array. Got a sparse "
            f"{type(X).__name__}. Pass `{name}.toarray()`."
        )
    if isinstance(X, pd.DataFrame):
        return X
    if hasattr(X, "collect"):  # of polars
        raise TypeError(
            f"`{name}` should be in memory. Got a {type(X).__name__}. Pass "
            f"`{name}.collect()`."
        )
    check_unmasked(X, name)
    if hasattr(X, "get_columns"):  # polars, whose to_pandas needs pyarrow
        frame = pd.DataFrame({i: _values(c) for i, c in enumerate(X.get_columns())})
        return frame.set_axis(list(X.columns), axis=1)
    if hasattr(X, "to_pandas"):
        return X.to_pandas()
    try:
        # Text beside numbers stays beside them: NumPy would make text of both.
        values = X if hasattr(X, "dtype") else np.asarray(X, dtype=object)
        values = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`{name}` should be a table whose rows have the same length. {error}"
        ) from error
    if values.ndim != 2:
        found, way_out = shortly(X), "Pass a DataFrame, an array or a list of rows."
        if values.dtype.names:
            found = f"fields {list(values.dtype.names)}"
            way_out = f"Pass `pd.DataFrame({name})`."
        elif values.ndim:
            found = f"shape {values.shape}"
            way_out = (
                "Reshape your data: `.reshape(-1, 1)` for one feature, `.reshape(1, -1)` "
                "for one sample." if values.ndim == 1 else FOR_IMAGES
            )  # fmt: skip
        raise ValueError(
            f"`{name}` should have two dimensions, rows and features. Got {found}. "
            f"{way_out}"
        )
    if values.dtype.kind == "c":
        raise ValueError(
            f"`{name}` should hold no complex numbers. Complex data not supported: pass "
            "real and imaginary parts as two columns."
        )
    try:
        return pd.DataFrame(values)
    except OverflowError:  # pandas 2.2 tries integers beyond 1e308 as floats
        return pd.DataFrame(values, dtype=object)


def checked_table(estimator, X, name="X", *, reset):
    """Return a table as a DataFrame, with the names and number of columns checked.

    Parameters
    ----------
    estimator : estimator
        Where `reset`, it gets ``n_features_in_`` and ``feature_names_in_``.
    X : DataFrame (pandas or polars) or array-like of shape (n_samples, n_features)
    name : str, default="X"
        What the errors call it.
    reset : bool

    Returns
    -------
    frame : DataFrame of shape (n_samples, n_features)
        Where either X or what was fitted has no names, with those of the latter: a second
        check, as of an encoder inside the estimator, has nothing to warn of.
    """
    table = as_table(X, name)
    # Names and number of columns.
    validate_data(estimator, table, reset=reset, skip_check_array=True)
    if 0 in table.shape:
        rows_or_features = "sample" if table.shape[1] else "feature"
        raise ValueError(
            f"Found array with 0 {rows_or_features}(s) (shape={table.shape}) while a "
            f"minimum of 1 is required by {type(estimator).__name__}."
        )
    known = getattr(estimator, "feature_names_in_", range(table.shape[1]))
    if not reset and _are_names(table.columns) is not _are_names(known):
        table = table.set_axis(known, axis=1)
    return table


def _are_names(columns):
    """Whether scikit-learn reads them as names of features."""
    return all(isinstance(column, str) for column in columns)


def _values(column):
    """Numbers and dates of a polars column as an array, all else as objects."""
    if column.dtype.is_numeric() or column.dtype.is_temporal():
        return column.to_numpy()
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_list()
    return values
