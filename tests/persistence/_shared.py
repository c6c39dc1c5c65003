"""A quick estimator, a network of a user's own, and what makes two models the same."""

import numpy as np
import torch
from torch import nn

from skfairbargain import NashMetaClassifier


class Conv(nn.Module):
    """A network of the user's, for rows of shape (1, 3, 3)."""

    def __init__(self, n_classes):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 2)
        self.out = nn.Linear(16, n_classes)

    def forward(self, X):
        return self.out(torch.relu(self.conv(X)).flatten(1))


def quick(**options):
    options = {"max_epochs": 2, "bargain_epochs": 1, "hidden_layer_sizes": (8,), **options}
    return NashMetaClassifier(**{"random_state": 0, **options})


def assert_same(one, other, X):
    for method in ("predict", "predict_proba", "decision_function"):
        np.testing.assert_array_equal(getattr(one, method)(X), getattr(other, method)(X))
    assert one.get_params() == other.get_params()
    assert one.classes_.dtype == other.classes_.dtype
    for name in (
        "classes_",
        "cell_influence_",
        "sample_influence_",
        "applied_weight_",
        "feature_names_in_",
    ):
        expected = getattr(other, name, None)
        np.testing.assert_array_equal(getattr(one, name, None), expected)
    for name in ("groups_", "cells_", "history_", "n_iter_", "n_features_in_"):
        assert getattr(one, name) == getattr(other, name)
    assert one.module_ is one.net_.module_
