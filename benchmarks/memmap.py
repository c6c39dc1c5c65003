"""Memory that a fit on a memory-mapped file takes, as a share of the file.

Counted is anonymous memory, what the process allocates: pages of the file itself are
the system's cache, and go when memory is short. Each case runs in a process of its own.
Run as ``python benchmarks/memmap.py [MB]``; prints the inputs beside every figure.
"""

import argparse
import multiprocessing
import tempfile
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

import skfairbargain
from skfairbargain import NashMetaClassifier

N_FEATURES, EPOCHS, N_HELD_OUT = 200, 2, 40
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


def write(path, megabytes):
    """Rows written in blocks, so that this needs no memory either."""
    n_samples = megabytes * 2**20 // (4 * N_FEATURES)
    X = np.memmap(path, np.float32, "w+", shape=(n_samples, N_FEATURES))
    rng = np.random.default_rng(0)
    for start in range(0, n_samples, 10_000):
        block = X[start : start + 10_000]
        block[:] = rng.standard_normal(block.shape, dtype=np.float32)
    X.flush()
    return n_samples


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", nargs="?", type=int, default=400)
    megabytes = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "X.dat"
        n_samples = write(path, megabytes)
        print(
            f"skfairbargain {skfairbargain.__version__}; X of {n_samples:,} x {N_FEATURES} "
            f"float32 on disk, {megabytes} MB; {EPOCHS} epochs, seed 0"
        )
        for name in CASES:
            print(f"{name:26s} {peak_share(name, path, n_samples):6.1%} of X", flush=True)


if __name__ == "__main__":
    main()
