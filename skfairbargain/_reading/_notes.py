"""Notes on columns, those of one kind in one sentence."""

import re

from ._values import listed

# What differs between two notes of one kind: texts in quotes, and numbers.
PARTICULARS = re.compile(r"""'[^']*'|"[^"]*"|[-+]?\d[\d.,]*(e[-+]?\d+)?""")


def joined(notes):
    """Leave one note of each kind, and name the other columns in it.

    Parameters
    ----------
    notes : list of (str, str)
        Columns and what is told of them.

    Returns
    -------
    notes : list of str
    """
    kinds = {}
    for column, note in notes:
        kinds.setdefault(PARTICULARS.sub("", note), []).append((column, note))
    told = []
    for (_, first), *others in kinds.values():
        columns = dict.fromkeys(column for column, _ in others)
        likewise = f" Likewise {listed(columns)}." if columns else ""
        told.append(f"{first}{likewise}")
    return told
