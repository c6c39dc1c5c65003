"""Check that an argument holds numbers, which NumPy also makes of text and dates."""

import numpy as np
import pandas as pd
from scipy.sparse import issparse

from ._columns import check_unmasked

TEXT, DATES, COMPLEX, RECORDS = "text", "dates or times", "complex numbers", "records"
KINDS = {"U": TEXT, "S": TEXT, "M": DATES, "m": DATES, "c": COMPLEX, "V": RECORDS}
WAYS_OUT = {
    TEXT: "Encode it first, for example by skrub's TableVectorizer or scikit-learn's "
    "OneHotEncoder in a ColumnTransformer, in a Pipeline before this step; numbers that "
    "are written as text with astype(float).",
    DATES: "Make numbers of them first, such as days since a date.",
    # scikit-learn's checks look for these words.
    COMPLEX: "Complex data not supported: pass real and imaginary parts as two columns.",
    RECORDS: "Pass a DataFrame of them.",
}


def check_numbers(values, name):
    """Refuse text, dates, complex numbers, records and masked values.

    Parameters
    ----------
    values : array-like, DataFrame or sparse matrix
    name : str
        Name of the argument in the caller's signature.

    Raises
    ------
    ValueError
        If it holds something else than numbers; the message names the columns.
    """
    check_unmasked(values, name)
    if isinstance(values, pd.DataFrame):
        found = {
            column: kind
            for column, (_, series) in zip(values.columns, values.items(), strict=True)
            if (kind := _kind(series))
        }
    elif issparse(values):
        found = {None: KINDS[values.dtype.kind]} if values.dtype.kind in KINDS else {}
    else:
        kind = _kind(values)
        found = {None: kind} if kind else {}
    if not found:
        return
    first = next(iter(found.values()))
    columns = [column for column, kind in found.items() if kind == first]
    shown = ", ".join(repr(column) for column in columns[:5])
    more = f" and {len(columns) - 5} more" if len(columns) > 5 else ""
    plural = "s" if len(columns) > 1 else ""
    place = "" if None in found else f" in the column{plural} {shown}{more}"
    way_out = WAYS_OUT[first] if name.startswith("X") else "Convert it by astype(float)."
    raise ValueError(f"`{name}` should hold numbers. Got {first}{place}. {way_out}")


def _kind(values):
    """What an array or a column holds, where these are no numbers."""
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, pd.CategoricalDtype):
        return _kind(dtype.categories.to_numpy())
    if isinstance(dtype, pd.StringDtype):
        return TEXT
    if isinstance(dtype, pd.PeriodDtype | pd.DatetimeTZDtype):
        return DATES
    if dtype is None or not hasattr(dtype, "kind"):
        values = _as_array(values)
        dtype = values.dtype
    if dtype.kind != "O":
        return KINDS.get(dtype.kind)
    for value in np.asarray(values, dtype=object).ravel():
        if isinstance(value, str | bytes):
            return TEXT
        if isinstance(value, complex):
            return COMPLEX
        if isinstance(value, np.datetime64 | pd.Timestamp):
            return DATES
    return None


def _as_array(values):
    """An array of values without a dtype of NumPy's; what has none says so elsewhere."""
    try:
        return np.asarray(values)
    except (RuntimeError, TypeError, ValueError):
        return np.empty(0)
