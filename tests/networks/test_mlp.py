"""The default network, modules of the user's, and predictions of either."""

import copy
import re

import numpy as np
import pytest
import torch
from scipy import sparse
from torch import nn

from skfairbargain._networks import _mlp
from skfairbargain._networks._build_module import build_module
from skfairbargain._networks._mlp import (
    MLP,
    checked_sizes,
    module_dtype,
    predict_logits,
)

EXAMPLE = np.zeros((2, 5), dtype=np.float32)


def build(module=None, example=EXAMPLE, sizes=(4, 3), dropout=0.2):
    return build_module(
        module, 5, 2, hidden_layer_sizes=sizes, dropout=dropout, example=example
    )


@pytest.mark.parametrize(
    ("sizes", "dropout", "layers"),
    [
        ((4, 3), 0.2, "Linear ReLU Dropout Linear ReLU Dropout Linear"),
        ((4,), 0.0, "Linear ReLU Linear"),
        ((), 0.2, "Linear"),
    ],
)
def test_layers_of_the_default_network(sizes, dropout, layers):
    module = MLP(5, 2, sizes, dropout)
    assert " ".join(type(layer).__name__ for layer in module) == layers
    widths = [layer.out_features for layer in module if isinstance(layer, nn.Linear)]
    assert widths == [*sizes, 2]
    assert all(layer.p == dropout for layer in module if isinstance(layer, nn.Dropout))


class Wide(nn.Sequential):
    def __init__(self, n_features, n_classes, width=7):
        super().__init__(nn.Linear(n_features, width), nn.Linear(width, n_classes))


def head_only(n_classes):
    return nn.LazyLinear(n_classes)


@pytest.mark.parametrize("module", [Wide, head_only, lambda: nn.Linear(5, 2)])
def test_a_class_or_function_gets_the_keywords_that_it_names(module):
    assert build(module)(torch.zeros(3, 5)).shape == (3, 2)


def test_an_instance_is_copied():
    module = nn.Linear(5, 2)
    built = build(module)
    assert built is not module
    assert torch.equal(built.weight, module.weight)
    assert module.training


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_network_computes_in_the_dtype_of_the_rows(dtype):
    module = build(example=EXAMPLE.astype(dtype))
    assert module_dtype(module) == dtype
    assert predict_logits(module, EXAMPLE.astype(dtype)).dtype == dtype


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (nn.Linear(5, 3),
         "`module` should map inputs of shape (3, 5) to logits of shape (3, 2), one per "
         "class. Got shape (3, 3)."),
        (nn.Flatten(),
         "`module` should have parameters to train. Got one without, or with all of them "
         "frozen."),
        (nn.Linear(5, 2).requires_grad_(False),
         "`module` should have parameters to train. Got one without, or with all of them "
         "frozen."),
    ],
)  # fmt: skip
def test_modules_that_do_not_fit_are_refused(module, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        build(module)


class Caching(nn.Module):
    """Keeps an activation, which cannot be copied while a graph hangs on it."""

    def __init__(self):
        super().__init__()
        self.hidden, self.last = nn.Linear(5, 4), nn.Linear(4, 2)

    def forward(self, X):
        self.kept = torch.tanh(self.hidden(X))
        return self.last(self.kept)


def test_a_module_may_keep_its_activations():
    module = build(Caching())
    assert copy.deepcopy(module).kept.shape == (3, 4)
    with torch.no_grad():
        build(Caching())


@pytest.mark.parametrize("sizes", [(0,), (8, -1), (1.5,), ("8",)])
def test_sizes_are_integers_above_0(sizes):
    message = (
        "`hidden_layer_sizes` should hold integers above 0, one per hidden layer. Got "
        f"{sizes!r}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        checked_sizes(sizes)


def test_sizes_may_be_any_sequence():
    assert checked_sizes(np.array([3, 4])) == checked_sizes([3, 4]) == (3, 4)
    assert checked_sizes([]) == ()


def test_predictions_in_parts_without_dropout(monkeypatch):
    module = build()
    X = np.random.default_rng(0).normal(size=(11, 5)).astype(np.float32)
    whole = predict_logits(module, X)
    monkeypatch.setattr(_mlp, "PREDICTION_ROWS", 4)
    module.train()
    np.testing.assert_allclose(predict_logits(module, X), whole, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        predict_logits(module, sparse.csr_matrix(X)), whole, rtol=1e-5, atol=1e-6
    )


def test_predictions_are_finite_or_refused_whatever_the_weights():
    module = build()
    with torch.no_grad():
        module[-1].bias[1] = torch.finfo(module[-1].bias.dtype).max
    logits = predict_logits(module, EXAMPLE)
    assert np.isfinite(logits[:, 1] - logits[:, 0]).all()
    with torch.no_grad():
        module[-1].bias[1] = float("inf")
    with pytest.raises(ValueError, match=r"^The network has infinite or NaN values in its"):
        predict_logits(module, EXAMPLE)
