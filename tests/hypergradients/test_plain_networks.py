"""The ghost engine is exact for plain networks, and nothing else passes for one."""

import copy

import pytest
import torch
from torch import nn

from skfairbargain.hypergradients import (
    GhostEngine,
    KernelEngine,
    LoopEngine,
    make_engine,
)
from skfairbargain.hypergradients._plain_networks import is_plain_network
from skfairbargain.losses import META_LOSSES, cross_entropy

LOSSES = (cross_entropy, cross_entropy)


def frozen(module, *layers):
    for layer in layers:
        module[layer].requires_grad_(False)
    return module


PLAIN = {
    "logistic": lambda: nn.Sequential(nn.Linear(5, 3)),
    "one hidden": lambda: nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)),
    "in place": lambda: nn.Sequential(nn.Linear(5, 4), nn.ReLU(True), nn.Linear(4, 3)),
    "without bias": lambda: nn.Sequential(nn.Linear(5, 3, bias=False)),
    "dropout": lambda: nn.Sequential(nn.Linear(5, 9), nn.Dropout(0.4), nn.Linear(9, 3)),
    "frozen first": lambda: frozen(nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 3)), 0),
}


@pytest.mark.parametrize("meta_loss", META_LOSSES.values(), ids=META_LOSSES)
@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_ghost_engine_equals_first_order_gradients(name, meta_loss, dtype):
    generator = torch.Generator().manual_seed(0)
    module = PLAIN[name]().to(dtype)
    assert is_plain_network(module, (cross_entropy, meta_loss))
    inputs = torch.randn(12, 5, generator=generator, dtype=dtype)
    targets = torch.randint(3, (12,), generator=generator)
    averages = torch.rand(5, 2, generator=generator, dtype=dtype)
    weights = torch.rand(7, generator=generator, dtype=dtype)
    found = []
    for engine in (GhostEngine, LoopEngine):
        twin = copy.deepcopy(module).train()
        options = {} if engine is GhostEngine else {"joint": True}
        torch.manual_seed(1)  # the same dropout masks
        with engine(twin, cross_entropy, meta_loss, **options) as taken:
            step = taken.hypergradients(inputs, targets, 7, averages)
            taken.backward(weights)
        found.append([step.hypergradients, *(p.grad for p in twin.parameters())])
    for ghost, loop in zip(*found, strict=True):
        if loop is None:
            assert ghost is None
            continue
        torch.testing.assert_close(ghost, loop, rtol=1e-4, atol=1e-5)


class OwnForward(nn.Sequential):
    def forward(self, X):
        return super().forward(X - X.mean(0))


class OwnLinear(nn.Linear):
    def forward(self, X):
        return super().forward(X - X.mean(0))


def used_twice():
    layer = nn.Linear(5, 5)
    return nn.Sequential(layer, nn.ReLU(), layer)


def tied():
    module = nn.Sequential(nn.Linear(5, 5), nn.Linear(5, 5))
    module[1].weight = module[0].weight
    return module


def hooked(part):
    module = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))
    part(module)
    return module


def own_forward_of_a_layer(module):
    module[0].forward = lambda X: X[:, :4] * 1.0


NOT_PLAIN = {
    "batch statistics": lambda: nn.Sequential(nn.Linear(5, 3), nn.BatchNorm1d(3)),
    "softmax": lambda: nn.Sequential(nn.Linear(5, 3), nn.Softmax(0)),
    "no chain": lambda: nn.Linear(5, 3),
    "own forward": lambda: OwnForward(nn.Linear(5, 3)),
    "own linear": lambda: nn.Sequential(OwnLinear(5, 3)),
    "used twice": used_twice,
    "tied": tied,
    "weight norm": lambda: nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(5, 3))
    ),
    "forward hook": lambda: hooked(lambda m: m.register_forward_hook(lambda *_: None)),
    "layer's hook": lambda: hooked(
        lambda m: m[1].register_forward_pre_hook(lambda *_: None)
    ),
    "gradient hook": lambda: hooked(lambda m: m[0].weight.register_hook(lambda g: 2 * g)),
    "forward of a layer": lambda: hooked(own_forward_of_a_layer),
    "all frozen": lambda: frozen(nn.Sequential(nn.Linear(5, 3)), 0),
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_others_are_compared(name):
    assert not is_plain_network(NOT_PLAIN[name](), LOSSES)


def test_a_loss_of_the_users_is_compared():
    def mixing(logits, targets):
        return cross_entropy(logits, targets) * logits.sum()

    module = PLAIN["one hidden"]()
    assert is_plain_network(module, LOSSES)
    assert not is_plain_network(module, (cross_entropy, mixing))
    example = torch.randn(8, 5), torch.arange(8) % 3
    engine, _ = make_engine("auto", module, cross_entropy, mixing, example)
    assert engine.name != "ghost"


@pytest.mark.parametrize(
    ("asked_for", "kind"),
    [("auto", KernelEngine), ("kernel", KernelEngine), ("ghost", GhostEngine)],
)
def test_a_plain_network_is_not_compared(asked_for, kind):
    module = PLAIN["dropout"]()
    # No rows, on which a comparison would fail.
    example = torch.empty(0, 5), torch.empty(0, dtype=torch.int64)
    engine, reason = make_engine(asked_for, module, *LOSSES, example)
    assert isinstance(engine, kind)
    exact = "its hypergradients are exact for this module."
    assert reason == (exact if asked_for == "auto" else "")


def test_an_engine_that_was_excluded_is_not_taken_again():
    module = PLAIN["one hidden"]()
    example = torch.randn(8, 5), torch.arange(8) % 3
    excluded = {"kernel": "it has hooks."}
    engine, reason = make_engine("auto", module, *LOSSES, example, excluded=excluded)
    assert engine.name == "ghost"
    assert reason == "its hypergradients are exact for this module."
    excluded["ghost"] = "it was wrong before."
    engine, reason = make_engine("auto", module, *LOSSES, example, excluded=excluded)
    assert engine.name == "autograd"
    assert reason == "it was wrong before. Forward mode is no faster."
