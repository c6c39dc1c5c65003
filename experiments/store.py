"""Finished runs in an SQLite file, so that a killed command goes on where it stopped."""

import json
from importlib import metadata
from pathlib import Path

import skfairbargain

from .run_file import (
    COLUMNS,
    CREATE,
    check_is_of_runs,
    insert,
    is_intact,
    is_sound,
    make_place,
    opened,
    repair,
)

# Other versions have other defaults: a table of both would compare nothing.
PACKAGES = ("fairlearn", "scikit-learn", "torch")
VERSIONS = json.dumps(
    {"skfairbargain": skfairbargain.__version__}
    | {name: metadata.version(name) for name in PACKAGES}
)


class RunStore:
    """Results of runs by their spec, kept in an SQLite file.

    Several commands may work with one file at once: a run that two of them have under way
    is kept once. A row is on the disk when `add` returns. Runs made with other versions of
    the packages may be in the file as well; they are left alone and not read.

    If the file is found damaged, it is renamed, its readable rows are copied to a new
    file, and a sentence on standard error says so. A file of something else is refused and
    left as it is.

    Parameters
    ----------
    path : path-like
        The file; it and its folder are made where missing.

    Raises
    ------
    OSError
        If the file cannot be read or written.
    ValueError
        If it is a file of something else.

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
        self.n_other_versions = 0
        self._results = {}
        self._last_row = 0
        check_is_of_runs(self.path)
        make_place(self.path)
        file = self.path.stat()
        with opened(self.path) as db:
            if not is_sound(db):
                repair(db, self.path, file)
        with opened(self.path) as db:
            db.execute(CREATE)
        self.refresh()

    def refresh(self):
        """Read what other commands have added."""
        with opened(self.path) as db:
            query = f"SELECT {COLUMNS}, rowid FROM runs WHERE rowid > ?"
            for *row, number in db.execute(query, (self._last_row,)):
                versions, spec, result, _ = row
                if versions != VERSIONS:
                    self.n_other_versions += 1
                elif is_intact(row):
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

        Raises
        ------
        OSError
            If it cannot be written. Then it is not in memory either.
        """
        if "failure" not in result:
            row = (VERSIONS, _key(spec), json.dumps(result))
            with opened(self.path) as db:
                insert(db, row)
        self._results[_key(spec)] = result


def _key(spec):
    """What two equal specs have in common: JSON with sorted keys."""
    return json.dumps(spec, sort_keys=True)
