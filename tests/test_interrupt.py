"""Ctrl-C during a fit leaves a usable model of the epochs done."""

import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from skorch.callbacks import Callback
from torch import nn

from tests.small_model import VALIDATION, X, Y, make_classifier


class Interrupt(Callback):
    def __init__(self, epoch):
        self.epoch = epoch

    def on_batch_end(self, net, **kwargs):
        if len(net.history) == self.epoch:
            raise KeyboardInterrupt


@pytest.mark.parametrize("epoch", [1, 3])
def test_an_interrupted_fit_is_a_model_of_the_epochs_done(epoch):
    clf = make_classifier(callbacks=[Interrupt(epoch)]).fit(X, Y, **VALIDATION)
    assert clf.n_iter_ == len(clf.history_) == epoch - 1
    assert [row["epoch"] for row in clf.history_] == list(range(1, epoch))
    assert np.isfinite(clf.predict_proba(X)).all()
    clf.set_params(warm_start=True, callbacks=None).fit(X, Y, **VALIDATION)
    assert clf.n_iter_ == len(clf.history_) == epoch - 1 + 4


class Interrupted(nn.Sequential):
    """Interrupts the first pass in training mode: the choice of the engine."""

    armed = False

    def __init__(self, n_features, n_classes):
        super().__init__(nn.Linear(n_features, n_classes))

    def forward(self, X):
        if self.armed and self.training:
            raise KeyboardInterrupt
        return super().forward(X)


@pytest.mark.parametrize("n_rows", [100, 120])
@pytest.mark.parametrize(
    ("method", "n_epochs"), [("fit", 0), ("warm_start", 4), ("partial_fit", 4)]
)
def test_an_interrupt_before_the_first_step_is_a_run_of_no_epoch(
    method, n_epochs, n_rows, monkeypatch
):
    # Not standardized, because a run of no epoch has seen its rows' mean and deviation.
    clf = make_classifier(module=Interrupted, standardize=False).fit(X, Y, **VALIDATION)
    before = clf.predict_proba(X)
    clf.set_params(warm_start=method == "warm_start")
    monkeypatch.setattr(Interrupted, "armed", True)
    train = clf.partial_fit if method == "partial_fit" else clf.fit
    train(X[:n_rows], Y[:n_rows], **VALIDATION)
    monkeypatch.undo()
    assert clf.n_iter_ == len(clf.history_) == n_epochs
    assert clf.cell_influence_.shape == (n_rows, 4)
    assert not clf.cell_influence_.any()
    assert not clf.applied_weight_.any()
    assert (method == "fit") == (clf.predict_proba(X) != before).any()
    # Nor are training rows or hooks left in the net.
    assert not hasattr(clf.net_, "_data")
    assert not hasattr(clf.net_, "_engine")


SCRIPT = """
import numpy as np
from skorch.callbacks import Callback
from skfairbargain import NashMetaClassifier

class Tell(Callback):
    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            print("running", flush=True)

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 5))
y = (X[:, 0] > 0).astype(int)
clf = NashMetaClassifier(max_epochs=10**7, callbacks=[Tell()], random_state=0).fit(X, y)
assert 2 <= clf.n_iter_ == len(clf.history_) < 10**7
assert clf.history_[-1]["epoch"] == clf.n_iter_
assert np.isfinite(clf.predict_proba(X)).all()
print("usable", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C otherwise")
def test_a_real_signal_ends_a_fit_in_order():
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(120, child.kill)
    watchdog.start()
    try:
        assert child.stdout.readline() == "running\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    finally:
        watchdog.cancel()
        child.kill()
    assert (out, err, child.returncode) == ("usable\n", "", 0)
