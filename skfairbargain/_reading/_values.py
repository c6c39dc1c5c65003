"""Texts of a column: how messages show them, and one spelling for each value."""

import unicodedata
from collections import Counter, defaultdict

import pandas as pd

MISSING_WORDS = frozenset(
    ["NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None", "none", "<NA>"]
)


def quoted(value):
    """A value as it stands in a message, long ones cut."""
    text = str(value)
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def listed(values, most=3):
    """Some values as they stand in a message, and how many more there are."""
    values = list(values)
    text = ", ".join(map(quoted, values[:most]))
    return text + (f" and {len(values) - most:,} more" if len(values) > most else "")


def rows_told(n):
    """A number of rows in words."""
    return f"{n:,} row" if n == 1 else f"{n:,} rows"


def stripped(column):
    """Texts without blanks around them."""
    return _by_value(column, lambda values: values.str.strip())


def to_numbers(column):
    """Texts as numbers, NaN where they are none."""
    return _by_value(column, lambda values: pd.to_numeric(values, errors="coerce"))


def _by_value(column, function):
    """Apply a function to the different values of a column alone, which takes less time."""
    codes, values = pd.factorize(column)
    found = function(pd.Series(values, dtype=column.dtype)).to_numpy()
    return pd.Series(found[codes], column.index, name=column.name)


def one_spelling(column):
    """Give values that are spelled in several ways the most frequent spelling.

    Parameters
    ----------
    column : Series of str

    Returns
    -------
    column : Series of str
        Without blanks around its values.
    notes : list of str
        One where values were joined that are more than blanks apart from themselves.
    """
    counts = column.value_counts(sort=False).to_dict()
    by_key = defaultdict(Counter)
    keys = {text: _key(text.strip()) for text in counts}
    for text, n in counts.items():
        by_key[keys[text]][text.strip()] += n
    spelling = {}
    joined = defaultdict(list)
    for text in counts:
        values = by_key[keys[text]]
        spelling[text] = max(values, key=values.get)
        if text != spelling[text]:
            joined[spelling[text]].append(text)
    if not joined:
        return column, []
    # A column whose values all have the same blanks is one spelling each.
    joined = {
        best: texts for best, texts in joined.items() if best in counts or len(texts) > 1
    }
    notes = [
        f"{quoted(column.name)}: {listed(texts)} {'was' if len(texts) == 1 else 'were'} "
        f"read as {quoted(best)} ({rows_told(sum(counts[text] for text in texts))})."
        for best, texts in joined.items()
        if best
    ]
    if len(notes) > 1:
        more = len(notes) - 1
        notes = [f"{notes[0]} {more:,} other value{'' if more == 1 else 's'} likewise."]
    return column.map(spelling), notes


def _key(value):
    """What spellings of a value have in common."""
    try:
        # Neither long codes that round to one number, nor Python's 1_000.
        number = float(value) if len(value) < 16 and "_" not in value else None
    except ValueError:
        number = None
    if number is not None:
        return repr(number + 0.0)
    return unicodedata.normalize("NFKC", value).casefold().strip()


def spelled_like(column, spellings):
    """Give values the spelling that another file has for them.

    Parameters
    ----------
    column : Series of str
    spellings : iterable of str
        Those of the other file.

    Returns
    -------
    column : Series of str
    """
    known = {_key(str(value).strip()): str(value) for value in spellings}
    return column.map({text: known.get(_key(text), text) for text in column.unique()})
