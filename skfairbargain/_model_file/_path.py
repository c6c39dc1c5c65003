"""The name of a model file, and its bytes."""

import os
from pathlib import Path

from .._utils import shortly
from ..exceptions import ModelFileError


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


def bytes_of_file(path):
    """Return the bytes of a regular file.

    Raises
    ------
    ModelFileError
        If it is a folder, or something else that has no end.
    FileNotFoundError
        If there is no such file.
    """
    if path.is_dir():
        raise ModelFileError("it is a folder")
    if path.exists() and not path.is_file():
        raise ModelFileError("it is no regular file")
    return path.read_bytes()
