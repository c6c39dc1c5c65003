"""Both engines agree with each other, with finite differences and with plain autograd."""

import copy
import itertools

import numpy as np
import pytest
import torch
from torch import nn

from skfairbargain.hypergradients import AutoEngine, AutogradEngine, GhostEngine
from skfairbargain.losses import META_LOSSES, cross_entropy, cross_entropy_f1

LOSSES = (cross_entropy, cross_entropy_f1)


def mlp(seed, *, depth, n_classes=2, activation=nn.ReLU, dropout=0.0, bias=True, n_in=7):
    torch.manual_seed(seed)
    widths = [n_in, *torch.randint(3, 12, (depth - 1,)).tolist()]
    layers = []
    for n, m in itertools.pairwise(widths):
        layers += [nn.Linear(n, m, bias=bias), activation()]
        layers += [nn.Dropout(dropout)] if dropout else []
    module = nn.Sequential(*layers, nn.Linear(widths[-1], n_classes, bias=bias))
    return module.double()


def rows(seed, n_batch, n_val, n_classes=2, shape=(7,)):
    rng = np.random.default_rng(seed)
    inputs = torch.from_numpy(rng.normal(size=(n_batch + n_val, *shape)))
    targets = torch.from_numpy(rng.integers(n_classes, size=n_batch + n_val))
    players = rng.integers(3, size=n_val)
    players[:3] = range(3)
    averages = torch.nn.functional.one_hot(torch.from_numpy(players), 3).double()
    return inputs, targets, n_batch, averages / averages.sum(0)


def run(engine_class, module, data, weights=None, **options):
    """One step of an engine on a copy, with fixed dropout masks."""
    module = copy.deepcopy(module)
    torch.manual_seed(0)
    with engine_class(module, *LOSSES, **options) as engine:
        step = engine.hypergradients(*data)
        if weights is not None:
            engine.backward(weights)
    return step, [p.grad for p in module.parameters()]


def unrolled_losses(module, data, epsilon):
    """L_k(θ − ∇ Σ ε_j ℓ_j), written out: a step by hand, then the validation losses."""
    inputs, targets, n_batch, averages = data
    module = copy.deepcopy(module)
    torch.manual_seed(0)
    losses = cross_entropy(module(inputs)[:n_batch], targets[:n_batch])
    (epsilon @ losses).backward()
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.grad is not None:
                parameter -= parameter.grad
        torch.manual_seed(0)
        logits = module(inputs)[n_batch:]
        return averages.T @ cross_entropy_f1(logits, targets[n_batch:])


def by_finite_differences(module, data, direction, h=1e-4):
    """Central differences of fourth order along a direction of ε."""

    def at(t):
        return unrolled_losses(module, data, t * direction)

    return -(8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def assert_relative(actual, expected, bound):
    assert (actual - expected).abs().max() <= bound * expected.abs().max()


CASES = [
    {"depth": 1, "n_batch": 1},
    {"depth": 1, "n_batch": 300, "n_classes": 7},
    {"depth": 2, "n_batch": 17, "activation": nn.Tanh},
    {"depth": 2, "n_batch": 33, "bias": False},
    {"depth": 3, "n_batch": 1, "dropout": 0.5, "activation": nn.Tanh},
    {"depth": 3, "n_batch": 300, "dropout": 0.2},
    {"depth": 4, "n_batch": 64, "n_classes": 7, "dropout": 0.3, "bias": False},
    {"depth": 4, "n_batch": 5, "activation": nn.Tanh, "n_classes": 7},
    {"depth": 5, "n_batch": 128, "activation": nn.Tanh},
    {"depth": 5, "n_batch": 40, "dropout": 0.1, "n_classes": 7},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case.values())))
@pytest.mark.parametrize("seed", range(3))
def test_engines_agree_with_each_other_and_with_finite_differences(case, seed):
    options = dict(case)
    n_batch = options.pop("n_batch")
    module = mlp(seed, **options)
    data = rows(seed, n_batch, n_val=11, n_classes=options.get("n_classes", 2))
    weights = torch.rand(n_batch, dtype=torch.float64)
    ghost, ghost_gradients = run(GhostEngine, module, data, weights)
    exact, exact_gradients = run(AutogradEngine, module, data, weights, joint=True)
    assert_relative(ghost.hypergradients, exact.hypergradients, 1e-8)
    torch.testing.assert_close(ghost.losses, exact.losses)
    torch.testing.assert_close(ghost.val_losses, exact.val_losses)
    for ghost_gradient, exact_gradient in zip(
        ghost_gradients, exact_gradients, strict=True
    ):
        assert_relative(ghost_gradient, exact_gradient, 1e-8)
    direction = torch.rand(n_batch, dtype=torch.float64) / n_batch
    differences = by_finite_differences(module, data, direction)
    assert_relative(ghost.hypergradients.T @ direction, differences, 1e-8)


