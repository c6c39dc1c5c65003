"""Train what is not finished, several runs at a time."""

import os
import threading
import time
from functools import cache, partial

import torch
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import track
from threadpoolctl import threadpool_limits


def run_all(function, specs, store, *, n_jobs=2, shared=None):
    """Run what the store lacks, several runs at a time, one thread each.

    Standard error shows each finished run, and on a terminal a progress bar. What another
    command has finished in the meantime is not run again.

    Parameters
    ----------
    function : callable
        ``spec -> result``, a dict that JSON can hold. It is sent to other processes.
    specs : list of dict
        In the order to run them.
    store : RunStore
    n_jobs : int, default=2
        Processes.
    shared : callable, default=None
        ``spec -> hashable``. Specs for which it is the same are run by one call, because
        they share work: `function` then takes a list of specs and returns an iterable of
        their results. None runs each spec by a call of its own.

    Returns
    -------
    results : list of dict
        In the order of `specs`, with ``cpu_seconds`` added to each.
    """
    # Without markup, because a folder may be called [red].
    console = Console(stderr=True, soft_wrap=True, markup=False, emoji=False)
    missing = [spec for spec in specs if spec not in store]
    console.print(
        f"{len(specs)} runs, {len(specs) - len(missing)} of them finished before, in "
        f"{store.path}"
    )
    if store.n_other_versions:
        console.print(
            f"{store.n_other_versions} runs there were made with other versions of "
            "skfairbargain, fairlearn, scikit-learn or torch. They are not used."
        )
    run = function if shared else partial(_each, function)
    calls = _calls(missing, shared)
    finished = Parallel(
        n_jobs=max(1, min(n_jobs, len(calls))),
        return_as="generator_unordered",
        batch_size=1,
        pre_dispatch="n_jobs",
    )(
        delayed(_on_one_thread)(run, specs, os.getpid())
        for specs in _still_missing(calls, store)
    )
    runs = (pair for pairs in finished for pair in pairs)
    # This process alone writes, as results come in: a kill loses only what is under way.
    on_terminal = {"console": console, "disable": not console.is_terminal}
    for spec, result in track(runs, "Training", total=len(missing), **on_terminal):
        store.add(spec, result)
        name = " ".join(str(value) for value in spec.values() if value is not None)
        console.print(f"{name}: {result['cpu_seconds']:.1f} s of one core")
    return [store.get(spec) for spec in specs]


def _calls(specs, shared):
    """Lists of the specs that one call runs, in the order of the first of each."""
    if shared is None:
        return [[spec] for spec in specs]
    calls = {}
    for spec in specs:
        calls.setdefault(shared(spec), []).append(spec)
    return list(calls.values())


def _still_missing(calls, store):
    """The calls in turn, without specs that another command has finished until then."""
    for specs in calls:
        store.refresh()
        missing = [spec for spec in specs if spec not in store]
        if missing:
            yield missing


def _each(function, specs):
    return map(function, specs)


def _on_one_thread(function, specs, main):
    """Pairs of spec and result; a run pays for what it shares where it is the first."""
    if os.getpid() != main:
        _end_with(main)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        pairs, start = [], time.process_time()
        with threadpool_limits(1):  # of BLAS, and of scikit-learn's OpenMP
            for spec, result in zip(specs, function(specs), strict=True):
                now = time.process_time()
                pairs.append((spec, {**result, "cpu_seconds": now - start}))
                start = now
        return pairs
    finally:
        torch.set_num_threads(threads)


@cache
def _end_with(main):
    """End this process soon after `main` ends, however that was ended: joblib's go on."""

    def watch():
        while os.getppid() == main:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
