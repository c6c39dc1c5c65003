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


@pytest.mark.parametrize("engine", ["ghost", "autograd"])
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


def test_initial_weights_and_masks_are_torchs_own_to_the_bit():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        plain = nn.Sequential(
            *(nn.Linear(5, 40), nn.ReLU(), nn.Dropout(0.3)),
            *(nn.Linear(40, 3), nn.ReLU(), nn.Dropout(0.3), nn.Linear(3, 2)),
        )
        expected = plain(torch.ones(20, 5))
    generator = torch.Generator().manual_seed(3)
    module = MLP(5, 2, (40, 3), 0.3, generator)
    for own, theirs in zip(module.parameters(), plain.parameters(), strict=True):
        assert torch.equal(own, theirs)
    before = torch.get_rng_state()
    with dropout_draws_from(generator, module, "cpu"):
        found = module(torch.ones(20, 5))
    assert torch.equal(found, expected)
    assert torch.equal(torch.get_rng_state(), before)


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
