"""The size of a minibatch: as it is given, or a twentieth of the rows that count."""

import numpy as np
import pytest
from skorch.callbacks import Callback

from skfairbargain import NashMetaClassifier

VALIDATION = {"X_val": np.eye(4), "y_val": [0, 1, 0, 1], "groups_val": list("aabb")}


class Sizes(Callback):
    def __init__(self):
        self.seen = []

    def on_batch_end(self, net, batch, **kwargs):
        self.seen.append(len(batch.X))


def sizes(n, batch_size="auto", method="fit", weight=None):
    """Sizes of the minibatches of one epoch on `n` rows."""
    callback = Sizes()
    clf = NashMetaClassifier(
        bargaining=None, max_epochs=1, hidden_layer_sizes=(), batch_size=batch_size,
        callbacks=[callback], random_state=0,
    )  # fmt: skip
    X, y = np.random.default_rng(0).normal(size=(n, 4)), np.arange(n) % 2
    getattr(clf, method)(X, y, **VALIDATION, sample_weight=weight)
    return callback.seen


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("n", "size"),
    [(31, 31), (32, 32), (659, 32), (660, 33), (1000, 50), (10_259, 512), (10_300, 512)],
)
def test_auto_is_a_twentieth_of_the_rows_between_32_and_512(n, size, method):
    assert sizes(n, method=method) == [size] * (n // size)


def test_auto_counts_the_rows_with_a_weight():
    weight = (np.arange(2000) % 4 < 2) * 3.0
    assert sizes(2000, weight=weight) == [50] * 20


@pytest.mark.parametrize(("batch_size", "expected"), [(7, [7] * 14), (1000, [100])])
def test_a_size_that_is_given_is_taken(batch_size, expected):
    assert sizes(100, batch_size) == expected


def test_each_partial_fit_has_the_size_for_its_rows():
    callback = Sizes()
    clf = NashMetaClassifier(
        bargaining=None, hidden_layer_sizes=(), callbacks=[callback], random_state=0
    )
    for n in (100, 1000, 40):
        X, y = np.random.default_rng(0).normal(size=(n, 4)), np.arange(n) % 2
        clf.partial_fit(X, y, **VALIDATION)
    assert callback.seen == [32] * 3 + [50] * 20 + [32]
