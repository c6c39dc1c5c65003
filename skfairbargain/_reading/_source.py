"""The bytes of a user's file: a name, standard input, or a pipe."""

import hashlib
import sys
from pathlib import Path
from typing import NamedTuple


class Source(NamedTuple):
    """A file as it was read.

    Parameters
    ----------
    name : str
        For messages.
    data : bytes
    sha256 : str
        Of the bytes, in hexadecimal.
    """

    name: str
    data: bytes
    sha256: str


def read_source(path):
    """Read the bytes of a file.

    Parameters
    ----------
    path : str or Path
        A file or a pipe; "-" is standard input.

    Returns
    -------
    source : Source

    Raises
    ------
    ValueError
        If there is no such file.
    """
    if str(path) == "-":
        return _source("standard input", sys.stdin.buffer.read())
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{str(path)!r} is a folder. Name a CSV file.")
    if not path.exists():
        raise ValueError(f"There is no file {str(path)!r}.")
    return _source(path.name, path.read_bytes())


def _source(name, data):
    return Source(name, data, hashlib.sha256(data).hexdigest())
