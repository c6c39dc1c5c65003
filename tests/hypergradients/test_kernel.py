"""The kernel's step is that of the other engines, and it steps aside where it is not."""

import copy

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, Freezer, Unfreezer
from torch import nn

from skfairbargain._networks import MLP, dropout_draws_from
from skfairbargain._networks._dropout import Dropout
from skfairbargain.hypergradients import (
    AutoEngine,
    AutogradEngine,
    GhostEngine,
    KernelEngine,
    LoopEngine,
    make_engine,
)
from skfairbargain.hypergradients import _kernel as kernel_file
from skfairbargain.losses import META_LOSSES, cross_entropy, cross_entropy_f1
from tests.small_model import VALIDATION, X, Y, make_classifier, raises

N_BATCH, N_VAL = 9, 8


def step_of(engine_class, module, meta_loss=cross_entropy, seed=0, **options):
    """H, losses, logits and gradients of a step of a copy, with the same dropout masks."""
    generator = torch.Generator().manual_seed(seed)
    dtype = next(module.parameters()).dtype
    inputs = torch.randn(N_BATCH + N_VAL, 5, generator=generator, dtype=dtype)
    targets = torch.randint(3, (N_BATCH + N_VAL,), generator=generator)
    cells = torch.arange(N_VAL) % 3
    averages = (torch.eye(3)[cells] / cells.bincount()).to(dtype)
    weights = torch.rand(N_BATCH, generator=generator, dtype=dtype)
    twin = copy.deepcopy(module).train()
    with (
        torch.random.fork_rng(devices=[]),
        dropout_draws_from(generator, twin, "cpu"),
        engine_class(twin, cross_entropy, meta_loss, **options) as engine,
    ):
        torch.manual_seed(1)
        for _ in range(2):  # the second step finds the buffers of the first
            step = engine.hypergradients(inputs, targets, N_BATCH, averages)
            engine.backward(weights)
    return [*step, *(p.grad for p in twin.parameters())]


def assert_same_step(found, expected, rtol=1e-12, atol=1e-13):
    for one, other in zip(found, expected, strict=True):
        if other is None:
            assert one is None or not one.any()
        else:
            torch.testing.assert_close(one, other, rtol=rtol, atol=atol)


def network(dropout, kind=nn.Dropout, freeze=(), dtype=torch.float64, bias=True):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        module = nn.Sequential(
            *(nn.Linear(5, 7, bias), nn.ReLU(), kind(dropout)),
            *(nn.Linear(7, 4, bias), nn.ReLU(), kind(dropout), nn.Linear(4, 3, bias)),
        )
    for name in freeze:
        module.get_parameter(name).requires_grad_(False)
    return module.to(dtype)


FREEZE = {
    "nothing": (),
    "first layer": ("0.weight", "0.bias"),
    "last layer": ("6.weight", "6.bias"),
    "weights": ("0.weight", "3.weight", "6.weight"),
    "some": ("0.bias", "3.weight"),
    "all but one": ("0.weight", "0.bias", "3.weight", "6.weight", "6.bias"),
}


@pytest.fixture(params=["pairs", "players", "either"])
def products(request, monkeypatch):
    """Both ways to multiply, in a layer or in all."""
    rules = {
        "pairs": lambda *sizes: True,
        "players": lambda *sizes: False,
        "either": lambda n_in, *sizes: n_in > 5,
    }
    monkeypatch.setattr(kernel_file, "pairs_are_cheaper", rules[request.param])


@pytest.mark.usefixtures("products")
@pytest.mark.parametrize("meta_loss", META_LOSSES.values(), ids=META_LOSSES)
@pytest.mark.parametrize("dropout", [0, 0.2, 0.5])
@pytest.mark.parametrize("freeze", FREEZE)
def test_it_equals_the_ghost_engine_with_the_packages_dropout(freeze, dropout, meta_loss):
    module = network(dropout, Dropout, FREEZE[freeze])
    found = step_of(KernelEngine, module, meta_loss)
    assert_same_step(found, step_of(GhostEngine, module, meta_loss))
    if dropout:
        assert not torch.equal(found[0], step_of(KernelEngine, module, meta_loss, 1)[0])


@pytest.mark.usefixtures("products")
@pytest.mark.parametrize("meta_loss", META_LOSSES.values(), ids=META_LOSSES)
@pytest.mark.parametrize("dropout", [0, 0.2, 0.5])
@pytest.mark.parametrize("engine", [AutogradEngine, LoopEngine])
def test_it_equals_differentiation_with_torchs_dropout(engine, dropout, meta_loss):
    module = network(dropout)
    found = step_of(KernelEngine, module, meta_loss)
    assert_same_step(found, step_of(engine, module, meta_loss, joint=True))


