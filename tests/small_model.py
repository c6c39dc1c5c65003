"""A small data set with a validation set, and an estimator that is quick to fit on it."""

import re

import numpy as np
import pytest
from torch import nn

from skfairbargain import NashMetaClassifier


def make_data(n=120, n_groups=2, per_cell=4, n_classes=2, seed=0):
    """Rows that three features predict, and a balanced validation set."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5))
    y = X[:, :n_classes].argmax(axis=1)
    groups = np.repeat(np.arange(n_groups), per_cell * n_classes)
    y_val = np.tile(np.repeat(np.arange(n_classes), per_cell), n_groups)
    X_val = rng.normal(size=(len(groups), 5))
    X_val[np.arange(len(groups)), y_val] += 1.5
    names = np.array(list("FM")) if n_groups == 2 else np.arange(n_groups)
    return X, y, {"X_val": X_val, "y_val": y_val, "groups_val": names[groups]}


X, Y, VALIDATION = make_data()


def make_classifier(**changed):
    options = {"bargain_epochs": 0.5, "max_epochs": 4, "batch_size": 40, "lr": 0.05}
    return NashMetaClassifier(
        **{**options, "hidden_layer_sizes": (8,), "random_state": 0, **changed}
    )


def fit(**changed):
    return make_classifier(**changed).fit(X, Y, **VALIDATION)


def raises(message, error=ValueError):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


def logistic(n_features, n_classes):
    return nn.Linear(n_features, n_classes)


class Normalised(nn.Sequential):
    def __init__(self, n_features, n_classes):
        super().__init__(
            nn.Linear(n_features, 6),
            nn.BatchNorm1d(6),
            nn.ReLU(),
            nn.Linear(6, n_classes),
        )
