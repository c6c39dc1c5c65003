"""Forward mode against double backward and finite differences, over many kinds of layer."""

import warnings

import pytest
import torch
from torch import nn

from skfairbargain.hypergradients import (
    AutogradEngine,
    ForwardEngine,
    LoopEngine,
    _batch_norm,
    _forward,
    make_engine,
)
from skfairbargain.losses import cross_entropy, cross_entropy_f1
from tests.hypergradients.oracle import step_by_definition
from tests.hypergradients.zoo import Attention, Bags, Encoder, Own, Recurrent, tied
from tests.small_model import raises

LOSSES = (cross_entropy, cross_entropy_f1)


class Depthwise(nn.Sequential):
    def __init__(self, norm):
        super().__init__(
            nn.Unflatten(1, (1, 2, 4)),
            nn.Conv2d(1, 4, 2, padding=1, bias=False),
            norm,
            nn.ReLU(inplace=True),
            nn.Conv2d(4, 4, 2, groups=4),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, 2),
        )


def _frozen_weights():
    module = Depthwise(nn.BatchNorm2d(4))
    module[2].weight.requires_grad_(False)
    return module


def _frozen_statistics():
    module = Depthwise(nn.BatchNorm2d(4, affine=False))
    module[2].eval()
    return module


class Gated(nn.Module):
    """Normalizes without gradients as well, and reads the running statistics."""

    def __init__(self):
        super().__init__()
        self.inner, self.head = nn.Linear(8, 6), nn.Linear(6, 2)
        self.norm, self.gate = nn.BatchNorm1d(6), nn.BatchNorm1d(8, affine=False)

    def forward(self, X):
        with torch.no_grad():
            gate = self.gate(X)[:, :1] + self.gate.running_mean[0]
        return self.head(self.norm(self.inner(X)) * gate)


class Normalized(nn.Module):
    """Parts of the next two, which normalize without running statistics."""

    def __init__(self):
        super().__init__()
        self.inner, self.head = nn.Linear(8, 6), nn.Linear(6, 2)
        self.norm = nn.BatchNorm1d(6, track_running_stats=False)


class Slope(Normalized):
    """Takes the derivative of what it normalizes, on its own."""

    def forward(self, X):
        ones = torch.ones_like(X)
        return self.head(sum(torch.func.jvp(self._normalized, (X,), (ones,))))

    def _normalized(self, X):
        return self.norm(self.inner(X))


class Twice(Normalized):
    """Passes two versions of the rows at once, each by its own statistics."""

    def forward(self, X):
        normalized = torch.vmap(self.norm)(self.inner(torch.stack([X, X**2])))
        return self.head(torch.tanh(normalized)).sum(0)


CASES = {
    "BatchNorm": lambda: Depthwise(nn.BatchNorm2d(4)),
    "BatchNorm without running statistics": lambda: Depthwise(
        nn.BatchNorm2d(4, track_running_stats=False)
    ),
    "BatchNorm without weights": lambda: Depthwise(nn.BatchNorm2d(4, affine=False)),
    "BatchNorm with a cumulative average": lambda: Depthwise(
        nn.BatchNorm2d(4, momentum=None)
    ),
    "BatchNorm of rows": lambda: nn.Sequential(
        nn.BatchNorm1d(8), nn.Linear(8, 6), nn.BatchNorm1d(6), nn.Linear(6, 2)
    ),
    "BatchNorm, some of it frozen": _frozen_weights,
    "BatchNorm by its statistics": _frozen_statistics,
    "BatchNorm, no gradient": Gated,
    "BatchNorm, vmapped by the module": Twice,
    "BatchNorm, the module's own derivative": Slope,
    "GroupNorm": lambda: Depthwise(nn.GroupNorm(2, 4)),
    "attention": lambda: Attention(lambda self, attended, _: self.fc(attended)),
    "encoder": Encoder,
    "embedding": lambda: Bags(nn.Embedding(10, 4, sparse=True)),
    "tied": tied,
    "GRU": lambda: Recurrent(nn.GRU),
    "dropout": lambda: nn.Sequential(nn.Linear(8, 6), nn.Dropout(0.4), nn.Linear(6, 2)),
    "dropout, transposed": lambda: Own(
        lambda self, X: self.b(self.drop(self.a(X).view(-1, 2, 4).mT).flatten(1)),
        a=nn.Linear(8, 8),
        drop=nn.Dropout(0.4),
        b=nn.Linear(8, 2),
    ),
    "dropout, in place": lambda: nn.Sequential(
        nn.Linear(8, 6), nn.Dropout(0.4, inplace=True), nn.Linear(6, 2)
    ),
    "dropout of all": lambda: nn.Sequential(
        nn.Linear(8, 6), nn.Dropout(1.0), nn.Linear(6, 2)
    ),
    "dropout, encoder": lambda: Encoder(0.3),
    "dropout, channels last": lambda: nn.Sequential(
        nn.Unflatten(1, (2, 2, 2)),
        nn.Conv2d(2, 4, 2, padding=1),
        nn.BatchNorm2d(4),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(36, 2),
    ).to(memory_format=torch.channels_last),
}


