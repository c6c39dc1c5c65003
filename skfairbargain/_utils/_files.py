"""Write files atomically: after a crash, the old file or the new one is there."""

import contextlib
import os
import re
import secrets
import shutil
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# Ask for the user whom a program acts for, where the system can tell.
EFFECTIVE_IDS = os.access in os.supports_effective_ids


@contextlib.contextmanager
def whole_file(path):
    """Give a temporary file to write to; it replaces `path` when the block ends.

    If the block raises, `path` stays as it was. Temporary files that killed processes left
    for the same `path` are removed, those of living ones are not.

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
    OSError
        If the folder of `path` does not exist, or the file cannot be written, as on a full
        disk, in one sentence that names `path`.
    """
    path = Path(path)
    with _failures_named(path):
        if path.is_symlink() or (path.exists() and not path.is_file()):
            yield path
            return
        _check_place(path)
        _remove_abandoned(path)
        with _held_part(path) as part:
            yield part
            with open(part, "rb+") as file:
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, part)
            os.replace(part, path)


@contextlib.contextmanager
def _failures_named(path):
    """Say of an error of the system which file was not written, and why."""
    try:
        yield
    except OSError as error:
        if error.strerror is None:  # a sentence already
            raise
        named = type(error)(f"{path} was not written: {error.strerror}.")
        named.errno = error.errno
        raise named from error


def _check_place(path):
    """Refuse a missing folder, and a file that is protected against being changed."""
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"The folder {str(path.parent)!r} of {path.name!r} does not exist. Create it "
            "first."
        )
    # It could be replaced, as its folder says who may, and nobody would expect that.
    if path.exists() and not os.access(path, os.W_OK, effective_ids=EFFECTIVE_IDS):
        raise PermissionError(f"{path} was not written: it is read-only.")


@contextlib.contextmanager
def _held_part(path):
    """A new file beside `path`, locked while this process lives and writes it."""
    part, file = _new_part(path)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
        if file is not None:
            os.close(file)


def _new_part(path):
    while True:
        part = path.with_name(f".part-{secrets.token_hex(4)}.{path.name}")
        file = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        if fcntl is None:
            os.close(file)
            return part, None
        with contextlib.suppress(OSError):  # a file system may have no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink:
            return part, file
        os.close(file)  # another process removed it before it was locked


def _remove_abandoned(path):
    """Remove the temporary files of `path` that no process holds."""
    name = re.compile(rf"\.part-[0-9a-f]{{8}}\.{re.escape(path.name)}")
    # A folder that can be written to may be one that cannot be read.
    with contextlib.suppress(OSError):
        for part in path.parent.iterdir():
            if fcntl and name.fullmatch(part.name):
                _remove_unless_held(part)


def _remove_unless_held(part):
    # It may be another user's, or removed by now, or held: then it stays.
    with contextlib.suppress(OSError):
        file = os.open(part, os.O_RDWR)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
        finally:
            os.close(file)


def write_at_once(path, data):
    """Write bytes to a file, atomically."""
    with whole_file(path) as part:
        part.write_bytes(data)


def write_csv(table, path):
    """Write a data frame to a CSV file, atomically and without its index."""
    with whole_file(path) as part:
        table.to_csv(part, index=False)
