"""Trainings of the package for the benchmarks: data, and the CPU time of their epochs."""

import time

import numpy as np
from skorch.callbacks import Callback

from skfairbargain import NashMetaClassifier


class Clock(Callback):
    """CPU seconds of the epochs, and of nothing before or after them."""

    def on_train_begin(self, net, **kwargs):
        self.seconds = 0.0

    def on_epoch_begin(self, net, **kwargs):
        self.start = time.process_time()

    def on_epoch_end(self, net, **kwargs):
        self.seconds += time.process_time() - self.start


def data(n_samples, n_groups, per_cell, n_features=105):
    """Rows and a validation set of two classes, by a fixed seed."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_samples, n_features)).astype(np.float32)
    y = (X[:, :5].sum(1) + rng.normal(size=n_samples) > 0).astype(int)
    groups = np.repeat(np.arange(n_groups), 2 * per_cell)
    y_val = np.tile(np.repeat([0, 1], per_cell), n_groups)
    X_val = rng.normal(size=(len(groups), n_features)).astype(np.float32)
    X_val[:, :5] += 0.5 * (2 * y_val[:, None] - 1)
    return X, y, {"X_val": X_val, "y_val": y_val, "groups_val": groups}


def train(X, y, validation, epochs=1, stage=1, batch_size=512, **options):
    """CPU seconds of an epoch, all of stage 1 or all of stage 2."""
    clock = Clock()
    options = {"bargaining": "nash" if stage == 1 else None, **options}
    NashMetaClassifier(
        bargain_epochs=epochs,
        max_epochs=epochs,
        batch_size=batch_size,
        callbacks=[clock],
        random_state=0,
        **options,
    ).fit(X, y, **validation)
    return clock.seconds / epochs
