"""The time of training beside plain training, scikit-learn's MLPClassifier and unrolling.

One thread, CPU time. The kinds take turns in one process, so that whatever else the machine
does falls on all of them or on none; ratios are medians over the rounds, with quartiles.
"Plain" and "fast plain" are the loops of `benchmarks/plain.py`; the defaults are those of
the estimator (anchor 0.5, dropout 0.2, 128–64 units). Run as ``python benchmarks/bars.py``
for the steps; with ``--epochs`` for epochs beside MLPClassifier, ``--fit`` for a whole fit
and a whole process, ``--authors`` for the way of the paper's code: an unrolled step, and a
bargain by cvxpy and ECOS (needs ``pip install "skfairbargain[benchmarks]"``).
"""

import argparse
import os
import resource
import subprocess
import sys
import time
import warnings

import numpy as np
import torch
from ours import data, train
from plain import train_plainly
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

import skfairbargain
from skfairbargain import NashMetaClassifier
from skfairbargain.protocols import Protocol

BATCH, N_STEPS = 512, 92  # of an epoch of Adult's 47,410 rows
# Groups, rows a cell, rows of a cell in a step, and the bars for stages 1 and 2.
SIZES = {
    "4 cells x 3": (2, 3, None, (0.85, 0.75)),
    "20 cells x 3": (10, 3, None, None),
    "4 cells x 50": (2, 50, None, (1.6, 1.5)),
    "4 cells x 50, 5 rotating": (2, 50, 5, (0.95, 0.85)),
    "10 cells x 50": (5, 50, None, (2.4, 2.2)),
    "10 cells x 50, 5 rotating": (5, 50, 5, (1.25, 1.0)),
    "4 cells x 500": (2, 500, None, (5, 5)),
}
THREE_FITS = """
import numpy as np, warnings
warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
X = rng.normal(size=(442, 10))
y = (X[:, 0] > 0).astype(int)
{model}
for _ in range(3):
    model.fit(X, y{given})
"""
MODELS = {
    "ours": (
        "from skfairbargain import NashMetaClassifier\n"
        "model = NashMetaClassifier(max_epochs=20, batch_size=32, random_state=0)",
        ", X_val=X[:40], y_val=y[:40], groups_val=np.arange(40) // 2 % 2",
    ),
    "MLPClassifier": (
        "from sklearn.neural_network import MLPClassifier\n"
        "model = MLPClassifier((128, 64), solver='sgd', batch_size=32, max_iter=20, "
        "tol=0, n_iter_no_change=99, random_state=0)",
        "",
    ),
}


def spread(ratios):
    low, middle, high = np.percentile(ratios, (25, 50, 75))
    return f"{middle:5.2f} ({low:.2f}–{high:.2f})"


def steps(rounds):
    """Print the cost of a step over that of a plain and of a fast plain one."""
    print(f"{'step':26} stage  x plain            x fast plain       bar")
    for name, (n_groups, per_cell, rows, bars) in SIZES.items():
        X, y, validation = data(N_STEPS * BATCH, n_groups, per_cell)
        taken = {key: [] for key in ("plain", "fast", 1, 2)}
        for _ in range(rounds):
            for kind in taken:
                if kind in (1, 2):
                    options = {"stage": kind, "validation_rows_per_step": rows}
                    taken[kind].append(train(X, y, validation, **options))
                else:
                    taken[kind].append(train_plainly(X, y, 1, BATCH, kind == "fast"))
        taken = {kind: np.array(seconds) for kind, seconds in taken.items()}
        for stage in (1, 2):
            ratios = [spread(taken[stage] / taken[kind]) for kind in ("plain", "fast")]
            bar = f"{bars[stage - 1]:.2f}" if bars else ""
            print(f"{name:26}   {stage}    {ratios[0]:18} {ratios[1]:18} {bar}", flush=True)
    print(f"plain step {1e3 * np.median(taken['plain']) / N_STEPS:.2f} ms, "
          f"fast {1e3 * np.median(taken['fast']) / N_STEPS:.2f} ms (CPU)")  # fmt: skip


def mlp(X, y, epochs, batch_size):
    """CPU seconds of an epoch of scikit-learn's network, of the same layers."""
    model = MLPClassifier(
        (128, 64), solver="sgd", batch_size=batch_size, max_iter=epochs, tol=0,
        n_iter_no_change=epochs + 1, random_state=0,
    )  # fmt: skip
    start = time.process_time()
    model.fit(X, y)
    return (time.process_time() - start) / epochs


