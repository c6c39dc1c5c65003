"""Check the name of a model file."""

import os
from pathlib import Path

from .._utils import shortly


def checked_path(path):
    """Return the path of a file, given as text or as a path.

    Raises
    ------
    TypeError, ValueError
        If it is something else, or empty.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"`path` should name a file, as text or a pathlib.Path. Got {shortly(path)}."
        )
    if path == "":
        raise ValueError("`path` should name a file. Got ''.")
    return Path(path)
