"""Numbers of a sensitive column as groups, such as age bands."""

from itertools import pairwise

import numpy as np
import pandas as pd

from ._numbers import as_numbers
from ._values import rows_told, stripped


def binned(column, edges, decimal_comma=False):
    """Cut a column of numbers into named groups.

    Parameters
    ----------
    column : Series of str
    edges : sequence of float
        Each is the smallest number of the next group.
    decimal_comma : bool, default=False

    Returns
    -------
    groups : Series of str
        As in "under 25", "25 to under 45", "45 and over"; "missing" stays.

    Raises
    ------
    ValueError
        If some values are no numbers.
    """
    texts = stripped(column)
    is_missing = texts == "missing"
    numbers = as_numbers(texts.mask(is_missing, ""), decimal_comma).values
    strange = len(texts) if numbers is None else int((numbers.isna() & ~is_missing).sum())
    if strange:
        raise ValueError(
            f"--bin {column.name} needs numbers in {column.name!r}. {rows_told(strange)} "
            "have none."
        )
    edges = sorted(set(edges))
    shown = [f"{edge:g}" for edge in edges]
    names = [f"under {shown[0]}"]
    names += [f"{low} to under {high}" for low, high in pairwise(shown)]
    names.append(f"{shown[-1]} and over")
    codes = np.searchsorted(edges, numbers.fillna(0), side="right")
    groups = pd.Series(np.array(names, dtype=object)[codes], column.index, name=column.name)
    return groups.mask(is_missing, "missing")
