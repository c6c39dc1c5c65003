"""Feature columns: numbers, dates or categories, and those that are no features."""

import re

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_integer_dtype, is_numeric_dtype

from ._dates import as_dates, looks_like_dates
from ._notes import joined
from ._numbers import Numbers, as_numbers
from ._values import (
    MISSING_WORDS,
    listed,
    one_spelling,
    quoted,
    rows_told,
    spelled_like,
    stripped,
    to_numbers,
)

# Fewer rows may differ from one another by chance.
FEWEST_ROWS = 20
# As many texts as the preparation of tables keeps apart.
MOST_CATEGORIES = 50
ID_NAME = re.compile(r"(^|[^A-Za-z])(id|ID|Id|key|uuid)s?$|[a-z](ID|Id)s?$")


class Features:
    """Columns as features.

    Attributes
    ----------
    frame : DataFrame
        Columns of numbers, NaN where missing; of dates, NaT where missing; and of
        categories, None where missing.
    left_out : dict of str to str
        Columns that are no features, and why.
    notes : list of str
        What was not read as it stands, a sentence each kind.
    """

    def __init__(self):
        self.frame, self.left_out, self.notes = {}, {}, []


def read_features(frame, decimal_comma=False, *, keep=(), day_first=None):
    """Read columns of texts as numbers, dates or categories.

    Parameters
    ----------
    frame : DataFrame
        Columns of texts, or of plain numbers or dates.
    decimal_comma : bool, default=False
        As in `as_numbers`.
    keep : collection of str, default=()
        Columns that are features even if they look like ids.
    day_first : bool, default=None
        As in `as_dates`.

    Returns
    -------
    features : Features
    """
    features = Features()
    notes = []
    for name in frame:
        why, of_column = _read(
            features, frame[name], decimal_comma, name in keep, day_first
        )
        if why:
            features.left_out[name] = why
        notes += [(name, note) for note in of_column]
    features.notes = joined(notes)
    features.frame = pd.DataFrame(features.frame, index=frame.index)
    return features


def _read(features, column, decimal_comma, is_kept, day_first):
    """Enter a column among the features, or return why it is none; and notes."""
    if is_datetime64_any_dtype(column):
        if column.nunique() < 2:
            return "the same in every row", []
        features.frame[column.name] = column
        return None, []
    if is_numeric_dtype(column):
        texts, numbers = _written(column), Numbers(column, [])
    else:
        texts = stripped(column)
        numbers = as_numbers(texts, decimal_comma)
    if (texts == texts.iloc[0]).all():
        return f"{quoted(texts.iloc[0])} in every row", []
    if column.name.startswith("Unnamed: ") and _numbers_the_rows(numbers.values):
        return "it numbers the rows", []
    if looks_like_dates(texts):
        full = _written(column, None) if is_numeric_dtype(column) else texts
        dates = as_dates(full.reindex(column.index, fill_value=""), day_first)
        if dates.values.min() < dates.values.max():
            features.frame[column.name] = dates.values
            return None, dates.notes
    if numbers.values is not None:
        if _is_id(numbers.values) and not is_kept:
            return "another whole number in every row, as an id has", []
        features.frame[column.name] = numbers.values
        return None, numbers.notes
    texts, of_spelling = one_spelling(column)
    filled = texts[texts != ""]
    if len(filled) >= FEWEST_ROWS and filled.is_unique and not is_kept:
        return "another text in every row, as an id has", []
    features.frame[column.name] = texts.where(texts != "", None)
    return None, of_spelling + numbers.notes + _many_texts(column.name, filled)


def read_features_like(frame, like, decimal_comma=False, *, day_first=None, name=""):
    """Read columns as those of another file were read.

    Parameters
    ----------
    frame : DataFrame
        Columns of texts, or of plain numbers or dates; those that `like` lacks are not
        read.
    like : DataFrame
        The features of the other file.
    decimal_comma, day_first :
        As in `read_features`.
    name : str
        Of the file, for messages.

    Returns
    -------
    features : Features
        With the columns that both have.

    Raises
    ------
    ValueError
        If a column of numbers or dates has hardly any in this file.
    """
    features, noted = Features(), []
    for column in like.columns.intersection(frame.columns, sort=False):
        values, notes = _like(frame[column], like[column], decimal_comma, day_first, name)
        features.frame[column] = values
        noted += [(column, note) for note in notes]
    features.notes = joined(noted)
    features.frame = pd.DataFrame(features.frame, index=frame.index)
    return features


def _like(column, model, decimal_comma, day_first, name):
    is_number = is_numeric_dtype(column)
    if is_datetime64_any_dtype(model):
        if is_datetime64_any_dtype(column):
            return column, []
        texts = _written(column, None) if is_number else stripped(column)
        texts = texts.reindex(column.index, fill_value="")
        if not (texts != "").any():
            return pd.Series(pd.NaT, column.index, name=column.name), []
        dates = as_dates(texts, day_first)
        _check_kind(dates.values, texts, "dates", name)
        return dates.values, dates.notes
    if is_numeric_dtype(model):
        if is_number:
            return column, []
        texts = stripped(column)
        values = as_numbers(texts, decimal_comma).values
        if values is None:
            values = to_numbers(texts)
            _check_kind(values, texts, "numbers", name)
        is_word = values.isna() & (texts != "") & ~texts.isin(MISSING_WORDS)
        words = texts[is_word]
        if words.empty:  # how numbers are written was said of the training file
            return values, []
        return values, [
            f"{quoted(column.name)} of {name!r} was read as numbers, and "
            f"{listed(words.unique())} ({rows_told(len(words))}) as missing."
        ]
    if is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d").fillna("")
    texts = (
        _written(column, None).reindex(column.index, fill_value="")
        if is_number
        else (one_spelling(column)[0])
    )
    texts = spelled_like(texts, model.dropna().unique())
    return texts.where(texts != "", None), []


def _check_kind(values, texts, kind, name):
    filled = texts != ""
    found = values[filled].notna()
    if filled.any() and found.mean() < 0.5:
        example = texts[filled][~found].iloc[0]
        raise ValueError(
            f"The column {texts.name!r} of {name!r} should hold {kind}, as it does in the "
            f"training file. Got {quoted(example)} and the like in "
            f"{rows_told(int((~found).sum()))}. Correct it, or leave it out with --drop."
        )


def _written(numbers, most=1000):
    """Numbers of a column as people write them, the first ones or all."""
    numbers = numbers.dropna()
    return (numbers if most is None else numbers.head(most)).map("{:.15g}".format)


def _numbers_the_rows(numbers):
    """Whether the values are consecutive whole numbers, each of them once."""
    if numbers is None or not _are_whole(numbers) or len(numbers) < 2:
        return False
    return numbers.is_unique and numbers.max() - numbers.min() == len(numbers) - 1


def _are_whole(numbers):
    """Whether all values are whole numbers, also where they are written as 7.0."""
    return is_integer_dtype(numbers) or bool((numbers % 1 == 0).all())


def _is_id(numbers):
    if len(numbers) < FEWEST_ROWS or not _are_whole(numbers):
        return False
    named = ID_NAME.search(str(numbers.name))
    return numbers.is_unique and bool(_numbers_the_rows(numbers) or named)


def _many_texts(name, filled):
    n_values = filled.nunique()
    if n_values <= MOST_CATEGORIES:
        return []
    return [
        f"{quoted(name)} has {n_values:,} different texts, of which the "
        f"{MOST_CATEGORIES} most frequent at most are told apart."
    ]
