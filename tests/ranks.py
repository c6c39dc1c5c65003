"""Trainings on two ranks, for `tests/test_data_parallel.py`; each runs in its process."""

import pickle
import warnings
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

from skfairbargain import NashMetaClassifier
from skfairbargain.distributed import DataParallel

N_RANKS = 2
SETTINGS = {"max_epochs": 4, "bargain_epochs": 2, "standardize": False, "lr": 0.05}


def rows_of(n_samples):
    """Rows, weights of samples, and audited rows of four cells; float64."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_samples, 3))
    y = (X[:, 0] + rng.normal(size=n_samples) > 0).astype(int)
    X_val, y_val = rng.normal(size=(12, 3)), np.arange(12) % 2
    X_val[:, 0] += y_val
    weights = rng.uniform(0.5, 1.5, size=n_samples)
    # A rank's weights have a mean of 1, as those of one process have.
    for rank in range(N_RANKS):
        weights[rank::N_RANKS] /= weights[rank::N_RANKS].mean()
    audited = {"X_val": X_val, "y_val": y_val, "groups_val": np.arange(12) // 2 % 2}
    return X, y, weights, audited


def with_running_means(n_features, n_classes):
    return nn.Sequential(
        nn.Linear(n_features, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, n_classes)
    )


# Options of the estimator, and whether the rows are weighted.
CASES = {
    "full batches": ({"dropout": 0.0, "batch_size": 1000}, False),
    "weighted": ({"dropout": 0.0, "batch_size": 1000}, True),
    "no anchor": ({"anchor": 0.0, "batch_size": 4, "max_epochs": 8}, False),
    "one column": ({"bargaining": None, "measure_every": None, "batch_size": 10}, False),
    "running means": ({"module": with_running_means, "batch_size": 20}, False),
    "early stopping": ({"batch_size": 10, "early_stopping": 1, "max_epochs": 50}, False),
}


def trained(case, rank=None):
    """The estimator trained on the rows of a rank, or on all in one process."""
    options, weighted = CASES[case]
    X, y, weights, audited = rows_of(80)
    part = slice(None) if rank is None else slice(rank, None, N_RANKS)
    clf = NashMetaClassifier(
        **{**SETTINGS, **options},
        callbacks=None if rank is None else [DataParallel()],
        random_state=rank or 0,
    )
    given = weights[part] if weighted else None
    return clf.fit(X[part], y[part], sample_weight=given, **audited)


def refusals(rank):
    """Messages of fits whose ranks differ."""
    X, y, weights, audited = rows_of(100)
    found = []
    for options, n_rows, given in (
        ({"batch_size": 10}, 20 + 20 * rank, {}),
        ({"batch_size": 10 + 10 * rank}, 40, {}),
        ({"hidden_layer_sizes": (4 + rank,)}, 40, {}),
        ({}, 40, {"sample_weight": weights[:40] if rank else None}),
        ({"max_epochs": 4 + rank}, 40, {}),
        ({}, 40, {"y_val": audited["y_val"] ^ rank}),
    ):
        clf = NashMetaClassifier(**{**SETTINGS, **options}, callbacks=[DataParallel()])
        try:
            clf.fit(X[:n_rows], y[:n_rows], **{**audited, **given})
        except ValueError as error:
            found.append(str(error))
    return found


def run(rank, folder):
    """Train all cases on a rank, and write what came out."""
    warnings.simplefilter("ignore")  # whether random rows agree is beside the point
    torch.set_num_threads(1)
    folder = Path(folder)
    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/store", rank=rank, world_size=N_RANKS
    )
    result = {"refusals": refusals(rank)}
    for case in CASES:
        clf = trained(case, rank)
        result[case] = {
            "state": {k: v.numpy() for k, v in clf.module_.state_dict().items()},
            "history": [{**row, "seconds": 0.0} for row in clf.history_],
            "influence": clf.cell_influence_,
            "applied": clf.applied_weight_,
        }
    (folder / f"{rank}.pickle").write_bytes(pickle.dumps(result))
    dist.barrier()
    dist.destroy_process_group()
