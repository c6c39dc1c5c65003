"""Cost of a stage-1 and a stage-2 step relative to a step of a plain SGD loop.

Adult's network (105–128–64–2), its 92 minibatches of 512 in an epoch, 4 cells of 3
validation samples, then 20 cells; one thread. The plain loop is written below and does
nothing but train: it gathers minibatches from one tensor, and has no callbacks, history or
losses of groups, which a step of ours includes. "Unrolled" is a stage-1 step by
``engine="autograd"``, which differentiates through the inner step. The kinds of step take
turns in one process, and their CPU time is taken, so that whatever else the machine does
falls on all of them or on none; ratios are medians over the rounds. Run as
``python benchmarks/steps.py``; ``--fit`` times whole fits of 50 epochs and their memory.
"""

import argparse
import resource
import time
import warnings
from itertools import pairwise

import numpy as np
import torch
from skorch.callbacks import Callback
from torch import nn

import skfairbargain
from skfairbargain import NashMetaClassifier

N_FEATURES, N_SAMPLES, BATCH = 105, 47_410, 512
EPOCHS, BARGAIN_EPOCHS = 50, 15


class Clock(Callback):
    """CPU seconds of the epochs, and of nothing before or after them."""

    def on_train_begin(self, net, **kwargs):
        self.seconds = 0.0

    def on_epoch_begin(self, net, **kwargs):
        self.start = time.process_time()

    def on_epoch_end(self, net, **kwargs):
        self.seconds += time.process_time() - self.start


def data(n_samples, n_groups, per_cell):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_samples, N_FEATURES)).astype(np.float32)
    y = (X[:, :5].sum(1) + rng.normal(size=n_samples) > 0).astype(int)
    groups = np.repeat(np.arange(n_groups), 2 * per_cell)
    y_val = np.tile(np.repeat([0, 1], per_cell), n_groups)
    X_val = rng.normal(size=(len(groups), N_FEATURES)).astype(np.float32)
    X_val[:, :5] += 0.5 * (2 * y_val[:, None] - 1)
    return X, y, {"X_val": X_val, "y_val": y_val, "groups_val": groups}


def run(kind, X, y, validation, epochs, bargain_epochs):
    """CPU seconds of a training's epochs."""
    if kind == "plain":
        return train_plainly(X, y, epochs)
    clock = Clock()
    NashMetaClassifier(
        bargaining=None if kind == "stage 2" else "nash",
        bargain_epochs=bargain_epochs,
        max_epochs=epochs,
        batch_size=BATCH,
        anchor=0.0,
        lr=1e-3,
        engine="autograd" if kind == "unrolled" else "auto",
        callbacks=[clock],
        random_state=0,
    ).fit(X, y, **validation)
    return clock.seconds


def train_plainly(X, y, epochs):
    """CPU seconds of a plain loop over the same minibatches."""
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    torch.manual_seed(0)
    sizes = (N_FEATURES, 128, 64)
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU(), nn.Dropout(0.2)]
    module = nn.Sequential(*layers, nn.Linear(sizes[-1], 2))
    optimizer = torch.optim.SGD(
        module.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4
    )
    start = time.process_time()
    for _ in range(epochs):
        order = torch.randperm(len(X))[: len(X) // BATCH * BATCH]
        for rows in order.split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(module(X[rows]), y[rows]).backward()
            optimizer.step()
    return time.process_time() - start


def take_turns(problems, kinds, rounds, n_steps):
    """CPU seconds a step, one array over the rounds for each number of cells and kind."""
    seconds = {(cells, kind): [] for cells in problems for kind in kinds}
    for _ in range(rounds):
        for cells, kind in seconds:
            seconds[cells, kind].append(run(kind, *problems[cells], 1, 1) / n_steps)
    return {key: np.array(taken) for key, taken in seconds.items()}


def steps(rounds=15, n_steps=N_SAMPLES // BATCH):
    """Print the cost of a step by kind and number of cells, over plain steps."""
    problems = {2 * n: data(n_steps * BATCH, n, per_cell=3) for n in (2, 10)}
    seconds = take_turns(problems, ("plain", "stage 1", "stage 2"), rounds, n_steps)
    for cells in problems:
        plain = seconds[cells, "plain"]
        print(f"{cells} cells of 3; plain step {1e3 * np.median(plain):.2f} ms CPU")
        for kind in ("stage 1", "stage 2"):
            print(f"  {kind}: {_spread(seconds[cells, kind] / plain)} x plain")
    for kind in ("stage 1", "stage 2"):
        few, many = (seconds[cells, kind] for cells in problems)
        print(f"{kind}: 20 cells cost {_spread(many / few)} x 4 cells")
    # On its own, because what it allocates slows the steps that follow.
    unrolled = take_turns(problems, ("unrolled",), max(3, rounds // 5), n_steps)
    for cells in problems:
        each = np.median(unrolled[cells, "unrolled"])
        ratios = [each / np.median(seconds[cells, kind]) for kind in ("plain", "stage 1")]
        print(f"unrolled, {cells} cells: {1e3 * each:.2f} ms, {ratios[0]:.2f} x plain, "
              f"{ratios[1]:.2f} x stage 1")  # fmt: skip


def _spread(ratios):
    low, middle, high = np.percentile(ratios, (25, 50, 75))
    return f"{middle:.2f} (quartiles {low:.2f}–{high:.2f})"


def fits(rounds=3):
    X, y, validation = data(N_SAMPLES, 2, per_cell=3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ratios = []
    for _ in range(rounds):
        plain = run("plain", X, y, validation, EPOCHS, BARGAIN_EPOCHS)
        ours = run("ours", X, y, validation, EPOCHS, BARGAIN_EPOCHS)
        ratios.append(ours / plain)
        print(f"  fit {ours:.1f} s, plain {plain:.1f} s, ratio {ours / plain:.2f}")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{N_SAMPLES:,} x {N_FEATURES}, {EPOCHS} epochs, {BARGAIN_EPOCHS} bargaining")
    print(f"  ratio {np.median(ratios):.2f}; peak memory over data and libraries "
          f"{after - before:.0f} MB (data {X.nbytes / 2**20:.0f} MB)")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="whole fits instead of steps")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    # Whether random validation samples agree is beside the point here.
    warnings.simplefilter("ignore")
    print(f"skfairbargain {skfairbargain.__version__}, torch {torch.__version__}, 1 thread")
    if arguments.fit:
        fits()
        return
    steps()


if __name__ == "__main__":
    main()
