"""A user's CSV file as features, labels and groups."""

import warnings
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.utils import Bunch

# More distinct numbers than this are a measurement, and neither classes nor groups.
MOST_LEVELS = 20
# The variance of larger numbers overflows.
LARGEST = 1e100


def read_csv(path, target, sensitive):
    """Read a CSV file and tell features, labels and groups apart.

    Parameters
    ----------
    path : str or Path
        A file with a header line.
    target : str
        The column to predict. Rows in which it is empty are left out.
    sensitive : sequence of str
        The sensitive columns; they are not among the features.

    Returns
    -------
    table : Bunch
        - ``data``: DataFrame of shape (n_samples, n_columns).
        - ``target``: Series.
        - ``sensitive``: DataFrame with the sensitive columns.
        - ``n_without_target``: int, rows that were left out.

    Raises
    ------
    ValueError
        If the file cannot be read as UTF-8 with commas or has no rows, its rows do not fit
        its header, a column is missing or named twice, no feature is left, a number is
        infinite or beyond 1e100, or a target or sensitive column has more than 20 distinct
        numbers.
    """
    path = Path(path)
    frame = _read_table(path)
    named = [target, *sensitive]
    for column in named:
        if column not in frame.columns:
            raise ValueError(
                f"{path.name!r} has no column {column!r}. It has "
                f"{', '.join(map(repr, frame.columns))}."
            )
        if named.count(column) > 1:
            raise ValueError(f"The column {column!r} should be named once.")
    labelled = frame[target].notna()
    n_without_target = int((~labelled).sum())
    frame = frame[labelled].reset_index(drop=True)
    if frame.empty:
        raise ValueError(f"{path.name!r} has no row with a value in {target!r}.")
    for column in named:
        n_levels = frame[column].nunique()
        if is_numeric_dtype(frame[column]) and n_levels > MOST_LEVELS:
            raise ValueError(
                f"The column {column!r} should tell classes or groups apart. It has "
                f"{n_levels} different numbers. Add a column that bins it, such as "
                f"{column} > {frame[column].median():g}, and name that one."
            )
    data = frame.drop(columns=named)
    _check_magnitudes(data)
    if data.shape[1] == 0:
        raise ValueError(
            f"{path.name!r} should have a feature beside {', '.join(map(repr, named))}."
        )
    return Bunch(
        data=data,
        # Booleans come as objects where a value was missing.
        target=frame[target].infer_objects(),
        sensitive=frame[list(sensitive)],
        n_without_target=n_without_target,
    )


def _read_table(path):
    """Read the file; refuse what pandas would repair by guessing."""
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r}.")
    try:
        header = pd.read_csv(path, skipinitialspace=True, header=None, nrows=1, dtype=str)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", pd.errors.ParserWarning)
            # Without False, a row too long gives its first value away and is shifted.
            frame = pd.read_csv(path, skipinitialspace=True, index_col=False)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path.name!r} should be text in UTF-8. Got other bytes. Save it as CSV UTF-8."
        ) from error
    except (ValueError, OSError) as error:  # pandas' parser errors are ValueErrors
        reason = str(error).strip().rstrip(".")
        raise ValueError(f"{str(path)!r} cannot be read as CSV: {reason}.") from error
    names = header.iloc[0].dropna()
    for separator, title in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in names[0]:
            raise ValueError(
                f"The values in {path.name!r} should be separated by commas. Got {title}. "
                "Save it with commas, and with a point in decimal numbers."
            )
    if names.duplicated().any():
        # pandas would call the second one name.1, and it would be taken for a feature.
        raise ValueError(
            f"The columns of {path.name!r} should have different names. Got "
            f"{names[names.duplicated()].iloc[0]!r} more than once. Rename or remove one."
        )
    if any(issubclass(seen.category, pd.errors.ParserWarning) for seen in caught):
        raise ValueError(
            f"The rows of {path.name!r} should have as many values as its header has "
            f"names, {len(frame.columns)}. Got more. Name every column."
        )
    return frame


def _check_magnitudes(data):
    for column in data.select_dtypes("number"):
        largest = data[column].abs().max()
        if largest > LARGEST:
            raise ValueError(
                f"The column {column!r} should hold numbers up to {LARGEST:g}. Got "
                f"{largest:g}. Correct it, or leave its place empty."
            )
