"""Files that are there whole or not at all."""

import os
import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path):
    """A file to write beside another, which it replaces when all is written.

    Parameters
    ----------
    path : path-like
        What is there and is a link or no file, such as ``/dev/stdout``, is written to as
        it is: replacing it would do more than write.

    Yields
    ------
    part : Path
        Where to write; its name ends as that of `path`.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    path = Path(path)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        yield path
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder {str(path.parent)!r} to write {path.name!r} to. Make it "
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
    """Write bytes to a `whole_file`."""
    with whole_file(path) as part:
        part.write_bytes(data)


def write_csv(table, path):
    """Write a data frame to a `whole_file`, its index left out."""
    with whole_file(path) as part:
        table.to_csv(part, index=False)


def write_figure(figure, path, *, dpi):
    """Write a matplotlib Figure to a `whole_file`, as PNG where its name has no ending."""
    with whole_file(path) as part:
        figure.savefig(part, format=None if Path(path).suffix else "png", dpi=dpi)
