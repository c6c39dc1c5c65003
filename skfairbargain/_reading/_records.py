"""A user's file as features, labels, groups and what else stands in it."""

import pandas as pd
from sklearn.utils import Bunch

from ._bins import binned
from ._features import read_features, read_features_like
from ._numbers import as_numbers
from ._parse import File, Format, parse_file
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

# More distinct numbers than this are a measurement, and neither classes nor groups.
MOST_LEVELS = 20
# The variance of larger numbers overflows.
LARGEST = 1e100
# The group of rows whose sensitive field is empty, where they are kept.
MISSING_GROUP = "missing"


def read_records(
    path,
    target=None,
    sensitive=(),
    *,
    numbers=(),
    texts=(),
    recorded=None,
    drop=(),
    keep=(),
    missing_group=None,
    bins=None,
    like=None,
    options=None,
):
    """Read a file and tell features, labels and groups apart.

    Every column is read whole. In `target` and `sensitive` columns only an empty field is
    missing, and "None" or "NA" is a value; in a column of numbers such words are missing
    numbers, and in other features categories.

    Parameters
    ----------
    path : str, Path or File
        A file with a header line, or what `parse_file` made of it.
    target : str, default=None
        The column to predict. Rows in which it is empty are left out. None: there is none.
    sensitive : sequence of str, default=()
        The sensitive columns; they are not among the features.
    numbers, texts : sequence of str, default=()
        Other columns that are no features: numbers, such as scores, and texts, such as ids.
    recorded : str, default=None
        A column with other labels of the same rows.
    drop : collection of str, default=()
        Columns to leave out.
    keep : collection of str, default=()
        Columns that are features even if they look like ids.
    missing_group : {"drop", "keep"} or None, default=None
        Leave out rows in which a sensitive column is empty, keep them as the group
        "missing", or raise an error where there are any.
    bins : dict of str to list of float, default=None
        Sensitive columns of numbers that are cut into groups, and where.
    like : Bunch, default=None
        The training file as this function read it: features are read as its features are,
        and labels are spelled as there.
    options : Format, default=None
        What is known of how the file is written.

    Returns
    -------
    table : Bunch
        - ``name``, ``sha256``, ``found`` (how it was read): str.
        - ``data``: DataFrame of shape (n_samples, n_columns).
        - ``target``: Series, or None.
        - ``sensitive``: DataFrame with the sensitive columns.
        - ``others``: DataFrame with the columns of `numbers`, `texts` and `recorded`.
        - ``row``: ndarray of shape (n_samples,), the number of each row in the file.
        - ``n_without_target``: int, rows that were left out.
        - ``left_out``: dict of str to str, columns that are no features, and why.
        - ``notes``: list of str, what was not read as it stands, by column.

    Raises
    ------
    ValueError
        If the file cannot be read as a table of text, its rows do not fit its header, a
        column is missing or named twice, a sensitive field is empty, no feature is left, a
        number is infinite or beyond 1e100, or a target or sensitive column has more than
        20 distinct numbers.
    """
    options = options or Format()
    sensitive, texts, numbers = list(sensitive), list(texts), list(numbers)
    targets = [name for name in (target, recorded) if name is not None]
    file = path
    if not isinstance(file, File):
        file = parse_file(path, [*targets, *sensitive, *texts], options)
    frame, decimal_comma = file.frame, file.decimal_comma
    _check_columns(frame, [*targets, *sensitive, *numbers, *texts], file.name)
    _check_there(frame, drop, file.name)
    n_without_target = 0
    if target is not None:
        labelled = stripped(frame[target]) != ""
        n_without_target = int((~labelled).sum())
        frame = frame[labelled]
        if frame.empty:
            raise ValueError(f"{file.name!r} has no row with a value in {target!r}.")
    frame, notes = _with_groups(frame, sensitive, missing_group)
    row = frame.index.to_numpy() + 1
    frame = frame.reset_index(drop=True)
    named = {}
    for column in [*targets, *sensitive]:
        if column in (bins or {}):
            named[column] = binned(frame[column], bins[column], decimal_comma)
            continue
        spelled = like if column in targets else None
        named[column], of_column = _levels(frame[column], decimal_comma, spelled)
        notes += of_column
    target = named.pop(target) if target is not None else None
    others = {} if recorded is None else {recorded: named.pop(recorded)}
    others |= {name: _numbers(frame[name], decimal_comma, file.name) for name in numbers}
    others |= {name: stripped(frame[name].astype(str)) for name in texts}
    rest = frame.drop(columns=[*targets, *named, *others, *drop], errors="ignore")
    if like is None:
        features = read_features(
            rest, decimal_comma, keep=keep, day_first=options.day_first
        )
    else:
        features = read_features_like(
            rest, like.data, decimal_comma, day_first=options.day_first, name=file.name
        )
    data = features.frame
    _check_magnitudes(data)
    if data.shape[1] == 0:
        raise ValueError(_no_feature(file.name, [*targets, *named], features, like))
    return Bunch(
        name=file.name,
        sha256=file.sha256,
        found=file.found,
        data=data,
        target=target,
        sensitive=pd.DataFrame(named, index=frame.index),
        others=pd.DataFrame(others, index=frame.index),
        row=row,
        n_without_target=n_without_target,
        left_out=features.left_out,
        notes=file.notes + notes + features.notes,
    )


def _no_feature(name, beside, features, like):
    if like is not None:
        return f"{name!r} should have a feature that {like.name!r} has as well."
    beside = ", ".join(map(repr, beside)) or "those left out"
    left_out = list(features.left_out.items())[:3]
    why = "".join(f" {quoted(column)} was left out: {why}." for column, why in left_out)
    return f"{name!r} should have a feature beside {beside}, with several values.{why}"


def _check_there(frame, columns, name):
    for column in columns:
        if column not in frame.columns:
            raise ValueError(
                f"{name!r} has no column {column!r}. It has {listed(frame.columns, 50)}."
            )


def _check_columns(frame, named, name):
    _check_there(frame, named, name)
    for column in named:
        if named.count(column) > 1:
            raise ValueError(f"The column {column!r} should be named once.")


def _with_groups(frame, sensitive, missing_group):
    """The rows that have a group or get one, and notes on the others."""
    if not sensitive:
        return frame, []
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


def _levels(column, decimal_comma, like=None):
    """Labels or groups: numbers if all are, otherwise texts; and notes."""
    column, notes = one_spelling(column)
    if like is not None:
        column = spelled_like(column, like.target.unique())
    name = column.name
    numbers = as_numbers(column, decimal_comma).values
    if numbers is not None and numbers.nunique() > MOST_LEVELS:
        raise ValueError(
            f"The column {name!r} should tell classes or groups apart. It has "
            f"{numbers.nunique()} different numbers. Cut its values into groups by "
            f"--bin {name}={numbers.median():g}, or add a column that does."
        )
    plain = to_numbers(column)
    of_texts = like is not None and not pd.api.types.is_numeric_dtype(like.target)
    if plain.notna().all() and not of_texts:
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


def _numbers(column, decimal_comma, name):
    """A column that has to hold numbers alone."""
    if pd.api.types.is_numeric_dtype(column):
        values = column
    else:
        values = as_numbers(stripped(column), decimal_comma).values
    n_missing = len(column) if values is None else int(values.isna().sum())
    if n_missing:
        raise ValueError(
            f"The column {column.name!r} of {name!r} should have a number in every row. "
            f"Got none in {rows_told(n_missing)}."
        )
    return values.astype(float)
