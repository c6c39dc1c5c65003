"""Tables from OpenML through scikit-learn's cache, with one error that says what to do."""

import reprlib
import warnings
from pathlib import Path

import pandas as pd
from sklearn.datasets import fetch_openml, get_data_home

# scikit-learn warns before it fails; the error at the end explains both.
_WARNINGS_BEFORE_THE_ERROR = (
    "Invalid cache, redownloading file",
    "A network error occurred",
)


def checked_home(data_home):
    """Return `data_home` as a path, with ``~`` as the user's folder; None as it is."""
    if data_home is None:
        return None
    try:
        return Path(data_home).expanduser()
    except TypeError as error:
        raise TypeError(
            "`data_home` should be a path: a text, a Path or None. Got "
            f"{reprlib.repr(data_home)}."
        ) from error


def fetch_table(data_id, *, data_home):
    """Fetch a data set of OpenML as one table that includes the target.

    Parameters
    ----------
    data_id : int
        OpenML's number for one version of a data set, which never changes.
    data_home : path-like or None
        Folder of scikit-learn's cache; None for its default.

    Returns
    -------
    table : DataFrame
        Categories are plain strings without quotation marks.

    Raises
    ------
    OSError
        If the data are not in the cache and cannot be downloaded.
    """
    # A fragmented frame would make pandas warn later.
    table = fetch_frame(data_id, data_home=data_home).copy()
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].astype(object).str.strip("'")
    return table


def fetch_frame(data_id, *, data_home, instead="", dtype=None):
    """Fetch a data set of OpenML as scikit-learn returns it.

    Parameters
    ----------
    data_id, data_home :
        As in `fetch_table`.
    instead : str, default=""
        What else `data_home` may name, for the error.
    dtype : dict, default=None
        Of columns by their places; those that it lacks are inferred. None: what OpenML
        tells of each.

    Returns
    -------
    frame : DataFrame

    Raises
    ------
    OSError
        As in `fetch_table`.
    """
    try:
        cache = get_data_home(checked_home(data_home))
    except OSError as error:
        raise OSError(
            f"The cache of scikit-learn cannot be in {error.filename}: {error.strerror}. "
            f"Pass as `data_home` a folder that can be written{instead}."
        ) from error
    try:
        with warnings.catch_warnings():
            for message in _WARNINGS_BEFORE_THE_ERROR:
                warnings.filterwarnings("ignore", message=message)
            return fetch_openml(
                data_id=data_id,
                data_home=cache,
                as_frame=True,
                parser="pandas",
                n_retries=1,
                read_csv_kwargs=None if dtype is None else {"dtype": dtype},
            ).frame
    except Exception as error:
        # scikit-learn checks a cached file, deletes it if it is damaged, and downloads it
        # again. The error is of any type: that of the last step that failed.
        raise OSError(
            f"Data set {data_id} of OpenML is not in the cache {cache}, or is damaged "
            f"there, and could not be downloaded: {error}. Connect to https://openml.org "
            "and try again, or pass as `data_home` a folder into which scikit-learn "
            f"downloaded it on another machine{instead}."
        ) from error