CHAINS = {
    "logistic": lambda: nn.Sequential(nn.Linear(5, 3)),
    "dropout of the inputs": lambda: nn.Sequential(nn.Dropout(0.3), nn.Linear(5, 3)),
    "linear only": lambda: nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 3)),
    "ReLU at the end": lambda: nn.Sequential(nn.Linear(5, 3), nn.ReLU()),
    "dropout first": lambda: nn.Sequential(
        nn.Linear(5, 9), nn.Dropout(0.3), nn.ReLU(), nn.Dropout(0.2), nn.Linear(9, 3)
    ),
    "all is dropped": lambda: nn.Sequential(
        nn.Linear(5, 9), nn.ReLU(), nn.Dropout(1.0), nn.Linear(9, 3)
    ),
    "in place": lambda: nn.Sequential(
        nn.Linear(5, 9), nn.ReLU(True), nn.Dropout(0.2), nn.Linear(9, 3)
    ),
    "without bias": lambda: network(0.2, bias=False),
}


@pytest.mark.usefixtures("products")
@pytest.mark.parametrize("name", CHAINS)
def test_any_chain(name):
    module = CHAINS[name]().double()
    assert_same_step(step_of(KernelEngine, module), step_of(GhostEngine, module))


def test_it_equals_the_ghost_engine_in_float32():
    module = network(0.2, Dropout, dtype=torch.float32)
    found, expected = (step_of(kind, module) for kind in (KernelEngine, GhostEngine))
    assert_same_step(found, expected, rtol=1e-4, atol=1e-5)
    assert all(each.dtype == torch.float32 for each in found)


def test_dropout_that_a_callback_changes_is_followed():
    module = network(0.2)
    module[2].p = 0.9
    module[5].eval()
    twin = copy.deepcopy(module)
    with torch.random.fork_rng(devices=[]):
        steps = []
        for kind in (KernelEngine, GhostEngine):
            torch.manual_seed(0)
            inputs, targets = torch.randn(6, 5).double(), torch.arange(6) % 3
            with kind(twin, cross_entropy, cross_entropy) as engine:
                averages = torch.ones(2, 1).double()
                steps.append(engine.hypergradients(inputs, targets, 4, averages))
    assert_same_step(*steps)


@pytest.mark.parametrize("size", [1e4, 1e300])
def test_saturated_logits_give_the_losses_of_torch(size):
    module = nn.Sequential(nn.Linear(5, 3)).double()
    nn.init.constant_(module[0].weight, size)
    module[0].weight.data[1] *= -1
    found, expected = (
        step_of(kind, module, cross_entropy_f1) for kind in (KernelEngine, GhostEngine)
    )
    assert all(each.isfinite().all() for each in found)
    assert_same_step(found, expected)


# Where it steps aside


def asked(engine, module, losses=(cross_entropy, cross_entropy), dtype=torch.float32):
    example = torch.randn(8, 5, dtype=dtype), torch.arange(8) % 3
    return make_engine(engine, module, *losses, example)


def test_auto_takes_it_for_the_default_network():
    engine, reason = asked("auto", MLP(5, 3))
    assert isinstance(engine, KernelEngine)
    assert reason == "its hypergradients are exact for this module."
    engine, reason = asked("kernel", MLP(5, 3))
    assert isinstance(engine, KernelEngine)
    assert reason == ""


class Weighted(nn.Linear):
    pass


NO_CHAIN = "it is no chain of linear layers, ReLU and dropout with cross-entropy."


def hooked(kind):
    module = MLP(5, 3)
    getattr(module[1], f"register_{kind}_hook")(lambda *_: None)
    return module


