"""Training on a GPU, and in mixed precision; what needs a GPU is skipped without one."""

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch import nn

from skfairbargain import NashMetaClassifier
from skfairbargain.hypergradients import AutoEngine
from skfairbargain.losses import cross_entropy
from skfairbargain.persistence import load, save

RNG = np.random.default_rng(0)
Y = np.arange(120) % 2
ROWS = (RNG.normal(size=(120, 6)) + Y[:, None]).astype(np.float32)
IMAGES = (RNG.normal(size=(120, 3, 6, 6)) + Y[:, None, None, None]).astype(np.float32)
GROUPS = np.repeat(["a", "b"], 10)
on_gpu = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="this machine has no GPU that torch can use"
)


def tables(*norm):
    return nn.Sequential(nn.Linear(6, 8), *norm, nn.Tanh(), nn.Linear(8, 2))


def images(norm):
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), norm, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(8, 2),
    )  # fmt: skip


# What each engine serves.
ENGINES = {
    "kernel": (None, ROWS),
    "ghost": (lambda: images(nn.GroupNorm(2, 8)), IMAGES),
    "forward": (lambda: images(nn.BatchNorm2d(8)), IMAGES),
    "autograd": (lambda: tables(nn.BatchNorm1d(8)), ROWS),
    "loop": (lambda: tables(nn.LayerNorm(8)), ROWS),
}


def fit(module, X, device="cpu", **options):
    settings = {"max_epochs": 2, "bargain_epochs": 1, "batch_size": 40, "dropout": 0.0}
    clf = NashMetaClassifier(
        module=module, device=device, random_state=0, **{**settings, **options}
    )
    return clf.fit(X, Y, X_val=X[:20], y_val=Y[:20], groups_val=GROUPS)


@on_gpu
@pytest.mark.parametrize("engine", list(ENGINES)[1:])
def test_engines_on_a_gpu_equal_those_on_the_cpu(engine):
    module, X = ENGINES[engine]
    torch.manual_seed(0)
    found, module = {}, module().double()
    for device in ("cpu", "cuda"):
        inputs = torch.from_numpy(X[:40]).double().to(device)
        targets = torch.from_numpy(Y[:40]).to(device)
        data = inputs, targets, 30, torch.full((10, 2), 0.1).to(inputs)
        of_device = nn.Module.to(module, device)
        losses = cross_entropy, cross_entropy
        with AutoEngine(engine, of_device, *losses, (inputs[-8:], targets[-8:])) as taken:
            step = taken.hypergradients(*data)
            taken.backward(torch.ones(30).to(inputs))
        gradients = [p.grad.cpu() for p in of_device.parameters()]
        found[device] = [step.hypergradients.cpu(), *gradients]
    for one, other in zip(found["cpu"], found["cuda"], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-8, atol=1e-10)


@on_gpu
@pytest.mark.parametrize("engine", ENGINES)
def test_a_fit_on_a_gpu_is_like_one_on_the_cpu(engine, tmp_path):
    module, X = ENGINES[engine]
    torch.manual_seed(0)
    module = module and module()
    options = {"engine": "auto"} if engine == "kernel" else {"engine": engine}
    on_cpu, clf = fit(module, X, **options), fit(module, X, "cuda", **options)
    assert next(clf.module_.parameters()).device.type == "cuda"
    if module is not None:  # the default network draws its weights on its device
        expected = on_cpu.predict_proba(X)
        np.testing.assert_allclose(clf.predict_proba(X), expected, rtol=1e-2, atol=1e-3)
    clf.partial_fit(X, Y, X_val=X[:20], y_val=Y[:20], groups_val=GROUPS)
    if module is None:
        save(clf, tmp_path / "model")
        again = load(tmp_path / "model", device="cpu")
        np.testing.assert_allclose(again.predict_proba(X), clf.predict_proba(X), rtol=1e-4)


@on_gpu
def test_a_fit_on_a_gpu_repeats():
    first, again = (fit(None, ROWS, "cuda", dropout=0.3) for _ in range(2))
    np.testing.assert_array_equal(first.predict_proba(ROWS), again.predict_proba(ROWS))


class Mixed(nn.Module):
    """Computes in half of the precision where that is enough, as torch.amp does."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, X):
        with torch.autocast(X.device.type, dtype=torch.bfloat16):
            return self.network(X).float()


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=on_gpu)])
@pytest.mark.parametrize("engine", list(ENGINES)[1:])
def test_mixed_precision_inside_a_module(engine, device):
    """The result is that of full precision, as far as half of the precision goes."""
    module, X = ENGINES[engine]
    torch.manual_seed(0)
    module = module()
    clf = fit(Mixed(module), X, device, bargaining=None)
    expected = fit(module, X, device, engine=engine, bargaining=None)
    assert clf.net_.engine_ != "loop"
    assert next(clf.module_.parameters()).dtype == torch.float32
    np.testing.assert_allclose(clf.predict_proba(X), expected.predict_proba(X), atol=0.02)
    assert clone(clf).fit(X, Y).n_iter_ == 2


def test_forward_mode_goes_through_norms_in_mixed_precision():
    """The layer after a norm gets numbers and derivatives of one dtype."""
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU())
    module, X = nn.Sequential(inner, images(nn.GroupNorm(2, 8))), torch.from_numpy(IMAGES)
    data = X[:30], torch.from_numpy(Y[:30]), 20, torch.full((10, 2), 0.1)
    found = []
    for each in (Mixed(module), module):
        with AutoEngine("auto", each, cross_entropy, cross_entropy, data[:2]) as engine:
            found.append(engine.hypergradients(*data).hypergradients)
        assert engine.name == "forward"
    largest = found[1].abs().max()
    assert 1e-5 * largest < (found[0] - found[1]).abs().max() < 0.1 * largest


@pytest.mark.parametrize("engine", list(ENGINES)[1:])
def test_mixed_precision_around_a_fit(engine):
    module, X = ENGINES[engine]
    torch.manual_seed(0)
    module = module()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        clf = fit(module, X, bargaining=None)
    expected = fit(module, X, bargaining=None).predict_proba(X)
    assert clf.net_.engine_ != "loop"
    np.testing.assert_allclose(clf.predict_proba(X), expected, atol=0.02)
