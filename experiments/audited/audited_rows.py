"""Methods that learn from the audited rows, alone or beside the training rows.

Each takes a `Bench` and returns the scores of its test rows; see `methods`.
"""

import copy

import numpy as np
import torch
from scipy.special import expit
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from skfairbargain.losses import cross_entropy

from ..networks import PLAIN_NETWORK
from ..rivals import boosting
from .bench import log_odds
from .imputation import folds
from .models import LastColumn, fit_ridge, hidden_features, ridge_scores, small_boosting

FINE_TUNING_STEPS = 100
# Shares of the whole weight that audited rows may have.
ADDED_SHARES = (0.1, 0.3, 0.6, 0.9)


def rows_logistic(bench):
    """Logistic regression on the audited rows alone, its penalty cross-validated."""
    return ridge_scores(bench.X_val, bench.y_val, bench.X_test, bench.seed)


def rows_boosting(bench):
    """Small boosting on the audited rows alone."""
    return small_boosting(bench, bench.X_val, bench.X_test)


def continued_boosting(bench):
    """Small boosting on the audited rows that begins with balanced boosting's scores."""
    scores = bench.boosting_balanced()
    X_val = np.column_stack([bench.X_val, scores.val])
    X_test = np.column_stack([bench.X_test, scores.test])
    return small_boosting(bench, X_val, X_test, init=LastColumn())


def last_layer_retrained(bench):
    """DFR: the balanced network's last layer, trained anew on the audited rows.

    Kirichenko et al., 2023; with a ridge penalty chosen by cross-validation, where they
    average lasso fits of subsets of equal cells.
    """
    module = bench.network()
    val, test = (hidden_features(module, X) for X in (bench.X_val, bench.X_test))
    center, scale = val.mean(axis=0), val.std(axis=0) + 1e-6
    val, test = (val - center) / scale, (test - center) / scale
    return ridge_scores(val, bench.y_val, test, bench.seed)


def fine_tuned(bench):
    """The balanced network, trained further on the audited rows."""
    module = copy.deepcopy(bench.network())
    optimizer = torch.optim.Adam(module.parameters(), lr=PLAIN_NETWORK["lr"] / 10)
    X, y = torch.from_numpy(bench.X_val), torch.from_numpy(bench.y_val)
    weights = torch.from_numpy(1 / np.bincount(bench.y_val)[bench.y_val]).float()
    module.eval()  # no dropout: there are only a few rows
    for _ in range(FINE_TUNING_STEPS):
        optimizer.zero_grad()
        (weights @ cross_entropy(module(X), y) / weights.sum()).backward()
        optimizer.step()
    return bench.network_scores(module).test


def added_rows(bench):
    """Boosting on training and audited rows, these at a weight that folds choose."""
    y, losses = bench.y_val, []
    for share in ADDED_SHARES:
        scores = np.empty(len(y))
        for fitted, held_out in folds(y, bench.seed, 3).split(bench.X_val, y):
            clf = _fit_added(bench, fitted, share)
            scores[held_out] = log_odds(clf, bench.X_val[held_out])
        weights = compute_sample_weight("balanced", y)
        losses.append(log_loss(y, expit(scores), sample_weight=weights))
    best = ADDED_SHARES[int(np.argmin(losses))]
    return log_odds(_fit_added(bench, np.arange(len(y)), best), bench.X_test)


def _fit_added(bench, rows, share):
    """Boosting on all training rows, and on some audited ones with a share of weight."""
    parts = (bench.y, 1 - share), (bench.y_val[rows], share)
    n_samples = len(bench.y) + len(rows)
    weights = [
        compute_sample_weight("balanced", y) * (part * n_samples / len(y))
        for y, part in parts
    ]
    return bench.fit(
        boosting(),
        np.concatenate([bench.X, bench.X_val[rows]]),
        np.concatenate([bench.y, bench.y_val[rows]]),
        np.concatenate(weights),
    )


def importance_by_two_models(bench):
    """IRBL: boosting on both kinds of rows, recorded labels weighed by two models.

    Nodet et al., 2021: the weight of a training row is the chance of its recorded label by
    a model of the audited rows over the same by a model of the training rows. Written
    anew, because biquality-learn 0.1.0 does not run with the scikit-learn we need.
    """
    trusted = fit_ridge(bench.X_val, bench.y_val, bench.seed)
    recorded = bench.fit(boosting(True), bench.X, bench.y)
    rows = np.arange(len(bench.y))
    chances = [clf.predict_proba(bench.X)[rows, bench.y] for clf in (trusted, recorded)]
    weights = np.clip(chances[0] / chances[1], 0.01, 20)
    clf = bench.fit(
        boosting(True),
        np.concatenate([bench.X, bench.X_val]),
        np.concatenate([bench.y, bench.y_val]),
        np.concatenate([weights, np.ones(len(bench.y_val))]),
    )
    return log_odds(clf, bench.X_test)
