"""What ``fit`` and ``partial_fit`` share: checked rows, a net, a training run."""

import numpy as np
import torch

from .._utils import seeded_torch
from ..protocols import get_protocol
from ._make_net import make_net
from ._minibatches import TrainingData
from ._modules import module_dtype
from ._weighting import Weighting

# What a run notes of its rows.
RECORDS = ("cell_influence_", "sample_influence_", "applied_weight_")


def train(estimator, X, y, rows, sample_weight, validation, *, epochs, seed, start):
    """Train the estimator's net and set what it learned.

    Parameters
    ----------
    X, y, rows, sample_weight, validation :
        Of `training_rows` and `validation_set`.
    epochs : int
    seed : int
        Seeds torch for the run; its global state is restored after.
    start : {"anew", "weights", "net"}
        From a fresh network; from the trained one, with a fresh optimizer and stage 1
        first; or from the trained one where it was, optimizer and stages included.

    Returns
    -------
    cell_influence : ndarray of shape (n_rows, n_cells)
    sample_influence : ndarray of shape (n_rows, n_groups)
    applied_weight : ndarray of shape (n_rows,)
    """
    estimator.groups_, estimator.cells_ = validation.groups, validation.pairs
    dtype = X.dtype if start == "anew" else module_dtype(estimator.module_)
    data = TrainingData(
        X, y, validation.X, validation.y, validation.cells, dtype, sample_weight, rows
    )
    bargaining = estimator.bargaining
    bargaining = None if bargaining is None else get_protocol(bargaining)
    weighting = Weighting(
        get_protocol(estimator.goal),
        bargaining,
        validation.cell_groups,
        estimator.players,
        estimator.meta_lr,
        estimator.anchor,
        estimator.weight_norm,
    )
    acts_on_groups = bargaining is not None and bargaining.acts_on == "groups"
    players = "groups" if acts_on_groups else estimator.players
    with seeded_torch(seed, torch.device(estimator.device)):
        if start == "net":
            net = estimator.net_
        else:
            net = make_net(estimator, data.X_val[:2], keep_weights=start == "weights")
        net.weighting, net.player_names = weighting, validation.player_names(players)
        net.group_names = validation.group_names
        net.seat_names = validation.player_names(estimator.players)
        net.batch_size = estimator.batch_size
        if net.batch_size == "auto":
            net.batch_size = min(512, max(32, len(data) // 20))
        done = len(net.history)
        net.bargain_epochs, net.max_epochs = estimator.bargain_epochs, epochs
        net.partial_fit(data)
    estimator.net_, estimator.module_ = net, net.module_
    estimator.history_ = net.epochs()
    estimator.n_iter_ = len(estimator.history_)
    net.warn_about_trouble(estimator.history_[done:])
    sample_influence = net.cell_influence_ @ weighting.to_groups
    return net.cell_influence_, sample_influence, net.applied_weight_


def record_of_rows(estimator, record, rows, n_samples):
    """Set what a run noted of its rows, each where it stands among all rows."""
    for name, noted in zip(RECORDS, record, strict=True):
        values = np.zeros((n_samples, *noted.shape[1:]))
        values[rows] = noted
        setattr(estimator, name, values)