def test_weighted_gradient_is_that_of_plain_autograd():
    module = mlp(0, depth=3)
    inputs, targets, n_batch, averages = rows(0, 50, 6)
    weights = torch.rand(50, dtype=torch.float64)
    _, gradients = run(GhostEngine, module, (inputs, targets, n_batch, averages), weights)
    losses = nn.functional.cross_entropy(
        module(inputs[:50]), targets[:50], reduction="none"
    )
    (weights @ losses).backward()
    for gradient, parameter in zip(gradients, module.parameters(), strict=True):
        assert_relative(gradient, parameter.grad, 1e-12)


def test_one_linear_layer_by_hand():
    # Logits 0 everywhere: δ = (1/2, −1/2) for class 1, (−1/2, 1/2) for class 0, so
    # δ·δ' is 1/2 for equal classes and −1/2 for different ones, times (a·a' + 1).
    module = nn.Linear(2, 2).double()
    nn.init.zeros_(module.weight)
    nn.init.zeros_(module.bias)
    inputs = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [3.0, 0.0]]).double()
    targets = torch.tensor([0, 1, 1, 0])
    averages = torch.eye(2).double()
    with GhostEngine(module, cross_entropy, cross_entropy) as engine:
        step = engine.hypergradients(inputs, targets, 2, averages)
        engine.backward(torch.tensor([1.0, 2.0]).double())
    # rows: samples (1,0;0) and (0,2;1); columns: validation (1,1;1) and (3,0;0).
    expected = [[-0.5 * (1 + 1), 0.5 * (3 + 1)], [0.5 * (2 + 1), -0.5 * (0 + 1)]]
    assert step.hypergradients.tolist() == expected
    # δ of the class-0 sample is (−1/2, 1/2), of the class-1 sample (1/2, −1/2).
    assert module.weight.grad.tolist() == [[-0.5, 2.0], [0.5, -2.0]]
    assert module.bias.grad.tolist() == [0.5, -0.5]


@pytest.mark.parametrize("n_val", [4, 400])
def test_sequences_of_vectors_and_both_contractions(n_val):
    class Pooled(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 5)
            self.head = nn.Linear(5, 2)

        def forward(self, X):
            return self.head(torch.tanh(self.inner(X)).mean(1))

    torch.manual_seed(0)
    module = Pooled().double()
    data = rows(0, 20, n_val, shape=(3, 4))
    weights = torch.rand(20, dtype=torch.float64)
    ghost, ghost_gradients = run(GhostEngine, module, data, weights)
    exact, exact_gradients = run(AutogradEngine, module, data, weights, joint=True)
    assert_relative(ghost.hypergradients, exact.hypergradients, 1e-10)
    for ghost_gradient, exact_gradient in zip(
        ghost_gradients, exact_gradients, strict=True
    ):
        assert_relative(ghost_gradient, exact_gradient, 1e-10)


@pytest.mark.parametrize("n_val", [11, 2000])
@pytest.mark.parametrize("frozen", ["0.weight", "0.bias", "2.weight", "2.bias"])
def test_frozen_parameters_take_no_part(frozen, n_val):
    module = mlp(1, depth=2)
    module.get_parameter(frozen).requires_grad_(False)
    data = rows(1, 9, n_val)
    weights = torch.ones(9, dtype=torch.float64)
    ghost, ghost_gradients = run(GhostEngine, module, data, weights)
    exact, exact_gradients = run(AutogradEngine, module, data, weights, joint=True)
    assert_relative(ghost.hypergradients, exact.hypergradients, 1e-10)
    for ghost_gradient, exact_gradient in zip(
        ghost_gradients, exact_gradients, strict=True
    ):
        assert (ghost_gradient is None) == (exact_gradient is None)


class Spare(nn.Module):
    """With a layer that is called and has no part in the output."""

    def __init__(self):
        super().__init__()
        self.inner, self.head = nn.Linear(7, 5), nn.Linear(5, 2)
        self.spare = nn.Linear(7, 2)

    def forward(self, X):
        self.spare(X)
        return self.head(torch.tanh(self.inner(X)))


