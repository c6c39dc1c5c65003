"""What ``fit`` and ``partial_fit`` share: checked rows, a net, a training run."""

import inspect
import threading
import warnings

import numpy as np
import torch
from sklearn.utils import check_consistent_length
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, column_or_1d, validate_data
from skorch.callbacks import EarlyStopping
from skorch.utils import noop

from ._minibatches import TrainingData
from ._mlp import build_module
from ._net import MetaNet
from ._parameters import OPTIMIZERS
from ._validation_set import given_validation_set, hold_out_validation_set
from ._validation_signs import ROUTE_IT
from ._weighting import Weighting
from .losses import META_LOSSES
from .protocols import get_protocol

# torch has one random generator and one switch for denormal numbers per process, so
# trainings in threads of one process take turns.
_TRAINING = threading.RLock()


def training_rows(estimator, X, y, sample_weight, *, classes, reset):
    """Check the training data; where `reset`, set the estimator's features and classes.

    Returns
    -------
    X : ndarray, memmap or CSR matrix of shape (n_samples, ...)
        All rows; a copy of those with a weight might not fit into memory.
    y, sample_weight : ndarray of shape (n_rows,), or None for no weights
        Class indices and weights of the rows that have a weight.
    rows : ndarray of shape (n_rows,), int
        Which rows of X these are.
    """
    X, y = validate_data(
        estimator,
        X,
        y,
        accept_sparse="csr",
        dtype=[np.float32, np.float64],
        allow_nd=estimator.module is not None,
        reset=reset,
    )
    y = column_or_1d(y, warn=True)
    check_classification_targets(y)
    rows = np.arange(len(y))
    if sample_weight is not None:
        sample_weight = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        rows = np.flatnonzero(sample_weight > 0)
        y, sample_weight = y[rows], sample_weight[rows]
    if reset:
        estimator.classes_ = np.unique(y if classes is None else classes)
    if len(estimator.classes_) < 2:
        raise ValueError(
            "`y` should have 2 classes or more among the rows with a weight. Got "
            f"{len(estimator.classes_)} class: {estimator.classes_.tolist()}."
        )
    return X, _class_indices(estimator.classes_, y, "y"), sample_weight, rows


def validation_set(estimator, X, y, rows, X_val, y_val, groups_val):
    """Return which of `rows` to train on, and the validation set, given or held out."""
    if X_val is None:
        if y_val is not None or groups_val is not None:
            raise ValueError(
                "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, "
                "or none of the three."
            )
        return hold_out_validation_set(
            X,
            y,
            rows,
            estimator.classes_,
            estimator.validation_fraction,
            estimator.random_state,
        )
    if y_val is None:
        raise ValueError("`y_val` should be given with `X_val`. Got None.")
    try:
        with warnings.catch_warnings():
            # fit warns of this in better words.
            warnings.filterwarnings("ignore", "X (has|does not have valid) feature names")
            X_val = validate_data(
                estimator,
                X_val,
                accept_sparse="csr",
                dtype=X.dtype,
                allow_nd=estimator.module is not None,
                reset=False,
            )
    except ValueError as error:
        raise ValueError(
            f"`X_val` should be prepared as `X` was. {error} {ROUTE_IT}"
        ) from error
    y_val = column_or_1d(y_val)
    check_consistent_length(X_val, y_val)
    codes = _class_indices(estimator.classes_, y_val, "y_val")
    return np.arange(len(y)), given_validation_set(
        X_val, codes, groups_val, estimator.classes_
    )


def train(estimator, X, y, rows, sample_weight, validation, *, epochs, seed, new, restart):
    """Train the estimator's net and set what it learned; return the influence.

    Parameters
    ----------
    X, y, rows, sample_weight, validation :
        Of `training_rows` and `validation_set`.
    epochs : int
    seed : int
        Seeds torch for the run; its global state is restored after.
    new : bool
        Whether to begin with a fresh net.
    restart : bool
        Whether stage 1 begins anew.

    Returns
    -------
    influence : ndarray of shape (n_rows, n_groups)
    """
    estimator.groups_, estimator.cells_ = validation.groups, validation.pairs
    data = TrainingData(
        X, y, validation.X, validation.y, validation.cells, X.dtype, sample_weight, rows
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
    device = torch.device(estimator.device)
    with _TRAINING, torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        if new:
            estimator.net_ = new_net(estimator, data.X_val[:2])
        net = estimator.net_
        net.weighting, net.player_names = weighting, validation.player_names(players)
        net.group_names = validation.group_names
        net.batch_size = estimator.batch_size
        if net.batch_size == "auto":
            net.batch_size = min(512, max(32, len(data) // 20))
        done = len(net.history)
        if restart:
            net.schedule_start = done
        net.max_epochs = epochs
        net.partial_fit(data)
    estimator.module_ = net.module_
    estimator.history_ = net.epochs()
    estimator.n_iter_ = len(estimator.history_)
    net.warn_about_trouble(estimator.history_[done:])
    return net.sample_influence_


def influence_among(influence, rows, n_samples):
    """Put the influence of the trained rows where they stand among all rows."""
    result = np.zeros((n_samples, influence.shape[1]))
    result[rows] = influence
    return result


def _class_indices(classes, y, name):
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise ValueError(
            f"`{name}` should have no other classes than {classes.tolist()}. Got "
            f"{unknown.tolist()} as well."
        )
    return np.searchsorted(classes, y)


def new_net(estimator, example):
    """Return an initialised net for the estimator's parameters and features.

    Parameters
    ----------
    estimator : NashMetaClassifier
    example : ndarray of shape (n, ...)
        A few rows, in the dtype to compute in.

    Returns
    -------
    net : MetaNet
    """
    module = build_module(
        estimator.module,
        estimator.n_features_in_,
        len(estimator.classes_),
        hidden_layer_sizes=tuple(estimator.hidden_layer_sizes),
        dropout=estimator.dropout,
        example=example,
    )
    optimizer = OPTIMIZERS.get(estimator.optimizer, estimator.optimizer)
    taken = inspect.signature(optimizer).parameters
    options = {
        f"optimizer__{name}": getattr(estimator, name)
        for name in ("momentum", "weight_decay")
        if name in taken
    }
    callbacks = list(estimator.callbacks or [])
    if estimator.early_stopping:
        patience = 10 if estimator.early_stopping is True else estimator.early_stopping
        stopping = EarlyStopping(
            "worst_group_loss",
            patience=patience,
            load_best=True,
            sink=print if estimator.verbose else noop,
        )
        callbacks.append(("early_stopping", stopping))
    net = MetaNet(
        module,
        weighting=None,
        engine=estimator.engine,
        meta_loss=META_LOSSES.get(estimator.meta_loss, estimator.meta_loss),
        bargain_epochs=estimator.bargain_epochs,
        optimizer=optimizer,
        lr=estimator.lr,
        train_split=None,
        callbacks=callbacks,
        device=torch.device(estimator.device),
        verbose=int(estimator.verbose),
        **options,
    )
    net.row_shape = example.shape[1:]
    return net.initialize()
