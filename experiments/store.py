"""Finished runs in a file, one line each, so that a killed command goes on."""

import json
import os
import time
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from skfairbargain import __version__

VERSIONS = {
    "skfairbargain": __version__,
    **{
        name: metadata.version(name)
        for name, module in (
            ("fairlearn", "fairlearn"),
            ("scikit-learn", "sklearn"),
            ("torch", "torch"),
        )
        if find_spec(module)
    },
}


OTHERWISE = "Choose another folder with --results, or delete the file."


class RunStore:
    """Results of runs by their spec, kept in a file of JSON lines.

    A line is written in one piece and forced to the disk before the next run is reported,
    so that a process killed at any moment leaves whole lines and at most one torn one at
    the end, which is cut off when the file is opened again. The first line names the
    versions that the runs were made with: other versions have other defaults, and a table
    of both would compare nothing.

    Parameters
    ----------
    path : path-like
        The file; it and its folder are made where missing.

    Raises
    ------
    ValueError
        If the file's runs were made with other versions, it holds something else, or
        another command is at work on it.

    Attributes
    ----------
    results : dict of str to dict
        By `key_of` the spec.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from experiments.store import RunStore
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = RunStore(Path(folder) / "runs.jsonl")
    ...     store.add({"seed": 0}, {"auc": 0.9})
    ...     again = RunStore(Path(folder) / "runs.jsonl")
    ...     {"seed": 0} in again, again.get({"seed": 0})
    (True, {'auc': 0.9})
    """

    def __init__(self, path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.results = {}
        with self.alone():
            self._read()

    def _read(self):
        content = self.path.read_bytes() if self.path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.truncate(self.path, len(whole))
        if not whole:
            self._append({"made with": VERSIONS})
            return
        try:
            first, *rows = map(json.loads, whole.decode().splitlines())
            made_with = first.get("made with")
            self.results = {key_of(row["spec"]): row["result"] for row in rows}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(
                f"{self.path} should hold finished runs, one a line. It holds something "
                f"else. {OTHERWISE}"
            ) from error
        if made_with != VERSIONS:
            raise ValueError(
                f"The runs in {self.path} should have been made with {_names(VERSIONS)}. "
                f"They were made with {_names(made_with)}. {OTHERWISE}"
            )

    @contextmanager
    def alone(self):
        """Keep other commands from the file; a killed one does not."""
        try:
            with FileLock(f"{self.path}.lock", timeout=0):
                yield
        except Timeout as error:
            raise ValueError(
                f"Another command is at work on {self.path}. Wait for its end, or choose "
                "another folder with --results."
            ) from error

    def __contains__(self, spec):
        return key_of(spec) in self.results

    def get(self, spec):
        """Result of a spec."""
        return self.results[key_of(spec)]

    def add(self, spec, result):
        """Keep a result, on the disk when this returns.

        One with a ``failure`` is kept until the process ends, and the next one tries again.
        """
        if "failure" not in result:
            self._append({"spec": spec, "result": result})
        self.results[key_of(spec)] = result

    def _append(self, row):
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(file, (json.dumps(row) + "\n").encode())
            os.fsync(file)
        finally:
            os.close(file)


def _names(versions):
    if versions is None:
        return "versions it does not name"
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def key_of(spec):
    """What two equal specs have in common: JSON with sorted keys."""
    return json.dumps(spec, sort_keys=True)


def run_all(function, specs, store, *, n_jobs=2, on_done=None):
    """Run what the store lacks, several at a time, one thread each.

    Parameters
    ----------
    function : callable
        ``spec -> result``, a dict that JSON can hold. It is sent to other processes.
    specs : list of dict
        In the order to run them.
    store : RunStore
    n_jobs : int, default=2
        Processes.
    on_done : callable, default=None
        Called with each finished spec and its result.

    Returns
    -------
    results : list of dict
        In the order of `specs`, with ``cpu_seconds`` added to each.
    """
    missing = [spec for spec in specs if spec not in store]
    finished = Parallel(
        n_jobs=n_jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="n_jobs"
    )(delayed(_on_one_thread)(function, spec) for spec in missing)
    # One process alone writes, as results come in; those under way are all that a kill
    # can lose.
    with store.alone():
        for spec, result in finished:
            store.add(spec, result)
            if on_done is not None:
                on_done(spec, result)
    return [store.get(spec) for spec in specs]


def _on_one_thread(function, spec):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        start = time.process_time()
        with threadpool_limits(1):  # of BLAS, and of scikit-learn's OpenMP
            result = function(spec)
        return spec, {**result, "cpu_seconds": time.process_time() - start}
    finally:
        torch.set_num_threads(threads)
