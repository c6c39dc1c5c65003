"""Files that are there whole or not at all."""

import io
import os
import secrets
from pathlib import Path


def write_at_once(path, data):
    """Write beside the file and rename, so that no reader sees a part of it.

    Parameters
    ----------
    path : path-like
        What is there and is no file, such as ``/dev/stdout``, is written to as it is.
    data : bytes
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    # Of a link, what it points to is written, and the link stays.
    path = Path(os.path.realpath(path))
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(part, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_csv(table, path):
    """Write a data frame, its index left out."""
    write_at_once(path, table.to_csv(index=False).encode())


def write_figure(figure, path, *, dpi):
    """Write a matplotlib Figure in the format that the file's name ends in, or PNG."""
    drawn = io.BytesIO()
    ending = Path(path).suffix.removeprefix(".").lower()
    figure.savefig(drawn, format=ending or "png", dpi=dpi)
    write_at_once(path, drawn.getvalue())
