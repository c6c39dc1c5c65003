"""The SQLite file of finished runs: its rows, how they are checked, and its repair."""

import os
import shutil
import sqlite3
import sys
import zlib
from contextlib import closing, contextmanager, suppress
from itertools import count

from .files import write_at_once

COLUMNS = "versions, spec, result, checksum"
CREATE = f"CREATE TABLE IF NOT EXISTS runs ({COLUMNS}, PRIMARY KEY (versions, spec))"
INSERT = "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?)"
# How every SQLite file begins; SQLite keeps the text of CREATE in its first page.
BEGINNING, FIRST_PAGE = b"SQLite format 3\0", 4096
TABLE = f"CREATE TABLE runs ({COLUMNS}".encode()
SMALLEST_ROW = 50  # bytes
# Seconds to wait for another command, which holds the file for the time of one row.
PATIENCE = 60


def check_is_of_runs(path):
    """Refuse a file that holds something else, and leave it as it is.

    A file of runs is known by its first page, damaged or not. An empty file is one.

    Raises
    ------
    ValueError
        If it is something else.
    OSError
        If it cannot be read.
    """
    with _named(path):
        if not path.exists():
            return
        with open(path, "rb") as file:
            page = file.read(FIRST_PAGE)
    if page and not (page.startswith(BEGINNING) and TABLE in page):
        raise ValueError(
            f"{path} should be a file of runs, which this command makes. Got a file of "
            "something else, which is left as it is. Move it, or give another folder."
        )


def make_place(path):
    """Make a file and its folders where they are missing."""
    if path.parent.exists() and not path.parent.is_dir():
        raise NotADirectoryError(
            f"{path} cannot be read or written: {path.parent} is no folder."
        )
    with _named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch()


@contextmanager
def _named(path):
    """Say of an error of the system which file cannot be used."""
    try:
        yield
    except OSError as error:
        reason = error.strerror
        raise type(error)(f"{path} cannot be read or written: {reason}.") from error


@contextmanager
def opened(path):
    """A connection on which each statement is done when it returns, or undone."""
    try:
        with closing(sqlite3.connect(path, PATIENCE, isolation_level=None)) as db:
            # Damaged bytes become other characters, which the checksum finds.
            db.text_factory = lambda data: data.decode(errors="replace")
            yield db
    except sqlite3.Error as error:
        raise OSError(f"{path} cannot be read or written: {error}.") from error


def insert(db, values):
    """Add a row of versions, spec and result, unless that run is there."""
    # The journal's removal is on the disk as well, so that no loss of power undoes the row.
    db.execute("PRAGMA synchronous = EXTRA")
    db.execute(INSERT, (*values, _checksum(*values)))


def is_sound(db):
    """Whether SQLite can read all of a file, and every row is as it was written."""
    with _damage_tolerated():
        if db.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            return False
        has_runs = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").fetchone()
        rows = db.execute(f"SELECT {COLUMNS} FROM runs") if has_runs else ()
        return all(map(is_intact, rows))
    return False


@contextmanager
def _damage_tolerated():
    """Leave a block where SQLite finds damage; a locked file is none."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        if error.sqlite_errorcode & 0xFF not in damage:
            raise


def repair(db, path, file):
    """Copy the readable rows of a damaged file to a new one, which takes its place."""
    path = path.resolve()
    # Alone, so that no other command is in the middle of a row; one that still has the
    # file open cannot add to it after that, because SQLite refuses to write to a file that
    # was renamed. Of two commands that find the damage, the second finds it mended.
    with _damage_tolerated():
        db.execute("BEGIN EXCLUSIVE")
    rows = list(_readable(db, file.st_size))
    content = _new_content(rows)
    if not os.path.samestat(file, path.stat()):
        return
    damaged = _free_name(path)
    try:
        _keep(path, damaged)
        write_at_once(path, content)
    except BaseException:
        damaged.unlink(missing_ok=True)
        raise
    print(
        f"{path} was damaged: {len(rows)} of its runs could be read and are kept. The "
        f"damaged file is now {damaged.name}.",
        file=sys.stderr,
    )


def _new_content(rows):
    """The bytes of a file that has these rows."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        new.execute(CREATE)
        new.executemany(INSERT, rows)
        return new.serialize()


def _free_name(path):
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _keep(path, damaged):
    """Give a damaged file a second name."""
    try:
        os.link(path, damaged)
    except OSError:  # the file system may have no hard links
        with _named(damaged):
            shutil.copyfile(path, damaged)


def _readable(db, n_bytes):
    """The intact rows, each looked up by its number: no list of the numbers is needed."""
    # SQLite reads a file that lacks its end only where it may also be repaired.
    db.execute("PRAGMA writable_schema = ON")
    for number in range(1, n_bytes // SMALLEST_ROW):
        with suppress(sqlite3.DatabaseError):
            query = f"SELECT {COLUMNS} FROM runs WHERE rowid = ?"
            row = db.execute(query, (number,)).fetchone()
            if row is not None and is_intact(row):
                yield row


def is_intact(row):
    """Whether a row is as it was written."""
    *values, checksum = row
    return _checksum(*values) == checksum


def _checksum(*values):
    return zlib.crc32(repr(values).encode())
