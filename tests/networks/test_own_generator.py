"""A seeded training has its own generator: what other threads draw does not matter."""

import copy
import pickle
import threading

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from torch import nn

from skfairbargain._networks._dropout import Dropout, dropout_draws_from
from skfairbargain._networks._mlp import MLP
from tests.small_model import VALIDATION, X, Y, logistic, make_classifier


class DrawsInBetween(Callback):
    """What another thread may do at any time: draw from torch's generator."""

    def on_train_begin(self, net, **kwargs):
        torch.rand(3)

    def on_batch_begin(self, net, **kwargs):
        torch.rand(5)

    def on_epoch_end(self, net, **kwargs):
        torch.randn(7)


def options(**changed):
    return {"max_epochs": 3, "bargain_epochs": 1, "batch_size": 16, **changed}


@pytest.mark.parametrize("engine", ["kernel", "ghost", "autograd"])
def test_draws_between_the_steps_change_nothing(engine):
    plain = make_classifier(**options(engine=engine)).fit(X, Y, **VALIDATION)
    disturbed = make_classifier(**options(engine=engine, callbacks=[DrawsInBetween()]))
    disturbed.fit(X, Y, **VALIDATION)
    np.testing.assert_array_equal(disturbed.predict_proba(X), plain.predict_proba(X))
    np.testing.assert_array_equal(disturbed.cell_influence_, plain.cell_influence_)


@pytest.mark.parametrize("changed", [{}, {"module": nn.Linear(5, 2)}], ids=str)
def test_another_thread_that_draws_changes_nothing(changed):
    def trained():
        clf = make_classifier(**options(max_epochs=8, **changed)).fit(X, Y, **VALIDATION)
        return clf.predict_proba(X)

    expected, stop = trained(), threading.Event()

    def draw():
        while not stop.is_set():
            torch.rand(2)

    before = torch.get_rng_state()
    thread = threading.Thread(target=draw)
    thread.start()
    try:
        found = [trained() for _ in range(3)]
    finally:
        stop.set()
        thread.join(60)
        torch.set_rng_state(before)
    for each in found:
        np.testing.assert_array_equal(each, expected)


def test_a_module_of_the_user_starts_with_the_seed_and_another_seed_changes_it():
    one, same, other = (
        make_classifier(**options(module=logistic, lr=1e-9, random_state=seed))
        .fit(X, Y, **VALIDATION)
        .predict_proba(X)
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert abs(one - other).max() > 0.01


def test_initial_weights_are_torchs_own_to_the_bit():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        plain = nn.Sequential(
            *(nn.Linear(5, 40), nn.ReLU(), nn.Dropout(0.3)),
            *(nn.Linear(40, 3), nn.ReLU(), nn.Dropout(0.3), nn.Linear(3, 2)),
        )
    module = MLP(5, 2, (40, 3), 0.3, torch.Generator().manual_seed(3))
    for own, theirs in zip(module.parameters(), plain.parameters(), strict=True):
        assert torch.equal(own, theirs)


@pytest.mark.parametrize("p", [0.001, 0.2, 0.5, 0.97])
def test_units_are_kept_independently_with_their_probability(p):
    layer = Dropout(p)
    before = torch.get_rng_state()
    with dropout_draws_from(torch.Generator().manual_seed(0), layer, "cpu"):
        kept = (layer(torch.ones(1001, 999, dtype=torch.float64)) != 0).numpy()
    assert torch.equal(torch.get_rng_state(), before)
    n, probability = kept.size, round((1 - p) * 65536) / 65536
    deviation = np.sqrt(probability * (1 - probability) / n)
    assert abs(kept.mean() - probability) < 4 * deviation
    # Each word of 64 bits is four units: neither their places nor their neighbours matter.
    for place in range(4):
        assert abs(kept.ravel()[place::4].mean() - probability) < 8 * deviation
    for apart in (1, 2, 3, 4, 999):
        both = (kept.ravel()[apart:] & kept.ravel()[:-apart]).mean()
        assert abs(both - probability**2) < 10 * deviation


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize(("p", "scale"), [(0.2, 65536 / 52429), (0.5, 2.0), (1.0, 65536.0)])
def test_kept_units_are_scaled_by_the_probability_that_they_are_kept_with(p, scale, dtype):
    layer = Dropout(p)
    with dropout_draws_from(torch.Generator().manual_seed(0), layer, "cpu"):
        out = layer(torch.ones(2**20, dtype=dtype))
    assert out.dtype == dtype
    kept = out[out != 0]
    assert torch.equal(kept, torch.full_like(kept, scale))


def test_a_probability_below_what_words_tell_apart_drops_nothing():
    layer = Dropout(1e-9)
    with dropout_draws_from(torch.Generator().manual_seed(0), layer, "cpu"):
        assert torch.equal(layer(torch.ones(10_000)), torch.ones(10_000))


def test_each_mask_gradient_and_seed_is_its_own():
    layer, inputs = Dropout(0.5), torch.ones(64, requires_grad=True)
    masks = []
    for seed in (0, 1, 0):
        with dropout_draws_from(torch.Generator().manual_seed(seed), layer, "cpu"):
            masks += [layer(inputs), layer(inputs)]
    (gradient,) = torch.autograd.grad(masks[0].sum(), inputs)
    assert torch.equal(gradient, masks[0])
    assert torch.equal(masks[0], masks[4])
    assert torch.equal(masks[1], masks[5])
    assert not any(torch.equal(masks[0], other) for other in masks[1:4])


def test_outside_of_a_training_dropout_draws_as_torchs_does():
    layer = nn.Sequential(Dropout(0.5))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        expected = nn.functional.dropout(torch.ones(50), 0.5)
        torch.manual_seed(0)
        assert torch.equal(layer(torch.ones(50)), expected)
    with dropout_draws_from(torch.Generator().manual_seed(1), layer, "cpu"):
        assert torch.equal(layer.eval()(torch.ones(50)), torch.ones(50))
    assert layer[0].generator is None


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))]
)
def test_a_copy_made_during_a_training_goes_on_alike_and_apart(copied):
    layer = Dropout(0.5)
    with dropout_draws_from(torch.Generator().manual_seed(1), layer, "cpu"):
        layer(torch.ones(9))
        twin = copied(layer)
        once = twin(torch.ones(50))
        assert torch.equal(once, layer(torch.ones(50)))
    assert (twin(torch.ones(50)) != once).any()
    assert copied(layer).generator is None
