"""Dates and points in time, as people and programs write them."""

import re
from typing import NamedTuple

import pandas as pd

from ._values import quoted, rows_told

SHAPE = re.compile(
    r"(?P<ymd>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})([T ].*)?"
    r"|(?P<dmy>\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d))([T ].*)?"
    r"|(?P<words>\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4})([T ].*)?"
    r"|(?P<digits>(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))"
)
# Rows by which dates are told.
N_HEAD = 1000
CERTAIN_SHARE = 0.9


class Dates(NamedTuple):
    """A column as dates.

    Parameters
    ----------
    values : Series of datetime64
        NaT where the field is empty or no date.
    day_first : bool
        Whether 01/02/2020 was read as the first of February.
    notes : list of str
    """

    values: pd.Series
    day_first: bool
    notes: list


def looks_like_dates(column):
    """Whether the texts of a column, as far as they are filled, are dates."""
    filled = column[column != ""].head(N_HEAD)
    return len(filled) > 0 and filled.str.fullmatch(SHAPE).mean() > CERTAIN_SHARE


def as_dates(column, day_first=None):
    """Read a column of texts as dates.

    Parameters
    ----------
    column : Series of str
        "" is missing.
    day_first : bool, default=None
        Whether the day stands before the month in 01/02/2020. None: as the other values
        of the column show, and the day first where none does.

    Returns
    -------
    dates : Dates
    """
    texts = column.mask(column == "")
    head = texts.dropna().head(N_HEAD)
    n_slashed = int(head.map(_is_day_month).sum())
    is_told = day_first is not None
    if not is_told:
        day_first, is_told = _day_first(texts, n_slashed)
    # pandas reads the year first only where it is told nothing of the day.
    is_day_month = texts.map(_is_day_month, na_action="ignore").fillna(False).astype(bool)
    values = _parsed(texts.mask(is_day_month), False)
    if is_day_month.any():
        values = values.fillna(_parsed(texts.where(is_day_month), day_first))
    first = head.iloc[0]
    notes = []
    if n_slashed and not is_told:
        notes.append(
            f"{quoted(column.name)}: {quoted(first)} and the like were read with the day "
            "before the month. Pass --dates month-first if they are not."
        )
    strange = texts[values.isna() & texts.notna()]
    if len(strange):
        notes.append(
            f"{quoted(column.name)} was read as dates, and {quoted(strange.iloc[0])} and "
            f"the like ({rows_told(len(strange))}) as missing."
        )
    return Dates(values, day_first, notes)


def _parsed(texts, day_first):
    values = pd.to_datetime(
        texts, dayfirst=day_first, format="mixed", errors="coerce", utc=True
    )
    return values.dt.tz_localize(None)


def _is_day_month(text):
    match = SHAPE.fullmatch(text)
    return bool(match and match["dmy"])


def _day_first(texts, n_slashed):
    """Whether the day comes first, and whether the values show it."""
    if not n_slashed:
        return True, True
    parts = texts.dropna().drop_duplicates().str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]")
    first, second = (pd.to_numeric(parts[i], errors="coerce").max() for i in (0, 1))
    if first > 12 or second > 12:
        return first > 12, True
    # Points are written between day and month alone.
    return True, bool(texts.dropna().head(N_HEAD).str.contains(r"\d\.\d", regex=True).any())
