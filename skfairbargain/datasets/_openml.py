"""Tables from OpenML through scikit-learn's cache, or one error that says what to do."""

import warnings

import pandas as pd
from sklearn.datasets import fetch_openml, get_data_home

# What scikit-learn says on the way to a failure that is explained once, at the end.
_ON_THE_WAY = ("Invalid cache, redownloading file", "A network error occurred")


def fetch_table(data_id, *, data_home):
    """Fetch a data set of OpenML as one table, target included.

    Parameters
    ----------
    data_id : int
        OpenML's number, which stands for one version of the data for ever.
    data_home : path-like or None
        scikit-learn's cache folder.

    Returns
    -------
    table : DataFrame
        Categories are plain strings, quotation marks around them removed.

    Raises
    ------
    OSError
        If the data are neither in the cache nor to be had from the network.
    """
    cache = get_data_home(data_home)
    try:
        with warnings.catch_warnings():
            for message in _ON_THE_WAY:
                warnings.filterwarnings("ignore", message=message)
            table = fetch_openml(
                data_id=data_id,
                data_home=cache,
                as_frame=True,
                parser="pandas",
                n_retries=1,
            ).frame.copy()  # wide frames arrive in fragments, and pandas warns
    except Exception as error:
        # scikit-learn checks the sum of a cached file, deletes a file that it cannot read,
        # and downloads it again; what reaches us is whatever went wrong last.
        raise OSError(
            f"Data set {data_id} of OpenML is not in the cache {cache}, or is damaged "
            f"there, and could not be downloaded: {error}. Connect to https://openml.org "
            "and try again, or pass as `data_home` a folder into which scikit-learn "
            "downloaded it on another machine."
        ) from error
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].astype(object).str.strip("'")
    return table
