"""Each layer's rule gives what automatic differentiation of the unrolled step gives."""

import copy

import pytest
import torch
from torch import nn

from skfairbargain.hypergradients import AutogradEngine, GhostEngine, make_engine
from skfairbargain.hypergradients._layer_rules import LAYER_RULES, pairs_are_cheaper
from skfairbargain.losses import cross_entropy, cross_entropy_f1

N_BATCH, N_VAL, N_PLAYERS = 8, 5, 3


class Tokens(nn.Module):
    """Three tokens of five, embedded, normalised and put side by side."""

    def __init__(self, **options):
        super().__init__()
        self.embedding = nn.Embedding(5, 4, **options)
        self.norm = nn.LayerNorm(4)
        self.head = nn.Linear(12, 2)

    def forward(self, X):
        tokens = (2 * X.abs()).long().clamp(max=4)
        return self.head(torch.tanh(self.norm(self.embedding(tokens))).flatten(1))


def small_image_network():
    return nn.Sequential(
        nn.Conv2d(2, 6, 3, padding=1, stride=2),
        nn.GroupNorm(2, 6),
        nn.ReLU(),
        nn.Conv2d(6, 4, 3, groups=2, padding=1, padding_mode="circular", bias=False),
        nn.Tanh(),
        nn.ConvTranspose2d(4, 2, 2, dilation=2),
        nn.Flatten(),
        nn.Linear(50, 3),
    )


def small_signal_network():
    return nn.Sequential(
        nn.Conv1d(2, 3, 3, dilation=2),
        nn.PReLU(3),
        nn.ConvTranspose1d(3, 2, 2),
        nn.RMSNorm(4),
        nn.Flatten(),
        nn.Linear(8, 2),
    )


def small_volume_network():
    return nn.Sequential(
        nn.Conv3d(1, 3, 2),
        nn.Tanh(),
        nn.ConvTranspose3d(3, 2, 2),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(54, 2),
    )


def small_styled_network():
    return nn.Sequential(
        nn.InstanceNorm3d(1, affine=True),
        nn.Conv3d(1, 2, 2),
        nn.Flatten(2),
        nn.InstanceNorm1d(2, affine=True),
        nn.Unflatten(2, (2, 4)),
        nn.Tanh(),
        nn.InstanceNorm2d(2, affine=True),
        nn.Flatten(),
        nn.Linear(16, 2),
    )


CASES = {
    "images": (small_image_network, (2, 5, 5), 3),
    "signals": (small_signal_network, (2, 7), 2),
    "volumes": (small_volume_network, (1, 3, 3, 3), 2),
    "instances": (small_styled_network, (1, 3, 3, 3), 2),
    "tokens": (Tokens, (3,), 2),
    "tokens with padding": (lambda: Tokens(padding_idx=0), (3,), 2),
}


def a_step(build, shape, n_classes):
    torch.manual_seed(0)
    module = build().double()
    inputs = torch.randn(N_BATCH + N_VAL, *shape, dtype=torch.float64)
    targets = torch.randint(n_classes, (N_BATCH + N_VAL,))
    averages = torch.rand(N_VAL, N_PLAYERS, dtype=torch.float64)
    averages[:3, 1] = 0
    averages[:, 2] = 0
    return module, (inputs, targets, N_BATCH, averages)


def unsupported(module, losses, example):
    """Why "auto" does not take the ghost engine, or None."""
    engine, reason = make_engine("auto", module, *losses, example)
    return None if engine.name == "ghost" else reason


def run(engine_class, module, data, **options):
    module = copy.deepcopy(module)
    weights = torch.linspace(0, 1, N_BATCH, dtype=torch.float64)
    torch.manual_seed(1)
    with engine_class(module, cross_entropy, cross_entropy_f1, **options) as engine:
        step = engine.hypergradients(*data)
        engine.backward(weights)
    return step.hypergradients, [p.grad for p in module.parameters()]


@pytest.mark.parametrize("case", CASES)
def test_ghost_equals_the_unrolled_step(case):
    module, data = a_step(*CASES[case])
    ghost, ghost_gradients = run(GhostEngine, module, data)
    exact, exact_gradients = run(AutogradEngine, module, data, joint=True)
    assert exact.abs().max() > 0
    torch.testing.assert_close(ghost, exact, rtol=1e-10, atol=1e-12)
    for ghost_gradient, exact_gradient in zip(
        ghost_gradients, exact_gradients, strict=True
    ):
        torch.testing.assert_close(ghost_gradient, exact_gradient, rtol=1e-10, atol=1e-12)
    inputs, targets = data[:2]
    losses = (cross_entropy, cross_entropy_f1)
    assert unsupported(module, losses, (inputs, targets)) is None


