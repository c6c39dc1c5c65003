"""The rows and columns of a text: separator, header, rows that do not fit it."""

import csv
import io
import re
from itertools import islice
from operator import methodcaller
from typing import NamedTuple

import pandas as pd

from ._numbers import has_decimal_commas
from ._plain_numbers import plain_numbers, read_numbers, read_texts
from ._values import rows_told

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# Lines by which the separator is told.
N_LINES = 100
# Lines by which decimal commas and columns of plain numbers are told.
N_HEAD = 1001


class Parsed(NamedTuple):
    """A text as a table.

    Parameters
    ----------
    frame : DataFrame
        Columns of texts, where empty fields are "", and of plain numbers, where they are
        NaN. A column without a name is called "Unnamed: 0" by its position, unless it is
        empty, which leaves it out.
    separator : str
    decimal_comma : bool
        As `has_decimal_commas` tells.
    notes : list of str
    """

    frame: pd.DataFrame
    separator: str
    decimal_comma: bool
    notes: list


def parse_table(text, name, as_text=None, *, separator=None, decimal=None):
    """Split a text into named columns, as the file has them.

    Parameters
    ----------
    text : str
    name : str
        Of the file, for messages.
    as_text : collection of str, default=None
        Columns to read as texts even where they are plainly numbers; None: all.
    separator : str, default=None
        What stands between values, where it is known.
    decimal : {",", "."}, default=None
        The decimal mark, where it is known.

    Returns
    -------
    parsed : Parsed

    Raises
    ------
    ValueError
        If there are no rows, names come twice, or a row has more values than names.
    """
    if not text.strip():
        raise ValueError(f"{name!r} is empty. It should have a header line and rows.")
    try:
        # Spreadsheets read the separator from such a line, and some programs write it.
        told = re.match(r'"?sep=([,;\t|])"?\s*\n', text, re.IGNORECASE)
        text = text[told.end() :] if told else text
        is_known = separator is not None
        separator = separator or (told[1] if told else _separator(text))
        n_names, n_columns, notes = _shape(text, separator, name)
        options = {"sep": separator, "names": range(n_columns)}
        head = read_texts(text, nrows=N_HEAD, **options)
        if len(head) < 2:
            raise ValueError(f"{name!r} has a header line and no row below it.")
        header = head.iloc[0, :n_names].str.strip()
        decimal_comma = decimal == ","
        if decimal is None:
            decimal_comma = has_decimal_commas(head.iloc[1:], separator)
        # Notes ask about points beside decimal commas, and about codes such as 007.
        is_text = as_text is None or decimal_comma or n_columns > n_names
        is_text = is_text or re.search(rf'[{re.escape(separator)}\n"] *0\d', text)
        free = [i for i in range(n_names) if not (is_text or header[i] in as_text)]
        numbers = plain_numbers(head.iloc[1:, free])
        if numbers:
            frame = read_numbers(text, numbers, **options)
        else:
            frame = read_texts(text, **options).iloc[1:]
    except (csv.Error, pd.errors.ParserError) as error:
        reason = str(error).strip().rstrip(".")
        raise ValueError(
            f"{name!r} cannot be read as CSV: {reason}. A quote may lack its second one."
        ) from error
    frame = frame.iloc[:, :n_names]
    _check_names(header[header != ""], name)
    named = [bool(header[i]) or (frame[i] != "").any() for i in frame.columns]
    frame = frame.loc[:, named].reset_index(drop=True)
    frame.columns = [header[i] or f"Unnamed: {i}" for i in frame.columns]
    if separator != "," and not is_known:
        notes.insert(
            0, f"{name!r} was read with {separator_name(separator)} between values."
        )
    return Parsed(frame, separator, decimal_comma, notes)


def separator_name(separator):
    """What separates values, for people."""
    return SEPARATORS.get(separator, f"{separator!r}")


def _separator(text):
    """The one that cuts the first lines into equally many values, and into most."""
    lines = list(islice(io.StringIO(text, newline=None), N_LINES))

    def fit(separator):
        rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        widths = [len(row) for row in rows if row]
        even = widths.count(widths[0]) / len(widths) if widths[0] > 1 else 0
        return even, widths[0]

    return max(SEPARATORS, key=fit)


def _shape(text, separator, name):
    """Number of names and of columns, and notes; longer rows have blanks alone."""
    if '"' not in text and text.count("\r") == text.count("\r\n"):
        lines = filter(None, text.replace("\r\n", "\n").split("\n"))
        marks = set(map(methodcaller("count", separator), lines))
        if len(marks) == 1:
            return (n_names := marks.pop() + 1), n_names, []
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True
    )
    n_names = n_columns = n_short = 0
    for row in filter(None, reader):
        n_names = n_names or len(row)
        n_columns = max(n_columns, len(row))
        n_short += len(row) < n_names
        if any(value.strip() for value in row[n_names:]):
            raise ValueError(
                f"The rows of {name!r} should have as many values as its header has names, "
                f"{n_names}. The row that ends in line {reader.line_num} has {len(row)}. "
                "Name every column in the first line, and put values that contain "
                f"{separator_name(separator)} in quotes."
            )
    notes = []
    if n_short:
        notes = [
            f"{rows_told(n_short)} of {name!r} {'has' if n_short == 1 else 'have'} fewer "
            "values than its header has names; the values at the end are missing."
        ]
    return n_names, n_columns, notes


def _check_names(names, name):
    if names.duplicated().any():
        raise ValueError(
            f"The columns of {name!r} should have different names. Got "
            f"{names[names.duplicated()].iloc[0]!r} more than once. Rename or remove one."
        )