def epochs(rounds):
    """Print the cost of an epoch over that of MLPClassifier, which has no dropout.

    That of fast plain training shows what is left of the bar for weighting.
    """
    for n, n_features, batch_size, n_epochs, bars in (
        (N_STEPS * BATCH, 105, BATCH, 2, (1.0, 1.0)),
        (442, 10, 32, 20, (2.0, 1.0)),
    ):
        X, y, validation = data(n, 2, 3, n_features)
        taken = {"mlp": [], "fast": [], 1: [], 2: []}
        for _ in range(rounds):
            taken["mlp"].append(mlp(X, y, n_epochs, batch_size))
            taken["fast"].append(train_plainly(X, y, n_epochs, batch_size, fast=True))
            for stage in (1, 2):
                taken[stage].append(
                    train(X, y, validation, n_epochs, stage, batch_size=batch_size)
                )
        for kind, title, bar in (
            ("fast", "fast plain", "none"),
            (1, "stage 1", bars[0]),
            (2, "stage 2", bars[1]),
        ):
            ratio = spread(np.array(taken[kind]) / taken["mlp"])
            print(f"epoch, {n} x {n_features}, batch {batch_size}, {title}: "
                  f"{ratio} x MLPClassifier (bar {bar})", flush=True)  # fmt: skip


def fits(rounds, n_epochs=10):
    """Print the cost of whole fits, and of processes with three small ones."""
    X, y, validation = data(N_STEPS * BATCH, 2, 3)
    ratios = []
    for _ in range(rounds):
        plain = n_epochs * train_plainly(X, y, n_epochs, BATCH)
        start = time.process_time()
        NashMetaClassifier(max_epochs=n_epochs, random_state=0).fit(X, y, **validation)
        ratios.append((time.process_time() - start) / plain)
    print(f"whole fit of {n_epochs} epochs: {spread(ratios)} x plain epochs (bar 0.8)")
    ratios = []
    for _ in range(rounds):
        ours, theirs = (process(*MODELS[name]) for name in ("ours", "MLPClassifier"))
        ratios.append(ours / theirs)
    print(f"process of three fits, imports included: {spread(ratios)} x MLPClassifier's "
          f"(bar 2.5; last: {ours:.2f} and {theirs:.2f} s)")  # fmt: skip


def process(model, given):
    """CPU seconds of a process."""
    code = THREE_FITS.format(model=model, given=given)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class ByCvxpy(Protocol):
    """The bargain as the paper's code makes it: 20 problems for ECOS, set up once."""

    acts_on = "players"

    def weights(self, step):
        if not hasattr(self, "solve_"):
            self.solve_ = NashMTL(len(step.losses), max_norm=0.0).weighting
        return self.solve_(torch.from_numpy(step.hypergradients.T)).double().numpy()


def authors(rounds):
    """Print how many times as long a stage-1 step takes by unrolling and cvxpy."""
    global NashMTL
    from torchjd.aggregation import NashMTL

    for n_groups in (2, 10):
        X, y, validation = data(5 * BATCH, n_groups, 3)
        ratios = {"ours (bar 40)": [], "fast plain, which has no weights": []}
        for _ in range(rounds):
            theirs = train(X, y, validation, engine="autograd", bargaining=ByCvxpy())
            for name, seconds in zip(
                ratios,
                (train(X, y, validation), train_plainly(X, y, 1, BATCH, fast=True)),
                strict=True,
            ):
                ratios[name].append(theirs / seconds)
        for name, of_name in ratios.items():
            print(
                f"unrolled and by cvxpy, {2 * n_groups} cells: {spread(of_name)} x {name}"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    for name in ("epochs", "fit", "authors"):
        parser.add_argument(f"--{name}", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    threadpool_limits(1)  # of NumPy's products, for MLPClassifier
    # Whether random validation samples agree is beside the point here.
    warnings.simplefilter("ignore")
    print(f"skfairbargain {skfairbargain.__version__}, torch {torch.__version__}, "
          f"1 thread, {arguments.rounds} rounds")  # fmt: skip
    if arguments.epochs:
        epochs(arguments.rounds)
    if arguments.fit:
        fits(arguments.rounds)
    if arguments.authors:
        authors(arguments.rounds)
    if not (arguments.epochs or arguments.fit or arguments.authors):
        steps(arguments.rounds)


if __name__ == "__main__":
    main()
