"""What ``fit`` and ``partial_fit`` share: checked rows, a net, a training run."""

import numpy as np
import torch
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, column_or_1d, validate_data

from ._make_net import make_net
from ._minibatches import TrainingData
from ._mlp import module_dtype
from ._utils import check_same_length, seeded_torch
from ._validation_set import given_validation_set, hold_out_validation_set
from ._validation_signs import prepared_alike
from ._weighting import Weighting
from .protocols import get_protocol

# What a run notes of its rows.
RECORDS = ("cell_influence_", "sample_influence_", "applied_weight_")


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
        if not len(rows):
            # In the words that scikit-learn has for it itself since 1.9.
            raise ValueError("Sample weights must contain at least one non-zero number.")
        y, sample_weight = y[rows], sample_weight[rows]
    if reset:
        estimator.classes_ = np.unique(y if classes is None else classes)
    if len(estimator.classes_) < 2:
        raise ValueError(
            "`y` should have 2 classes or more among the rows with a weight. Got "
            f"{len(estimator.classes_)} class: {estimator.classes_.tolist()}."
        )
    return X, class_indices(estimator.classes_, y, "y"), sample_weight, rows


def validation_set(estimator, X, y, rows, X_val, y_val, groups_val):
    """Return which of `rows` to train on, and the validation set, given or held out."""
    check_given_together(X_val, y_val, groups_val)
    if X_val is None:
        return hold_out_validation_set(
            X,
            y,
            rows,
            estimator.classes_,
            estimator.validation_fraction,
            estimator.random_state,
        )
    X_val = prepared_alike(
        estimator,
        X_val,
        accept_sparse="csr",
        dtype=X.dtype,
        allow_nd=estimator.module is not None,
    )
    codes = validation_codes(estimator.classes_, X_val, y_val)
    return np.arange(len(y)), given_validation_set(
        X_val, codes, groups_val, estimator.classes_
    )


def check_given_together(X_val, y_val, groups_val):
    """Refuse a validation set without its rows or its labels."""
    if X_val is None and (y_val is not None or groups_val is not None):
        raise ValueError(
            "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, "
            "or none of the three."
        )
    if X_val is not None and y_val is None:
        raise ValueError("`y_val` should be given with `X_val`. Got None.")


def validation_codes(classes, X_val, y_val):
    """Class indices of the validation rows, one label each."""
    y_val = column_or_1d(y_val)
    check_same_length(X_val=X_val, y_val=y_val)
    return class_indices(classes, y_val, "y_val")


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


def class_indices(classes, y, name):
    """Indices of labels among the sorted classes; `name` is for the error of others."""
    known = set(classes.tolist())
    # By their texts, because NaN differs from itself and None has no order.
    unknown = sorted({repr(label) for label in y.tolist() if label not in known})
    if unknown:
        raise ValueError(
            f"`{name}` should have no other classes than {classes.tolist()}. Got "
            f"[{', '.join(unknown)}] as well."
        )
    return np.searchsorted(classes, y)
