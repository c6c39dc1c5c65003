"""Tables and figures that are under their name whole, or not at all."""

import os
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path):
    """Yield a file to write beside `path`, and rename it to `path` when that is done.

    A link or a device, such as ``/dev/stdout``, is written to as it is.
    """
    path = Path(path)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        yield path
        return
    part = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_csv(table, path):
    """Write a data frame, its index left out."""
    with whole_file(path) as part:
        table.to_csv(part, index=False)


def write_figure(figure, path):
    """Write a matplotlib Figure, as PNG where the name has no ending."""
    with whole_file(path) as part:
        figure.savefig(part, format=None if Path(path).suffix else "png", dpi=120)
