"""The optimizers by name: one call for all parameters, and the steps that torch defines."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from skfairbargain import NashMetaClassifier
from skfairbargain._training._optimizer import (
    complete_momentum,
    optimizer_settings,
    take_step,
)
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


def test_momentum_is_completed_where_a_layer_was_frozen():
    layers = [nn.Linear(2, 2), nn.Linear(2, 2)]
    pairs = [
        (p, p.detach().clone().requires_grad_()) for m in layers for p in m.parameters()
    ]
    fused, plain = (
        torch.optim.SGD(params, lr=0.1, momentum=0.9, weight_decay=0.01, fused=kind)
        for params, kind in zip(zip(*pairs, strict=True), (True, False), strict=True)
    )
    for step in range(3):
        for place, pair in enumerate(pairs):
            for p in pair:
                frozen = step == 0 and place < 2
                p.grad = None if frozen else torch.full_like(p, step + place - 1.5)
        complete_momentum(fused)
        fused.step()
        plain.step()
    for one, other in pairs:
        torch.testing.assert_close(one, other)


def test_momentum_that_is_there_or_not_wanted_is_left_alone():
    layer = nn.Linear(2, 2)
    for made in (
        torch.optim.SGD(layer.parameters(), lr=0.1, fused=True),
        torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9),
        torch.optim.Adam(layer.parameters(), fused=True),
    ):
        complete_momentum(made)
        assert not made.state


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW])
def test_a_step_is_that_of_the_optimizer(kind):
    layers = nn.Linear(3, 2), nn.Linear(3, 2)
    layers[1].load_state_dict(layers[0].state_dict())
    one, other = (kind(layer.parameters(), lr=0.1, fused=True) for layer in layers)
    for _ in range(3):
        for layer in layers:
            layer.weight.grad = layer.weight.detach() + 1
        take_step(one)
        other.step()
    assert torch.equal(layers[0].weight, layers[1].weight)
    assert layers[0].weight.requires_grad


def test_who_looks_on_at_a_step_is_called():
    seen, layer = [], nn.Linear(2, 2)
    layer.weight.grad = torch.ones(2, 2)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    take_step(optimizer)
    for register in (
        optimizer.register_step_pre_hook,
        optimizer.register_step_post_hook,
        register_optimizer_step_pre_hook,
        register_optimizer_step_post_hook,
    ):
        hook = register(lambda *_, name=register.__name__: seen.append(name))
        take_step(optimizer)
        hook.remove()
    assert seen == [
        "register_step_pre_hook",
        "register_step_post_hook",
        "register_optimizer_step_pre_hook",
        "register_optimizer_step_post_hook",
    ]
    torch.optim.lr_scheduler.StepLR(optimizer, 1)
    take_step(optimizer)
    assert optimizer._opt_called
