"""A user's CSV file as features, labels and groups."""

from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.utils import Bunch

# More distinct numbers than this are a measurement, and neither classes nor groups.
MOST_LEVELS = 20


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
        If the file cannot be read or has no rows, a column is missing or named twice, no
        feature is left, or a target or sensitive column has more than 20 distinct numbers.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r}.")
    try:
        frame = pd.read_csv(path, skipinitialspace=True)
    except (ValueError, OSError) as error:  # pandas' parser errors are ValueErrors
        reason = str(error).strip().rstrip(".")
        raise ValueError(f"{str(path)!r} cannot be read as CSV: {reason}.") from error
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
    if data.shape[1] == 0:
        raise ValueError(
            f"{path.name!r} should have a feature beside {', '.join(map(repr, named))}."
        )
    return Bunch(
        data=data,
        target=frame[target],
        sensitive=frame[list(sensitive)],
        n_without_target=n_without_target,
    )
