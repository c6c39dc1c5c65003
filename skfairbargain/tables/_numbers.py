"""Columns of numbers and dates as floats, and all else as text."""

import numpy as np
import pandas as pd
from pandas.api import types

DAY = pd.Timedelta(days=1).as_unit("s")
# In seconds: nanoseconds from here reach from 1677 to 2262 alone, and people write 9999 for
# "never".
EPOCH = pd.Timestamp("1970-01-01", tz="UTC").as_unit("s")
DATE_PARTS = ("days", "month", "weekday", "hour")


def as_floats(column):
    """Return numbers, booleans or durations (in days) as float64, NaN where missing."""
    if types.is_timedelta64_dtype(column):
        return (column / DAY).to_numpy(np.float64)
    if not types.is_numeric_dtype(column):
        column = column.astype(object).map(_number, na_action="ignore")
    return pd.to_numeric(column).to_numpy(np.float64, na_value=np.nan)


def _number(value):
    if hasattr(value, "total_seconds"):
        return value / DAY
    try:
        return float(value)
    except OverflowError:  # of integers beyond 1e308
        return np.inf


def as_date_parts(column):
    """Return days since 1970, month, weekday and hour of dates; NaN where missing.

    What is no date, as in text of new rows, is missing.

    Returns
    -------
    parts : ndarray of shape (n_samples, 4), float64
    """
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    dates = pd.to_datetime(column, utc=True, errors="coerce", format=_format(column))
    parts = dates.dt.month, dates.dt.day_of_week, dates.dt.hour
    days = (dates - EPOCH) / DAY
    return np.column_stack([part.to_numpy(np.float64) for part in (days, *parts)])


def _format(column):
    return "ISO8601" if column.dtype == object or types.is_string_dtype(column) else None


def as_text(column):
    """Return values as text, "missing" where one is missing; 1 and 1.0 are the same."""
    values = column.astype(object)
    text = values.map(_text, na_action="ignore")
    return text.where(values.notna(), "missing").to_numpy(object)


def _text(value):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
