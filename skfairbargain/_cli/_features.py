"""Feature columns: numbers or categories, and notes on those that are probably neither."""

import re

import pandas as pd
from pandas.api.types import is_integer_dtype, is_numeric_dtype

from ._numbers import Numbers, as_numbers
from ._values import one_spelling, quoted, stripped

# Fewer rows may differ from one another by chance.
FEWEST_ROWS = 20
# As the preprocessor of ``compare`` keeps apart.
MOST_CATEGORIES = 50
DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d\d)"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4})([T ].*)?"
    r"|(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
)
ID_NAME = re.compile(r"(^|[^A-Za-z])(id|ID|Id|key|uuid)s?$|[a-z](ID|Id)s?$")


def read_features(frame, decimal_comma=False):
    """Read columns of texts as numbers or categories.

    Parameters
    ----------
    frame : DataFrame
        Columns of texts, or of plain numbers.
    decimal_comma : bool, default=False
        As in `as_numbers`.

    Returns
    -------
    features : DataFrame
        Columns of numbers, NaN where missing, and of categories, None where missing.
    notes : list of str
    """
    features, notes = {}, []
    for name in frame:
        if is_numeric_dtype(frame[name]):
            column, numbers = _written(frame[name]), Numbers(frame[name], [])
        else:
            column = stripped(frame[name])
            numbers = as_numbers(column, decimal_comma)
        if (column == column.iloc[0]).all():
            notes.append(
                f"{quoted(name)} is {quoted(column.iloc[0])} in every row. It was left out."
            )
            continue
        if name.startswith("Unnamed: ") and _numbers_the_rows(numbers.values):
            notes.append(f"{quoted(name)} numbers the rows. It was left out.")
            continue
        if numbers.values is None:
            column, of_spelling = one_spelling(frame[name])
        dates = _dates(column)
        if dates:
            notes.append(_note_of_dates(column, numbers.values is None))
        if numbers.values is None:
            features[name] = column.where(column != "", None)
            notes += of_spelling + ([] if dates else numbers.notes + _of_texts(column))
        else:
            features[name] = numbers.values
            notes += numbers.notes + ([] if dates else _of_numbers(numbers.values))
    return pd.DataFrame(features, index=frame.index), notes


def _written(numbers):
    """The first numbers of a column as people write them."""
    return numbers.dropna().head(1000).map("{:.15g}".format)


def _numbers_the_rows(numbers):
    """Whether the values are consecutive whole numbers, each of them once."""
    if numbers is None or not is_integer_dtype(numbers) or len(numbers) < 2:
        return False
    return numbers.is_unique and numbers.max() - numbers.min() == len(numbers) - 1


def _dates(column):
    filled = column[column != ""].head(1000)
    return len(filled) > 0 and filled.str.fullmatch(DATE).mean() > 0.9


def _note_of_dates(column, is_category):
    taken = "categories" if is_category else "numbers"
    first = column[column != ""].iloc[0]
    return (
        f"{quoted(column.name)} holds dates such as {quoted(first)}, which were taken as "
        f"{taken}. Put numbers in their place, such as the age in years."
    )


def _of_numbers(numbers):
    if len(numbers) < FEWEST_ROWS or not is_integer_dtype(numbers):
        return []
    name = str(numbers.name)
    if numbers.is_unique and (_numbers_the_rows(numbers) or ID_NAME.search(name)):
        return [_id(name)]
    return []


def _of_texts(column):
    filled = column[column != ""]
    n_values = filled.nunique()
    if len(filled) >= FEWEST_ROWS and n_values == len(filled):
        return [_id(column.name)]
    if n_values > MOST_CATEGORIES:
        return [
            f"{quoted(column.name)} has {n_values:,} different texts, of which the "
            f"{MOST_CATEGORIES} most frequent at most are told apart."
        ]
    return []


def _id(name):
    return (
        f"{quoted(name)} has another value in every row and was taken as a feature. If it "
        "is an id, delete the column."
    )
