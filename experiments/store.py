"""Finished runs in an SQLite file, so that a killed command goes on where it stopped."""

import json
import os
import sqlite3
import sys
import zlib
from contextlib import closing, contextmanager, suppress
from importlib import metadata
from itertools import count
from pathlib import Path

import skfairbargain

# Other versions have other defaults: a table of both would compare nothing.
PACKAGES = ("fairlearn", "scikit-learn", "torch")
VERSIONS = json.dumps(
    {"skfairbargain": skfairbargain.__version__}
    | {name: metadata.version(name) for name in PACKAGES}
)
COLUMNS = "versions, spec, result, checksum"
CREATE = f"CREATE TABLE IF NOT EXISTS runs ({COLUMNS}, PRIMARY KEY (versions, spec))"
INSERT = "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?)"
SMALLEST_ROW = 50  # bytes
# Seconds to wait for another command, which holds the file for the time of one row.
PATIENCE = 60


class RunStore:
    """Results of runs by their spec, kept in an SQLite file.

    Several commands may work with one file at once: a run that two of them have under way
    is kept once. A row is on the disk when `add` returns. Runs made with other versions of
    the packages may be in the file as well; they are left alone and not read.

    If the file is found damaged, it is renamed, its readable rows are copied to a new
    file, and a sentence on standard error says so.

    Parameters
    ----------
    path : path-like
        The file; it and its folder are made where missing.

    Raises
    ------
    OSError
        If the file cannot be read or written.

    Attributes
    ----------
    n_other_versions : int
        Runs in the file that other versions made.

    Notes
    -----
    SQLite's rollback journal is used, and not its write-ahead log: that one needs memory
    shared by all processes, which network file systems lack, and is no faster at a row a
    second. SQLite finds a page that is damaged, but not a digit that changed inside a
    value; the checksum of each row does.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from experiments.store import RunStore
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = RunStore(Path(folder) / "runs.sqlite")
    ...     store.add({"seed": 0}, {"auc": 0.9})
    ...     again = RunStore(Path(folder) / "runs.sqlite")
    ...     {"seed": 0} in again, again.get({"seed": 0})
    (True, {'auc': 0.9})
    """

    def __init__(self, path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.n_other_versions = 0
        self._results = {}
        self._last_row = 0
        self.path.touch()
        file = self.path.stat()
        with _opened(self.path) as db:
            if not _is_sound(db):
                _repair(db, self.path, file)
        with _opened(self.path) as db:
            db.execute(CREATE)
        self.refresh()

    def refresh(self):
        """Read what other commands have added."""
        with _opened(self.path) as db:
            query = f"SELECT {COLUMNS}, rowid FROM runs WHERE rowid > ?"
            for *row, number in db.execute(query, (self._last_row,)):
                versions, spec, result, _ = row
                if versions != VERSIONS:
                    self.n_other_versions += 1
                elif _is_intact(row):
                    self._results[spec] = json.loads(result)
                self._last_row = number

    def __contains__(self, spec):
        return _key(spec) in self._results

    def get(self, spec):
        """Result of a spec."""
        return self._results[_key(spec)]

    def add(self, spec, result):
        """Keep a result, on the disk when this returns.

        A result with a ``failure`` is kept in memory only, so that the next command tries
        the run again.
        """
        self._results[_key(spec)] = result
        if "failure" not in result:
            row = (VERSIONS, _key(spec), json.dumps(result))
            with _opened(self.path) as db:
                _insert(db, row)


@contextmanager
def _opened(path):
    """A connection on which each statement is done when it returns, or undone."""
    try:
        with closing(sqlite3.connect(path, PATIENCE, isolation_level=None)) as db:
            # Damaged bytes become other characters, which the checksum finds.
            db.text_factory = lambda data: data.decode(errors="replace")
            yield db
    except sqlite3.Error as error:
        raise OSError(f"{path} cannot be read or written: {error}.") from error


def _insert(db, values):
    # The journal's removal is on the disk as well, so that no loss of power undoes the row.
    db.execute("PRAGMA synchronous = EXTRA")
    db.execute(INSERT, (*values, _checksum(*values)))


def _is_sound(db):
    try:
        if db.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            return False
        has_runs = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").fetchone()
        rows = db.execute(f"SELECT {COLUMNS} FROM runs") if has_runs else ()
        return all(map(_is_intact, rows))
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return False
        raise


def _repair(db, path, file):
    """Rename a damaged file, and copy its readable rows to a new one."""
    # Alone, so that no other command is in the middle of a row; one that still has the
    # file open cannot add to it after that, because SQLite refuses to write to a file that
    # was renamed. Of two commands that find the damage, the second finds it mended.
    with suppress(sqlite3.DatabaseError):
        db.execute("BEGIN EXCLUSIVE")
    if not os.path.samestat(file, path.stat()):
        return
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    damaged = next(name for name in names if not name.exists())
    path.rename(damaged)
    rows = list(_readable(db, file.st_size))
    with _opened(path) as new:
        new.execute("BEGIN")
        new.execute(CREATE)
        new.executemany(INSERT, rows)
        new.execute("COMMIT")
    print(
        f"{path} was damaged: {len(rows)} of its runs could be read and are kept. The "
        f"damaged file is now {damaged.name}.",
        file=sys.stderr,
    )


def _readable(db, n_bytes):
    """The intact rows, each looked up by its number: no list of the numbers is needed."""
    # SQLite reads a file that lacks its end only where it may also be repaired.
    db.execute("PRAGMA writable_schema = ON")
    for number in range(1, n_bytes // SMALLEST_ROW):
        with suppress(sqlite3.DatabaseError):
            query = f"SELECT {COLUMNS} FROM runs WHERE rowid = ?"
            row = db.execute(query, (number,)).fetchone()
            if row is not None and _is_intact(row):
                yield row


def _is_intact(row):
    *values, checksum = row
    return _checksum(*values) == checksum


def _checksum(*values):
    return zlib.crc32(repr(values).encode())


def _key(spec):
    """What two equal specs have in common: JSON with sorted keys."""
    return json.dumps(spec, sort_keys=True)