@pytest.mark.parametrize("frozen", ["0.weight", "1.bias", "3.weight"])
def test_frozen_parameters_take_no_part(frozen):
    module, data = a_step(*CASES["images"])
    module.get_parameter(frozen).requires_grad_(False)
    ghost, ghost_gradients = run(GhostEngine, module, data)
    exact, exact_gradients = run(AutogradEngine, module, data, joint=True)
    torch.testing.assert_close(ghost, exact, rtol=1e-10, atol=1e-12)
    missing = [name for name, _ in module.named_parameters() if name == frozen]
    assert len(missing) == 1
    for ghost_gradient, exact_gradient in zip(
        ghost_gradients, exact_gradients, strict=True
    ):
        assert (ghost_gradient is None) == (exact_gradient is None)


def test_a_players_gradient_takes_the_players_own_samples_only():
    layer, sizes = nn.Conv1d(1, 1, 1).double(), []
    layer.register_forward_hook(lambda _, inputs, __: sizes.append(len(inputs[0])))
    features, delta = torch.rand(2, 9, 1, 3, dtype=torch.float64)
    # Of five validation samples the players have two, one and none.
    averages = torch.zeros(5, 3, dtype=torch.float64)
    averages[0, 0] = averages[1, 0] = averages[3, 1] = 1
    LAYER_RULES[nn.Conv1d].products(layer, features, delta, 4, averages)
    # The minibatch of four passes once, and once more after each player's gradient.
    assert sizes == [4, 2, 4, 1, 4, 4]


def test_gradients_scaled_by_frequency_see_the_whole_batch_and_are_refused():
    module, (inputs, targets, _, _) = a_step(
        lambda: Tokens(scale_grad_by_freq=True), (3,), 2
    )
    losses = (cross_entropy, cross_entropy_f1)
    reason = unsupported(module, losses, (inputs, targets))
    assert reason.startswith(
        "its layer 'embedding' (Embedding) has the option scale_grad_by_freq, which its "
        "rule does not support."
    )


def test_a_layer_of_ones_own_needs_one_entry(monkeypatch):
    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.Parameter(torch.ones(4))

        def forward(self, X):
            return 1 + self.factor * X

    def build():
        return nn.Sequential(Scale(), nn.Linear(4, 2))

    module, data = a_step(build, (4,), 2)
    losses = (cross_entropy, cross_entropy)
    assert unsupported(module, losses, data[:2]) == (
        "Scale has parameters and no layer rule. Forward mode is no faster."
    )
    monkeypatch.setitem(LAYER_RULES, Scale, LAYER_RULES[nn.Conv2d])
    assert unsupported(module, losses, data[:2]) is None
    ghost, _ = run(GhostEngine, module, data)
    exact, _ = run(AutogradEngine, module, data, joint=True)
    torch.testing.assert_close(ghost, exact, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("n_val", [5, 16_000])
def test_linear_layers_take_few_and_many_validation_rows(n_val):
    """A few rows are taken pair by pair, many by one gradient for each player."""
    module, (_, _, _, averages) = a_step(
        lambda: nn.Sequential(nn.Linear(9, 8), nn.Tanh(), nn.Linear(8, 7)), (9,), 7
    )
    inputs = torch.randn(N_BATCH + n_val, 9, dtype=torch.float64)
    targets = torch.randint(7, (N_BATCH + n_val,))
    averages = averages.repeat(n_val // N_VAL, 1)
    by_pairs = pairs_are_cheaper(9, 8, N_BATCH, *averages.shape)
    assert by_pairs == (n_val == 5)
    data = inputs, targets, N_BATCH, averages
    ghost, ghost_gradients = run(GhostEngine, module, data)
    exact, exact_gradients = run(AutogradEngine, module, data, joint=True)
    torch.testing.assert_close(ghost, exact, rtol=1e-10, atol=1e-12)
    assert exact[:, :2].abs().min() > 0
    for ours, theirs in zip(ghost_gradients, exact_gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
