"""What a column holds: numbers, dates or categories."""

import numbers
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
from pandas.api import types

from .._utils import shortly

NUMBER, DATE, CATEGORY = "number", "date", "category"
# 2024-05-17, alone or with a time after it.
ISO_DATE = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?"


def kind_of(column, name):
    """Tell what a column holds.

    Text is a date where every value begins as ISO 8601 writes one, such as ``2024-05-17``.

    Parameters
    ----------
    column : Series
    name : str
        What the error calls it.

    Returns
    -------
    kind : {"number", "date", "category"}

    Raises
    ------
    TypeError
        If values are neither numbers, text, booleans nor dates.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return CATEGORY
    if types.is_complex_dtype(column):
        raise ValueError(
            f"`{name}` should hold no complex numbers. Complex data not supported: pass "
            "real and imaginary parts as two columns."
        )
    if types.is_datetime64_any_dtype(column) or isinstance(column.dtype, pd.PeriodDtype):
        return DATE
    if types.is_numeric_dtype(column) or types.is_timedelta64_dtype(column):
        return NUMBER
    return _kind_of_values(column.dropna(), name)


def check_kind(column, kind, name):
    """Refuse new rows whose values cannot be read as what the column held.

    Numbers may be written as text. Text that is no date is a missing date, and anything is
    a category.

    Parameters
    ----------
    column : Series
    kind : {"number", "date", "category"}
        What the column held where the encoder was fitted.
    name : str
        What the error calls it.

    Raises
    ------
    ValueError, TypeError
        If numbers were expected and others came, or numbers where dates were.
    """
    values = column.dropna()
    if kind == CATEGORY or values.empty:
        return
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    found = kind_of(values, name)
    wrong = []
    if kind == NUMBER and found == CATEGORY:
        wrong = [value for value in values if not _reads_as_number(value)]
    elif {kind, found} == {NUMBER, DATE}:
        wrong = values.tolist()
    if wrong:
        raise ValueError(
            f"`{name}` should hold {kind}s, as where the encoder was fitted. Got "
            f"{shortly(wrong[0])}. Give the column what it held there, or leave the cell "
            "missing."
        )


def _reads_as_number(value):
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _kind_of_values(values, name):
    kinds = {type(value) for value in values}
    if all(issubclass(kind, _NUMERIC) for kind in kinds):
        return NUMBER
    if all(issubclass(kind, date | np.datetime64) for kind in kinds):
        return DATE
    unknown = [kind for kind in kinds if not issubclass(kind, _SINGLE)]
    if unknown:
        # scikit-learn's checks look for the words "argument must be ... string ... number".
        raise TypeError(
            f"`{name}` should hold numbers, text, booleans or dates, one a cell. Got a "
            f"{unknown[0].__name__}; each argument must be a string or a number."
        )
    if kinds == {str} and values.str.fullmatch(ISO_DATE).all():
        return DATE
    return CATEGORY


_NUMERIC = numbers.Real, Decimal, np.bool_, timedelta
_SINGLE = (
    str, bytes, numbers.Number, np.bool_, date, timedelta, np.datetime64, pd.Period,
    pd.Interval,
)  # fmt: skip
