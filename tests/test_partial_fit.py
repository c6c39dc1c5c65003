"""Each partial_fit is an epoch of its own: other random numbers, and repeatable."""

import pickle

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, LRScheduler

from skfairbargain import NashMetaClassifier, UnusedGoalWarning
from skfairbargain.persistence import load, save
from tests.small_model import VALIDATION, X, Y, make_classifier


class Orders(Callback):
    """Notes the order in which the rows of each epoch come."""

    def __init__(self):
        self.epochs = []

    def on_epoch_begin(self, net, **kwargs):
        self.epochs.append([])

    def on_batch_end(self, net, batch, **kwargs):
        self.epochs[-1].extend(batch.index.tolist())


def orders(seed, n_calls=4):
    callback = Orders()
    clf = make_classifier(callbacks=[callback], random_state=seed)
    for _ in range(n_calls):
        clf.partial_fit(X, Y, **VALIDATION)
    return callback.epochs


def test_every_call_has_an_order_of_its_own():
    epochs = orders(seed=0)
    assert all(sorted(order) == list(range(120)) for order in epochs)
    assert len({tuple(order) for order in epochs}) == 4
    assert orders(seed=0) == epochs
    # Nor is one seed's second call another's first.
    later = orders(seed=1)
    assert not {tuple(order) for order in epochs} & {tuple(order) for order in later}


@pytest.mark.parametrize("store", ["memory", "pickle", "file"])
def test_a_stored_model_goes_on_with_the_same_random_numbers(store, tmp_path):
    clf = make_classifier().fit(X, Y, **VALIDATION)
    if store == "pickle":
        stored = pickle.loads(pickle.dumps(clf))
    elif store == "file":
        save(clf, tmp_path / "model")
        stored = load(tmp_path / "model")
    else:
        stored = make_classifier().fit(X, Y, **VALIDATION)
    for _ in range(2):
        clf.partial_fit(X, Y, **VALIDATION)
        stored.partial_fit(X, Y, **VALIDATION)
        np.testing.assert_array_equal(stored.predict_proba(X), clf.predict_proba(X))


def test_the_stages_begin_anew_with_a_warm_start_and_go_on_with_a_partial_fit():
    clf = make_classifier(bargain_epochs=3, max_epochs=2, warm_start=True)
    with pytest.warns(UnusedGoalWarning):
        clf.fit(X, Y, **VALIDATION)  # epochs 1 and 2 of the schedule
    clf.partial_fit(X, Y, **VALIDATION)  # 3
    clf.partial_fit(X, Y)  # 4: the goal
    with pytest.warns(UnusedGoalWarning):
        clf.fit(X, Y, **VALIDATION)  # 1 and 2
    for _ in range(3):
        clf.partial_fit(X, Y, **VALIDATION)  # 3 to 5
    stages = [row["stage"] for row in clf.history_]
    assert stages == [1, 1, 1, 2, 1, 1, 1, 2, 2]
    assert [row["epoch"] for row in clf.history_] == list(range(1, 10))
    assert clf.n_iter_ == 9


def test_partial_fits_add_up_to_a_fit_but_for_the_random_numbers():
    # One minibatch of all rows, no dropout: only the start is random, and it is the same.
    options = {"batch_size": 120, "dropout": 0.0, "max_epochs": 4}
    whole = make_classifier(**options).fit(X, Y, **VALIDATION)
    parts = make_classifier(**options)
    for _ in range(4):
        parts.partial_fit(X, Y, **VALIDATION)
    np.testing.assert_allclose(parts.predict_proba(X), whole.predict_proba(X), rtol=1e-9)
    assert [row["stage"] for row in parts.history_] == [1, 1, 2, 2]


def test_all_classes_may_be_named_in_any_order():
    clf = NashMetaClassifier(bargaining=None, random_state=0)
    clf.partial_fit(X, Y, classes=[1, 0, 1], **VALIDATION)
    assert clf.classes_.tolist() == [0, 1]


class Counting(torch.optim.SGD):
    """Counts its steps in an attribute of its own."""

    def __init__(self, params, lr):
        super().__init__(params, lr)
        self.n_steps = 0

    def step(self, closure=None):
        self.n_steps += 1
        return super().step(closure)


@pytest.mark.parametrize("callbacks", [None, [LRScheduler("StepLR", step_size=1)]])
def test_an_optimizer_keeps_attributes_of_its_own(callbacks):
    clf = make_classifier(optimizer=Counting, callbacks=callbacks, max_epochs=2)
    clf.fit(X, Y, **VALIDATION)
    before = clf.net_.optimizer_
    clf.partial_fit(X, Y, **VALIDATION)
    # Three steps an epoch.
    assert (before.n_steps, clf.net_.optimizer_.n_steps) == (6, 9)
