"""The rows and columns of a text: separator, header, rows that do not fit it."""

import csv
import io
import re
from itertools import islice

import pandas as pd

from ._values import rows_told

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# Lines by which the separator is told.
N_LINES = 100


def parse_table(text, name):
    """Split a text into named columns of texts, as the file has them.

    Parameters
    ----------
    text : str
    name : str
        Of the file, for messages.

    Returns
    -------
    frame : DataFrame of str
        Empty fields are "". A column without a name is called "Unnamed: 0" by its
        position, unless it is empty, which leaves it out.
    separator : str
    notes : list of str

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
        separator = told[1] if told else _separator(text)
        n_names, n_columns, notes = _shape(text, separator, name)
        frame = pd.read_csv(
            io.StringIO(text), sep=separator, header=None, names=range(n_columns),
            dtype=object, keep_default_na=False, index_col=False, skipinitialspace=True,
        )  # fmt: skip
    except (csv.Error, pd.errors.ParserError) as error:
        reason = str(error).strip().rstrip(".")
        raise ValueError(
            f"{name!r} cannot be read as CSV: {reason}. A quote may lack its second one."
        ) from error
    header, frame = frame.iloc[0, :n_names].str.strip(), frame.iloc[1:, :n_names]
    if frame.empty:
        raise ValueError(f"{name!r} has a header line and no row below it.")
    _check_names(header[header != ""], name)
    named = [bool(header[i]) or (frame[i] != "").any() for i in frame.columns]
    frame = frame.loc[:, named].reset_index(drop=True)
    frame.columns = [header[i] or f"Unnamed: {i}" for i in frame.columns]
    if separator != ",":
        notes.insert(0, f"{name!r} was read with {SEPARATORS[separator]} between values.")
    return frame, separator, notes


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
                f"{SEPARATORS[separator]} in quotes."
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
