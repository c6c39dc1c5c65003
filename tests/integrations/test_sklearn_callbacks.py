"""scikit-learn's callbacks, from 1.9 on, see every epoch of a training."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from skorch.callbacks import Callback

from skfairbargain.persistence import load, save
from tests.persistence._shared import quick
from tests.small_model import VALIDATION, X, Y

callback = pytest.importorskip(
    "sklearn.callback", reason="scikit-learn has callbacks from 1.9 on"
)


class Watch:
    """Notes what it is told, and stops after some epochs."""

    def __init__(self, epochs=99):
        self.epochs, self.told, self.losses = epochs, [], []

    def setup(self, estimator, context):
        self.told.append("setup")

    def teardown(self, estimator, context):
        self.told.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.told.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
        self.told.append(f"end {context.task_name}")
        self.losses.append(log_loss(y, fitted_estimator.predict_proba(X)))
        return context.task_name == "epoch" and context.task_id + 1 >= self.epochs


def test_every_epoch_is_a_task():
    watch, alone = Watch(), quick(max_epochs=3).fit(X, Y, **VALIDATION)
    clf = quick(max_epochs=3).set_callbacks(watch).fit(X, Y, **VALIDATION)
    epoch = ["begin epoch", "end epoch"]
    assert watch.told == ["setup", "begin fit", *3 * epoch, "end fit", "teardown"]
    # Each loss is of the network as it was then; the last two are of the last.
    assert len(set(watch.losses[:3])) == 3
    expected = log_loss(Y, clf.predict_proba(X))
    assert watch.losses[2:] == [pytest.approx(expected)] * 2
    # Watching changes nothing, and leaves nothing in what was trained.
    np.testing.assert_array_equal(clf.predict_proba(X), alone.predict_proba(X))
    assert all(name != "scikit_learn" for name, _ in clf.net_.callbacks_)


def test_a_callback_stops_the_training():
    clf = quick(max_epochs=9).set_callbacks(Watch(epochs=2)).fit(X, Y, **VALIDATION)
    assert clf.n_iter_ == len(clf.history_) == 2
    assert np.isfinite(clf.predict_proba(X)).all()


def test_teardown_comes_also_where_a_fit_fails():
    watch = Watch()

    class Broken(Callback):
        def on_epoch_end(self, net, **kwargs):
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match=r"^the disk is full$"):
        quick(callbacks=[Broken()]).set_callbacks(watch).fit(X, Y, **VALIDATION)
    assert watch.told == ["setup", "begin fit", "begin epoch", "teardown"]


def test_scikit_learns_own():
    monitor = callback.ScoringMonitor(scoring="neg_log_loss")
    clf = quick(max_epochs=3).set_callbacks(monitor, callback.ProgressBar())
    clf.fit(X, Y, **VALIDATION)
    scores = monitor.get_logs().data_as_pandas["neg_log_loss"]
    assert len(scores) >= 3
    assert scores.iloc[-1] == pytest.approx(-log_loss(Y, clf.predict_proba(X)))


def test_models_with_callbacks_are_copied_and_stored(tmp_path):
    clf = quick().set_callbacks(callback.ProgressBar()).fit(X, Y, **VALIDATION)
    expected = clf.predict_proba(X)
    for again in (pickle.loads(pickle.dumps(clf)), copy.deepcopy(clf)):
        np.testing.assert_array_equal(again.predict_proba(X), expected)
    save(clf, tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").predict_proba(X), expected)
    clone(clf).fit(X, Y, **VALIDATION)
