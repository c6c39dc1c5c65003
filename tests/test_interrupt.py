"""Ctrl-C during a fit leaves a usable model of the epochs done."""

import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from skorch.callbacks import Callback

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
