"""The optimizers by name: one call for all parameters, and the steps that torch defines."""

import numpy as np
import pytest
import torch
from torch import nn

from skfairbargain import NashMetaClassifier
from skfairbargain._training._optimizer import optimizer_settings
from tests.small_model import VALIDATION, X, Y, make_classifier


class ByHand(torch.optim.SGD):
    """SGD with momentum as its formula says, parameter by parameter."""

    def step(self):
        [group] = self.param_groups
        with torch.no_grad():
            for p in group["params"]:
                change = p.grad + group["weight_decay"] * p
                velocity = self.state[p].get("velocity", torch.zeros_like(p))
                self.state[p]["velocity"] = group["momentum"] * velocity + change
                p -= group["lr"] * self.state[p]["velocity"]


def options(**changed):
    return {"max_epochs": 3, "bargain_epochs": 1, "batch_size": 16, **changed}


def test_the_named_sgd_takes_the_steps_of_its_formula():
    named = make_classifier(**options(optimizer="sgd")).fit(X, Y, **VALIDATION)
    by_hand = make_classifier(**options(optimizer=ByHand)).fit(X, Y, **VALIDATION)
    expected = by_hand.predict_proba(X)
    np.testing.assert_allclose(named.predict_proba(X), expected, atol=1e-5)
    start = make_classifier(**options(optimizer="sgd", lr=1e-9)).fit(X, Y, **VALIDATION)
    assert abs(start.predict_proba(X) - expected).max() > 1e-3


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_named_optimizers_are_fused_where_torch_can(name):
    estimator = NashMetaClassifier(optimizer=name)
    assert optimizer_settings(estimator, nn.Linear(2, 2))["optimizer__fused"] is True
    half = optimizer_settings(estimator, nn.Linear(2, 2).bfloat16())
    assert "optimizer__fused" not in half
    elsewhere = estimator.set_params(device="meta")
    assert "optimizer__fused" not in optimizer_settings(elsewhere, nn.Linear(2, 2))


def test_an_optimizer_of_the_users_gets_what_it_names_alone():
    found = optimizer_settings(NashMetaClassifier(optimizer=ByHand), nn.Linear(2, 2))
    assert "optimizer__fused" not in found


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_fused_optimizers_agree_with_torchs_others(name):
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]

    def loop(params, lr, weight_decay):
        return kind(params, lr=lr, weight_decay=weight_decay, foreach=False)

    named = make_classifier(**options(optimizer=name)).fit(X, Y, **VALIDATION)
    other = make_classifier(**options(optimizer=loop)).fit(X, Y, **VALIDATION)
    np.testing.assert_allclose(named.predict_proba(X), other.predict_proba(X), atol=1e-5)