def _trained(module):
    return [p for p in module.parameters() if p.requires_grad]


def a_step(n_players=3):
    torch.manual_seed(0)
    inputs = torch.randn(13, 8, dtype=torch.float64)
    averages = torch.rand(6, n_players, dtype=torch.float64)
    return inputs, torch.randint(2, (13,)), 7, averages


def run(engine, data, seed=1):
    torch.manual_seed(seed)
    with engine:
        step = engine.hypergradients(*data)
        engine.backward(torch.rand(7, dtype=torch.float64))
    return step


@pytest.mark.parametrize(("most", "large"), [(2**28, 2**17), (2**28, 0), (0, 0)])
@pytest.mark.parametrize("case", CASES)
def test_it_equals_double_backward(case, most, large, monkeypatch):
    """All players at once, as in small and in large layers, and one after the other."""
    monkeypatch.setattr(_forward, "MOST", most)
    monkeypatch.setattr(_batch_norm, "LARGE", large)
    torch.manual_seed(0)
    module, twin = CASES[case]().double(), CASES[case]().double()
    twin.load_state_dict(module.state_dict())
    data = a_step()
    found = run(ForwardEngine(module, *LOSSES), data)
    drawn = torch.rand(3)
    expected = run(AutogradEngine(twin, *LOSSES, math_attention=True), data)
    assert torch.equal(torch.rand(3), drawn)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-11)
    for one, other in zip(_trained(module), _trained(twin), strict=True):
        torch.testing.assert_close(one.grad.to_dense(), other.grad.to_dense())
    for one, other in zip(module.buffers(), twin.buffers(), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("case", [each for each in CASES if "dropout" not in each])
def test_it_equals_finite_differences(case):
    """Of each loss of the minibatch along a player's gradient."""
    torch.manual_seed(0)
    module, data = CASES[case]().double(), a_step(n_players=1)
    inputs, targets, n_batch, averages = data
    state = {key: value.clone() for key, value in module.state_dict().items()}

    def losses(rows, loss):
        module.load_state_dict(state)  # the running statistics as well
        return loss(module(inputs[rows]), targets[rows])

    batch, validation = slice(0, n_batch), slice(n_batch, None)
    parameters = _trained(module)
    player = (averages.T @ losses(validation, LOSSES[1]))[0]
    gradient = [g.to_dense() for g in torch.autograd.grad(player, parameters)]

    def moved(by):
        with torch.no_grad():
            module.load_state_dict(state)
            for p, g in zip(parameters, gradient, strict=True):
                p += by * g
            return LOSSES[0](module(inputs[batch]), targets[batch])

    size = 1e-6 / max(g.abs().max() for g in gradient).item()
    first, second = ((moved(h) - moved(-h)) / (2 * h) for h in (size, 2 * size))
    expected = (4 * first - second) / 3
    module.load_state_dict(state)
    found = run(ForwardEngine(module, *LOSSES), data).hypergradients[:, 0]
    assert (found - expected).abs().max() <= 1e-6 * expected.abs().max()


@pytest.mark.parametrize("joint", [True, False])
def test_frozen_statistics_would_be_wrong(joint):
    """Passing both sets as one, or taking the statistics for constants, gives another H."""
    torch.manual_seed(0)
    module, data = CASES["BatchNorm"]().double(), a_step()
    state = {key: value.clone() for key, value in module.state_dict().items()}
    found = run(ForwardEngine(module, *LOSSES), data).hypergradients
    weights = torch.ones(7, dtype=torch.float64)
    expected, _ = step_by_definition(
        CASES["BatchNorm"], state, LOSSES, data, weights, joint
    )
    assert torch.allclose(found, expected, rtol=1e-8) is not joint


@pytest.mark.parametrize(
    ("fast", "most", "expected"),
    [(4, 9, [4, 4, 2]), (0, 9, [2] * 5), (0, 1, [1] * 10), (0, 0, [1] * 10)],
)
def test_players_go_through_the_module_a_few_at_a_time(fast, most, expected, monkeypatch):
    """As many as are fast, two where memory allows, or one."""
    module, data = CASES["BatchNorm"]().double(), a_step(n_players=10)
    taken = []
    columns = ForwardEngine._columns

    def watched(self, derivatives, gradients):
        taken.append(len(gradients))
        return columns(self, derivatives, gradients)

    monkeypatch.setattr(ForwardEngine, "_columns", watched)
    # 102 numbers are trained, and the largest output has 7 x 4 x 3 x 5.
    one_player = 8 * (sum(p.numel() for p in module.parameters()) + 4 * 7 * 4 * 3 * 5)
    monkeypatch.setattr(_forward, "FAST", fast * one_player)
    monkeypatch.setattr(_forward, "MOST", most * one_player)
    run(ForwardEngine(module, *LOSSES), data)
    assert taken == expected


class Branching(nn.Module):
    """Looks at a value that several directions do not share."""

    def __init__(self):
        super().__init__()
        self.inner, self.head = nn.Linear(8, 4), nn.Linear(4, 2)

    def forward(self, X):
        hidden = self.inner(X)
        return self.head(hidden if hidden.sum().item() > 0 else -hidden)


def test_what_cannot_be_batched_goes_one_by_one():
    torch.manual_seed(0)
    module, data = Branching().double(), a_step()
    found = run(ForwardEngine(module, *LOSSES), data).hypergradients
    expected = run(AutogradEngine(module, *LOSSES), data).hypergradients
    torch.testing.assert_close(found, expected)


class SingleInside(nn.Module):
    """Attends in float32, as large language models do, whatever its own precision."""

    def __init__(self):
        super().__init__()
        self.inner, self.head = nn.Conv1d(1, 4, 1), nn.Linear(4, 2)

    def forward(self, X):
        z = self.inner(X[:, None]).mT
        shares = (z @ z.mT).softmax(-1, dtype=torch.float32).to(z.dtype)
        return self.head((shares @ z).mean(1) + z.mean((0, 1)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_part_in_single_precision_rules_no_engine_out(dtype):
    torch.manual_seed(0)
    module, data = SingleInside().to(dtype), a_step()
    inputs, targets, n_batch, averages = data
    data = inputs.to(dtype), targets, n_batch, averages.to(dtype)
    engine, why = make_engine("auto", module, *LOSSES, data[:2])
    assert (engine.name, why) == (
        "forward",
        "its output for a sample depends on the others in the batch.",
    )
    found = engine.hypergradients(*data).hypergradients
    expected = LoopEngine(module, *LOSSES).hypergradients(*data).hypergradients
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def test_modules_without_forward_mode_are_refused():
    module, (inputs, targets, *_) = Bags(nn.EmbeddingBag(10, 4)).double(), a_step()
    with raises(
        "engine='forward' cannot serve this module: By forward mode: Trying to use forward "
        "AD with _embedding_bag that does not support it because it has not been "
        "implemented yet. Use engine='auto'."
    ):
        make_engine("forward", module, *LOSSES, (inputs, targets))


def test_convolutions_with_batch_statistics_take_it_without_a_warning():
    module, (inputs, targets, *_) = CASES["BatchNorm"]().double(), a_step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        engine, why = make_engine("auto", module, *LOSSES, (inputs, targets))
    assert engine.name == "forward"
    assert why == "BatchNorm2d mixes the samples of a batch."
