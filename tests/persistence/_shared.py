"""A quick estimator, models that are the same, and model files with other contents."""

import json

import numpy as np
import safetensors.torch
import torch
from torch import nn

from skfairbargain import NashMetaClassifier
from skfairbargain.persistence._file_format import encode


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


def header_of(data):
    """The header that safetensors lets a file have of its own."""
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]


def rewrite(path, change):
    """Change a file's description and tensors in place, its checksum made valid again."""
    data = path.read_bytes()
    model, tensors = json.loads(header_of(data)["model"]), safetensors.torch.load(data)
    change(model["dict"], tensors)
    path.write_bytes(encode(json.dumps(model), tensors))
