"""Write files atomically: after a crash, the old file or the new one is there."""

import os
import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path):
    """Give a temporary file to write to; it replaces `path` when the block ends.

    If the block raises, `path` stays as it was.

    Parameters
    ----------
    path : path-like
        The file to write. A symbolic link, or something that is not a regular file, such
        as ``/dev/stdout``, is written to directly and not replaced.

    Yields
    ------
    part : Path
        The file to write to. Its name has the same ending as that of `path`.

    Raises
    ------
    FileNotFoundError
        If the folder of `path` does not exist.
    """
    path = Path(path)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        yield path
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"The folder {str(path.parent)!r} of {path.name!r} does not exist. Create it "
            "first."
        )
    part = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        yield part
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_at_once(path, data):
    """Write bytes to a file, atomically."""
    with whole_file(path) as part:
        part.write_bytes(data)


def write_csv(table, path):
    """Write a data frame to a CSV file, atomically and without its index."""
    with whole_file(path) as part:
        table.to_csv(part, index=False)


def write_figure(figure, path, *, dpi):
    """Write a matplotlib Figure, atomically; as PNG if the name has no ending."""
    with whole_file(path) as part:
        figure.savefig(part, format=None if Path(path).suffix else "png", dpi=dpi)