REFUSED = {
    "another layer": (lambda: nn.Sequential(nn.Linear(5, 3), nn.Tanh()), NO_CHAIN),
    "no sequence": (lambda: nn.Linear(5, 3), NO_CHAIN),
    "a subclass": (lambda: nn.Sequential(Weighted(5, 3)), NO_CHAIN),
    "half precision": (
        lambda: MLP(5, 3).bfloat16(),
        "it does not compute in float32 or float64 alone.",
    ),
    "two dtypes": (
        lambda: MLP(5, 3).double(),
        "it does not compute in float32 or float64 alone.",
    ),
    "another device": (lambda: MLP(5, 3).to("meta"), "it is not on the CPU."),
    "a forward hook": (lambda: hooked("forward"), NO_CHAIN),
    "a backward hook": (lambda: hooked("full_backward"), "it has hooks."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_where_it_would_be_wrong(name):
    make, why_not = REFUSED[name]
    with raises(f"engine='kernel' cannot serve this module: {why_not} Use engine='auto'."):
        asked("kernel", make())


def test_a_loss_of_the_users_is_refused():
    def doubled(logits, targets):
        return 2 * cross_entropy(logits, targets)

    message = f"engine='kernel' cannot serve this module: {NO_CHAIN} Use engine='auto'."
    with raises(message):
        asked("kernel", MLP(5, 3), (cross_entropy, doubled))
    assert asked("auto", MLP(5, 3), (cross_entropy, doubled))[0].name == "ghost"


def test_a_hook_that_comes_later_is_called_by_another_engine():
    module, seen = MLP(5, 3), []
    inputs, targets = torch.randn(9, 5), torch.arange(9) % 3
    step = inputs, targets, 6, torch.ones(3, 1)
    with AutoEngine("auto", module, *2 * [cross_entropy], (inputs, targets)) as engine:
        engine.hypergradients(*step)
        assert engine.name == "kernel"
        hook = module[1].register_forward_hook(lambda *_: seen.append(1))
        engine.hypergradients(*step)
        assert engine.name != "kernel"
        assert seen
        hook.remove()
    with AutoEngine("kernel", module, *2 * [cross_entropy], (inputs, targets)) as engine:
        module[1].register_forward_hook(lambda *_: seen.append(1))
        with raises(
            "engine='kernel' cannot serve this module: it has hooks. Use engine='auto'."
        ):
            engine.hypergradients(*step)


# A fit by it is a fit by the others


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weight_norm": "l1"},
        {"weight_norm": None, "lr": 0.2},
        {"players": "groups", "anchor": 0.0},
        {"meta_loss": "cross_entropy+f1", "optimizer": "adam"},
        {"dropout": 0.5, "hidden_layer_sizes": (9, 6)},
        {"dropout": 0, "hidden_layer_sizes": ()},
    ],
    ids=str,
)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_fit_is_that_of_the_ghost_engine(options, weighted):
    weight = np.random.default_rng(0).uniform(0.5, 2, len(Y)) if weighted else None
    fits = []
    for engine in ("kernel", "ghost", "auto"):
        clf = make_classifier(engine=engine, **{"anchor": 0.5, **options})
        fits.append(clf.fit(X.astype(float), Y, sample_weight=weight, **VALIDATION))
    kernel, ghost, auto = fits
    assert auto.net_.engine_ == "kernel"
    np.testing.assert_array_equal(auto.predict_proba(X), kernel.predict_proba(X))
    for attribute in ("cell_influence_", "applied_weight_"):
        found, expected = getattr(kernel, attribute), getattr(ghost, attribute)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    proba = kernel.predict_proba(X), ghost.predict_proba(X)
    np.testing.assert_allclose(*proba, rtol=0, atol=1e-9)


def test_callbacks_get_the_gradients_that_are_applied():
    class Gradients(Callback):
        def on_train_begin(self, net, **kwargs):
            self.seen = []

        def on_grad_computed(self, net, named_parameters, **kwargs):
            self.seen.append([p.grad.clone() for _, p in named_parameters])

    seen = []
    for engine in ("kernel", "ghost"):
        gradients = Gradients()
        make_classifier(engine=engine, callbacks=[gradients]).fit(X, Y, **VALIDATION)
        seen.append(gradients.seen)
    assert len(seen[0]) == 12
    for one, other in zip(*seen, strict=True):
        assert any(each.any() for each in one)
        torch.testing.assert_close(one, other, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    "callbacks",
    [
        lambda: [Freezer("0.*")],
        lambda: [Freezer("3.*", at=2)],
        lambda: [Freezer("0.*"), Unfreezer("0.*", at=3)],
        lambda: [Freezer(["0.weight", "3.*"]), Unfreezer("3.bias", at=2)],
    ],
)
def test_layers_that_callbacks_freeze_learn_as_under_differentiation(callbacks):
    fits = [
        make_classifier(engine=engine, callbacks=callbacks(), bargain_epochs=1, dropout=0.0)
        .fit(X, Y, **VALIDATION)
        .module_.state_dict()
        for engine in ("auto", "loop")
    ]
    for name, value in fits[0].items():
        torch.testing.assert_close(value, fits[1][name], rtol=1e-6, atol=1e-8)
