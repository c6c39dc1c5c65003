"""Memory that a fit on a memory-mapped file takes, as a share of the file.

Counted is anonymous memory, what the process allocates: pages of the file itself are
the system's cache, and go when memory is short. Each case runs in a process of its own.
Run as ``python benchmarks/memmap.py [MB]``; prints the inputs beside every figure. With
``--epoch [ROWS]`` it prints instead what an epoch of that many rows of 100 features takes,
beside scikit-learn's MLPClassifier in memory, and the memory of fits on 100,000 rows and
on all: one thread, CPU time, the kinds in turn. MLPClassifier learns from a fifth of the
rows, and its time is taken times five.
"""

import argparse
import multiprocessing
import tempfile
import threading
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from bars import mlp, spread
from ours import train
from threadpoolctl import threadpool_limits

import skfairbargain
from skfairbargain import NashMetaClassifier

N_FEATURES, EPOCHS, N_HELD_OUT = 200, 2, 40
# Features of the rows whose epoch is timed.
WIDTH = 100
CASES = {
    "held-out validation rows": lambda X, y, fit: fit(X, y),
    "validation set given": lambda X, y, fit: fit(
        X, y, X_val=X[:40], y_val=y[:40], groups_val=[0, 1] * 20
    ),
    "a tenth of weight zero": lambda X, y, fit: fit(
        X, y, sample_weight=np.arange(len(y)) % 10 > 0
    ),
    "partial_fit": lambda X, y, fit: fit.__self__.partial_fit(X, y),
    "predict_proba": lambda X, y, fit: fit(X[:2000], y[:2000]).predict_proba(X),
}


def write(path, n_samples, n_features):
    """Rows written in blocks, so that this needs no memory either."""
    X = np.memmap(path, np.float32, "w+", shape=(n_samples, n_features))
    rng = np.random.default_rng(0)
    for start in range(0, n_samples, 10_000):
        block = X[start : start + 10_000]
        block[:] = rng.standard_normal(block.shape, dtype=np.float32)
    X.flush()


def anonymous_bytes():
    """Bytes that this process has allocated and holds in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024


class Peak(threading.Thread):
    """Look every few milliseconds how much memory there is."""

    def __init__(self):
        super().__init__(daemon=True)
        self.start_bytes = self.peak = anonymous_bytes()
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(0.002):
            self.peak = max(self.peak, anonymous_bytes())


def measure(name, path, n_samples):
    warnings.simplefilter("ignore")  # whether random groups agree is beside the point
    X = np.memmap(path, np.float32, "r", shape=(n_samples, N_FEATURES))
    y = np.arange(n_samples) // 2 % 2
    model = NashMetaClassifier(
        bargain_epochs=1,
        max_epochs=EPOCHS,
        batch_size=512,
        # Every step takes all validation rows along, so a tenth of X would be too many.
        validation_fraction=N_HELD_OUT / n_samples,
        random_state=0,
    )
    model.fit(np.array(X[:1000]), y[:1000])  # whatever libraries allocate once
    model = NashMetaClassifier(**model.get_params())
    peak = Peak()
    peak.start()
    CASES[name](X, y, model.fit)
    peak.done.set()
    peak.join()
    return peak.peak - peak.start_bytes


def peak_share(name, path, n_samples):
    """Peak of allocated memory over the size of X, in a fresh process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        taken = pool.submit(measure, name, path, n_samples).result()
    return taken / (4 * N_FEATURES * n_samples)


def epoch_rows(path, n_samples):
    """The file, labels that a network can learn, and 4 cells of 3 audited rows."""
    X = np.memmap(path, np.float32, "r", shape=(n_samples, WIDTH))
    y = np.concatenate([
        (X[start : start + 10_000, :5].sum(1) > 0).astype(int)
        for start in range(0, n_samples, 10_000)
    ])  # fmt: skip
    picked = np.concatenate([np.flatnonzero(y == label)[:6] for label in (0, 1)])
    validation = {"X_val": np.array(X[picked]), "y_val": y[picked]}
    return X, y, {**validation, "groups_val": np.arange(12) % 2}


def peak_of_epoch(path, n_samples, n_rows):
    """Most bytes that an epoch on the first rows of the file holds beyond its labels."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    X, y, validation = epoch_rows(path, n_samples)
    train(np.array(X[:1000]), y[:1000], validation)  # what libraries allocate once
    X, y = X[:n_rows], y[:n_rows]
    peak = Peak()
    peak.start()
    train(X, y, validation)
    peak.done.set()
    peak.join()
    return peak.peak - peak.start_bytes


def epoch(path, n_samples, rounds):
    """Print what an epoch takes, and the memory of a fit."""
    X, y, validation = epoch_rows(path, n_samples)
    part = n_samples // 5
    in_memory = np.array(X[:part])
    ratios, seconds, fit = {1: [], 2: []}, {1: [], 2: []}, []
    for _ in range(rounds):
        theirs = 5 * mlp(in_memory, y[:part], 1, 512)
        for stage in ratios:
            start = time.process_time()
            seconds[stage].append(train(X, y, validation, 1, stage))
            fit.append(time.process_time() - start - seconds[stage][-1])
            ratios[stage].append(seconds[stage][-1] / theirs)
    for stage, of_stage in ratios.items():
        print(f"epoch, stage {stage}: {np.median(seconds[stage]):.1f} s, "
              f"{spread(of_stage)} x MLPClassifier (bar 1.2)")  # fmt: skip
    print(f"before and after it (checks, scaling): {np.median(fit):.1f} s")
    spawn = multiprocessing.get_context("spawn")
    for n_rows in (100_000, n_samples):
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            taken = pool.submit(peak_of_epoch, path, n_samples, n_rows).result()
        print(f"{n_rows:,} rows: {taken / 2**20:.0f} MB allocated at most, "
              f"{taken / n_rows:.0f} bytes a row; X has {4 * WIDTH}")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", nargs="?", type=int, default=400)
    parser.add_argument("--epoch", nargs="?", type=int, const=1_000_000, metavar="ROWS")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    megabytes = arguments.megabytes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "X.dat"
        print(f"skfairbargain {skfairbargain.__version__}; ", end="")
        if arguments.epoch:
            torch.set_num_threads(1)
            threadpool_limits(1)
            warnings.simplefilter("ignore")
            write(path, arguments.epoch, WIDTH)
            print(f"X of {arguments.epoch:,} x {WIDTH} float32 on disk, batch 512, "
                  f"{arguments.rounds} rounds", flush=True)  # fmt: skip
            epoch(path, arguments.epoch, arguments.rounds)
            return
        n_samples = megabytes * 2**20 // (4 * N_FEATURES)
        write(path, n_samples, N_FEATURES)
        print(
            f"X of {n_samples:,} x {N_FEATURES} float32 on disk, {megabytes} MB; "
            f"{EPOCHS} epochs, seed 0"
        )
        for name in CASES:
            print(f"{name:26s} {peak_share(name, path, n_samples):6.1%} of X", flush=True)


if __name__ == "__main__":
    main()
