"""DataFrames, as the tables that estimators have found often are, to JSON and back."""

import json

import pandas as pd

from ._header import parse
from ._plain import NotPlainError, from_plain, to_plain


def table_text(table):
    """Return a table as JSON.

    Parameters
    ----------
    table : DataFrame
        Of numbers, booleans, text and labels, as are its index and its columns.

    Returns
    -------
    text : str

    Raises
    ------
    NotPlainError
        If it has something else, or would not be the same when it is read.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["mix"], "weight": [0.5]})
    >>> table_of_text(table_text(table))
      name  weight
    0  mix     0.5
    """
    content = {
        "columns": table.columns.tolist(),
        "index": table.index.to_numpy(),
        "values": [column.to_numpy() for _, column in table.items()],
    }
    text = json.dumps(to_plain(content))
    try:
        pd.testing.assert_frame_equal(table_of_text(text), table, check_exact=True)
    except AssertionError as error:
        raise NotPlainError(
            f"a DataFrame that would come back as another: {' '.join(str(error).split())}"
        ) from error
    return text


def table_of_text(text):
    """Return the table that `table_text` wrote."""
    content = from_plain(parse(text))
    values = dict(enumerate(content["values"]))
    table = pd.DataFrame(values, index=content["index"])
    table.columns = content["columns"]
    return table
