"""Networks of the user's own: what `load` holds them against, and what it cannot know."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from skfairbargain import ModelFileError
from skfairbargain.persistence import load, save
from tests.persistence._shared import assert_same, quick, rewrite
from tests.small_model import VALIDATION, Normalised, X, Y, raises


class Counting(nn.Module):
    """A network whose state has more than tensors."""

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.linear = nn.Linear(n_features, n_classes)
        self.register_buffer("mask", torch.tensor([-torch.inf, 0.0]))
        self.about = {"units": ["mm", "kg"], "scale": 0.5}

    def forward(self, X):
        return self.linear(X * self.about["scale"])

    def get_extra_state(self):
        return self.about

    def set_extra_state(self, state):
        self.about = state


class Secretive(Counting):
    def get_extra_state(self):
        return {"by": print}


@pytest.fixture(scope="module")
def counting():
    model = quick(module=Counting).fit(X, Y, **VALIDATION)
    model.module_.about = {"units": ("mm", 7), "scale": 2.0}
    return model


def test_state_that_is_no_tensor(counting, tmp_path):
    path = tmp_path / "model"
    save(counting, path)
    loaded = load(path, module=Counting)
    assert_same(loaded, counting, X)
    assert loaded.module_.about == {"units": ("mm", 7), "scale": 2.0}
    loaded.partial_fit(X, Y, **VALIDATION)
    assert np.isfinite(loaded.predict_proba(X)).all()


def test_state_that_only_code_brings_back(tmp_path):
    model = quick(module=Secretive).fit(X, Y, **VALIDATION)
    path = tmp_path / "model"
    message = (
        f"{path} was not written, because the extra state of a module should be numbers, "
        "text, lists, dicts and arrays. Got builtin_function_or_method "
        f"{print!r}. Change its get_extra_state, or use joblib.dump and load such files "
        "from people you trust."
    )
    with raises(message):
        save(model, path)
    assert not path.exists()


def misfit(path, reason):
    return f"`module` should have the weights that {path} has, but {reason}."


def test_a_network_with_other_weights(tmp_path):
    model = quick(module=Normalised).fit(X, Y, **VALIDATION)
    path = tmp_path / "model"
    save(model, path)
    assert_same(load(path, module=Normalised), model, X)
    with raises(
        misfit(
            path,
            "its network lacks the weights `linear.bias`, `linear.weight`, `mask`",
        )
    ):
        load(path, module=Counting)
    wider = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 2))
    with raises(
        misfit(
            path,
            "the weights `0.bias` should be of float64 and shape (7,). Got of float64 "
            "and shape (6,)",
        )
    ):
        load(path, module=wider)


def test_rows_larger_than_any_file(counting, tmp_path):
    path = tmp_path / "model"
    save(counting, path)

    def enlarge(model, tensors):
        model["row_shape"] = {"tuple": [5, 10**12]}

    rewrite(path, enlarge)
    message = (
        f"{path} cannot be loaded: its `row_shape` is (5, 1000000000000). It is damaged, "
        "or not a file that skfairbargain.persistence.save wrote. Nothing was loaded."
    )
    with raises(message, ModelFileError):
        load(path, module=Counting)


def test_weights_that_are_not_finite(counting, tmp_path):
    path = tmp_path / "model"
    save(counting, path)

    def spoil(model, tensors):
        tensors["module.linear.bias"][0] = torch.inf

    rewrite(path, spoil)
    message = (
        f"{path} cannot be loaded: the weights `linear.bias` of its network have values "
        "that are not finite, as after a training that diverged. Nothing was loaded."
    )
    with raises(message, ModelFileError):
        load(path, module=Counting)


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_a_diverged_model_is_neither_saved_nor_loaded(value, tmp_path):
    model = quick().fit(X, Y, **VALIDATION)
    path = tmp_path / "model"
    save(model, path)

    def spoil(model, tensors):
        tensors["module.0.weight"][2, 3] = value

    rewrite(path, spoil)
    reason = (
        "the weights `0.weight` of its network have values that are not finite, as after a "
        "training that diverged"
    )
    with raises(f"{path} cannot be loaded: {reason}. Nothing was loaded.", ModelFileError):
        load(path)
    diverged = copy.deepcopy(model)
    with torch.no_grad():
        diverged.module_[0].weight[2, 3] = value
    path.unlink()
    with raises(f"{path} was not written, because {reason}."):
        save(diverged, path)
    assert list(tmp_path.iterdir()) == []


def test_parameters_that_were_set_since_the_training(tmp_path):
    model = quick().fit(X, Y, **VALIDATION)
    path = tmp_path / "model"
    message = (
        f"{path} was not written, because the weights `0.bias` should be of float64 and "
        "shape (9,). Got of float64 and shape (8,)."
    )
    with raises(message):
        save(copy.deepcopy(model).set_params(hidden_layer_sizes=(9,)), path)
    # A training with another optimizer goes on with a fresh one.
    save(copy.deepcopy(model).set_params(optimizer="adam"), path)
    loaded = load(path)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert loaded.net_.optimizer_.state_dict()["state"] == {}
    assert loaded.partial_fit(X, Y, **VALIDATION).n_iter_ == 3