def test_a_layer_without_a_part_in_the_output_has_no_gradient():
    torch.manual_seed(0)
    module = Spare().double()
    data, weights = rows(0, 8, 5), torch.ones(8, dtype=torch.float64)
    exact, exact_gradients = run(AutogradEngine, module, data, weights, joint=True)
    for parameter in module.parameters():
        parameter.grad = torch.ones_like(parameter)  # left over from an earlier step
    with GhostEngine(module, *LOSSES) as engine:
        ghost = engine.hypergradients(*data)
        engine.backward(weights)
    ghost_gradients = [p.grad for p in module.parameters()]
    assert_relative(ghost.hypergradients, exact.hypergradients, 1e-10)
    names = [name for name, _ in module.named_parameters()]
    without = [n for n, g in zip(names, ghost_gradients, strict=True) if g is None]
    assert without == ["spare.weight", "spare.bias"]
    for ghost_gradient, exact_gradient in zip(
        ghost_gradients, exact_gradients, strict=True
    ):
        if exact_gradient is not None:
            assert_relative(ghost_gradient, exact_gradient, 1e-10)


def test_activations_in_place_do_no_harm():
    module = nn.Sequential(nn.Linear(7, 5), nn.ReLU(inplace=True), nn.Linear(5, 2)).double()
    data = rows(0, 8, 5)
    ghost, _ = run(GhostEngine, module, data)
    exact, _ = run(AutogradEngine, module, data, joint=True)
    assert_relative(ghost.hypergradients, exact.hypergradients, 1e-10)


def test_batch_normalisation_is_differentiated_as_it_is():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(7, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Linear(5, 2))
    module.double()
    inputs, targets, n_batch, averages = data = rows(0, 12, 9)
    engine = AutogradEngine(module, *LOSSES)
    before = module[1].running_mean.clone()
    step = engine.hypergradients(*data)
    # Statistics of the minibatch, once, and of nothing else, enter the running mean.
    minibatch_mean = module[0](inputs[:n_batch]).mean(0)
    torch.testing.assert_close(module[1].running_mean, 0.9 * before + 0.1 * minibatch_mean)

    def losses_after(epsilon):
        twin = copy.deepcopy(module)
        (epsilon @ cross_entropy(twin(inputs[:n_batch]), targets[:n_batch])).backward()
        with torch.no_grad():
            for parameter in twin.parameters():
                parameter -= parameter.grad
            return averages.T @ cross_entropy_f1(twin(inputs[n_batch:]), targets[n_batch:])

    h = 1e-4
    for i in range(3):
        unit = h * torch.eye(12, dtype=torch.float64)[i]
        near = losses_after(unit) - losses_after(-unit)
        far = losses_after(2 * unit) - losses_after(-2 * unit)
        differences = -(8 * near - far) / (12 * h)
        assert_relative(step.hypergradients[i], differences, 1e-7)


def test_hooks_leave_with_the_engine():
    module = mlp(0, depth=2)
    with GhostEngine(module, *LOSSES):
        assert len(module[0]._forward_hooks) == 1
    assert all(not layer._forward_hooks for layer in module.modules())


@pytest.mark.parametrize("name", sorted(META_LOSSES))
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e4, 1e30])
def test_losses_and_their_gradients_stay_finite_for_saturated_logits(name, scale):
    logits = scale * torch.tensor([[1.0, -1.0], [-1.0, 1.0]], requires_grad=True)
    logits.retain_grad()
    losses = META_LOSSES[name](logits, torch.tensor([0, 0]))
    losses.sum().backward()
    assert torch.isfinite(losses).all()
    assert torch.isfinite(logits.grad).all()


class ChannelsLast(nn.Sequential):
    def forward(self, X):
        return super().forward(X.permute(0, 3, 1, 2))


def transposed():
    module = nn.Sequential(nn.Linear(7, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        module[0].weight.set_(torch.randn(7, 4).T)
    return module


STRIDES = {
    "moved": (lambda: ChannelsLast(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(64, 2)),
              (6, 6, 3), "ghost"),
    "channels last in memory": (
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(64, 2)).to(
            memory_format=torch.channels_last), (3, 6, 6), "ghost"),
    "transposed": (transposed, (7,), "kernel"),
}  # fmt: skip


@pytest.mark.parametrize("case", STRIDES)
def test_gradients_lie_in_memory_as_their_parameters_do(case):
    """A fused optimizer goes through both in the order in which they lie there."""
    build, shape, name = STRIDES[case]
    torch.manual_seed(0)
    inputs, targets = torch.randn(9, *shape), torch.randint(2, (9,))
    module = build()
    with AutoEngine("auto", module, *LOSSES, (inputs[1:], targets[1:])) as engine:
        assert engine.name == name
        engine.hypergradients(inputs, targets, 6, torch.full((3, 1), 1 / 3))
        engine.backward(torch.rand(6))
    for parameter in module.parameters():
        assert parameter.grad.stride() == parameter.stride()
