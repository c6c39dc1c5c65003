"""A user's CSV file as features, labels and groups."""

from pathlib import Path

import pandas as pd
from sklearn.utils import Bunch

from ._features import read_features
from ._numbers import as_numbers
from ._table import parse_table
from ._text import read_text
from ._values import (
    MISSING_WORDS,
    listed,
    one_spelling,
    quoted,
    rows_told,
    stripped,
    to_numbers,
)

# More distinct numbers than this are a measurement, and neither classes nor groups.
MOST_LEVELS = 20
# The variance of larger numbers overflows.
LARGEST = 1e100
# The group of rows whose sensitive field is empty, where they are kept.
MISSING_GROUP = "missing"


def read_csv(path, target, sensitive, *, missing_group=None):
    """Read a CSV file and tell features, labels and groups apart.

    Every column is read whole. In `target` and `sensitive` columns only an empty field is
    missing, and "None" or "NA" is a value; in a column of numbers such words are missing
    numbers, and in other features categories.

    Parameters
    ----------
    path : str or Path
        A file with a header line.
    target : str
        The column to predict. Rows in which it is empty are left out.
    sensitive : sequence of str
        The sensitive columns; they are not among the features.
    missing_group : {"drop", "keep"} or None, default=None
        Leave out rows in which a sensitive column is empty, keep them as the group
        "missing", or raise an error where there are any.

    Returns
    -------
    table : Bunch
        - ``data``: DataFrame of shape (n_samples, n_columns).
        - ``target``: Series.
        - ``sensitive``: DataFrame with the sensitive columns.
        - ``n_without_target``: int, rows that were left out.
        - ``notes``: list of str, what was not read as it stands, by column.

    Raises
    ------
    ValueError
        If the file cannot be read as a table of text, its rows do not fit its header, a
        column is missing or named twice, a sensitive field is empty, no feature is left, a
        number is infinite or beyond 1e100, or a target or sensitive column has more than
        20 distinct numbers.
    """
    path = Path(path)
    text, notes = read_text(path)
    parsed = parse_table(text, path.name, as_text=[target, *sensitive])
    frame, decimal_comma = parsed.frame, parsed.decimal_comma
    _check_columns(frame, target, sensitive, path.name)
    labelled = stripped(frame[target]) != ""
    n_without_target = int((~labelled).sum())
    frame = frame[labelled]
    if frame.empty:
        raise ValueError(f"{path.name!r} has no row with a value in {target!r}.")
    frame, of_groups = _with_groups(frame, sensitive, missing_group)
    frame = frame.reset_index(drop=True)
    named = {}
    for column in [target, *sensitive]:
        named[column], of_column = _levels(frame[column], decimal_comma)
        of_groups += of_column
    data, of_features = read_features(frame.drop(columns=list(named)), decimal_comma)
    _check_magnitudes(data)
    if data.shape[1] == 0:
        raise ValueError(
            f"{path.name!r} should have a feature beside {', '.join(map(repr, named))}, "
            "with several values."
        )
    return Bunch(
        data=data,
        target=named.pop(target),
        sensitive=pd.DataFrame(named),
        n_without_target=n_without_target,
        notes=notes + parsed.notes + of_groups + of_features,
    )


def _check_columns(frame, target, sensitive, name):
    named = [target, *sensitive]
    for column in named:
        if column not in frame.columns:
            raise ValueError(
                f"{name!r} has no column {column!r}. It has {listed(frame.columns, 50)}."
            )
        if named.count(column) > 1:
            raise ValueError(f"The column {column!r} should be named once.")


def _with_groups(frame, sensitive, missing_group):
    """The rows that have a group or get one, and notes on the others."""
    empty = frame[list(sensitive)].apply(stripped) == ""
    counts = {column: n for column, n in empty.sum().items() if n}
    if not counts:
        return frame, []
    found = " and ".join(f"{column!r} in {rows_told(n)}" for column, n in counts.items())
    if missing_group is None:
        raise ValueError(
            f"Every one of the {len(frame):,} rows should have a group. There is no value "
            f"of {found}. Pass --missing-group drop to leave these rows out, or "
            f"--missing-group keep to have them as the group {MISSING_GROUP!r}."
        )
    if missing_group == "keep":
        kept = {
            column: frame[column].mask(empty[column], MISSING_GROUP) for column in counts
        }
        note = f"Rows without a value of {found} are the group {MISSING_GROUP!r}."
        return frame.assign(**kept), [note]
    frame = frame[~empty.any(axis=1)]
    if frame.empty:
        raise ValueError(f"No row is left: there is no value of {found}.")
    return frame, [f"Rows without a value of {found} were left out."]


def _levels(column, decimal_comma):
    """Labels or groups: numbers if all are, otherwise texts; and notes."""
    column, notes = one_spelling(column)
    name = column.name
    numbers = as_numbers(column, decimal_comma).values
    if numbers is not None and numbers.nunique() > MOST_LEVELS:
        raise ValueError(
            f"The column {name!r} should tell classes or groups apart. It has "
            f"{numbers.nunique()} different numbers. Add a column that bins it, such as "
            f"{name} > {numbers.median():g}, and name that one."
        )
    plain = to_numbers(column)
    if plain.notna().all():
        return plain, notes
    beside = " beside numbers" if plain.notna().any() else ""
    words = column[plain.isna() if beside else column.isin(MISSING_WORDS)]
    if len(words):
        notes.append(
            f"{quoted(name)} has {listed(words.unique())}{beside} in "
            f"{rows_told(len(words))}, taken as a value. Only an empty field is missing."
        )
    return column, notes


def _check_magnitudes(data):
    for column in data.select_dtypes("number"):
        largest = data[column].abs().max()
        if largest > LARGEST:
            raise ValueError(
                f"The column {column!r} should hold numbers up to {LARGEST:g}. Got "
                f"{largest:g}. Correct it, or leave its place empty."
            )
