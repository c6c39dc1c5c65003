"""Holding rows out is the same as passing these rows as the validation set."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from skfairbargain import NashMetaClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(90, 4))
# Classes whose order in the alphabet is not that of their first rows.
Y = np.array(["low", "high", "mid"])[np.digitize(X[:, 0], [0, 0.8])]
WEIGHT = rng.integers(0, 4, 90).astype(float)

KINDS = {
    "dense": np.asarray,
    "sparse": csr_array,
    "frame": lambda rows: pd.DataFrame(rows, columns=list("abcd")),
}


def quick(**options):
    options = {"max_epochs": 3, "bargain_epochs": 0.7, "batch_size": 16, **options}
    return NashMetaClassifier(hidden_layer_sizes=(5,), lr=0.05, **options)


def held_out_rows(seed, weight):
    """Rows with a weight that a step on all rows left out."""
    clf = quick(
        max_epochs=1,
        bargain_epochs=0,
        batch_size=90,
        random_state=seed,
        validation_fraction=0.3,
    )
    clf.fit(X, Y, sample_weight=weight)
    return ~clf.cell_influence_.any(axis=1) & (True if weight is None else weight > 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["bare", "weighted"])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("seed", [0, 1])
def test_held_out_rows_are_a_validation_set(kind, weight, method, seed):
    convert = KINDS[kind]
    out = held_out_rows(seed, weight)
    assert np.unique(Y[out], return_counts=True)[1].tolist() == [out.sum() / 3] * 3
    held, given = (quick(random_state=seed, validation_fraction=0.3) for _ in range(2))
    weights = {} if weight is None else {"sample_weight": weight}
    getattr(held, method)(convert(X), Y, **weights)
    weights = {} if weight is None else {"sample_weight": weight[~out]}
    getattr(given, method)(
        convert(X[~out]), Y[~out], X_val=convert(X[out]), y_val=Y[out], **weights
    )
    np.testing.assert_array_equal(
        held.predict_proba(convert(X)), given.predict_proba(convert(X))
    )
    for name in ("cell_influence_", "sample_influence_", "applied_weight_"):
        of_all = getattr(held, name)
        np.testing.assert_array_equal(of_all[~out], getattr(given, name))
        assert not of_all[out].any()
    assert held.groups_ == given.groups_ == ["high", "low", "mid"]
    assert held.cells_ == given.cells_ == [(label, label) for label in held.groups_]
    for one, other in zip(held.history_, given.history_, strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["bare", "weighted"])
def test_other_seeds_hold_other_rows_out(weight):
    assert (held_out_rows(0, weight) != held_out_rows(1, weight)).any()


@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.9])
def test_the_share_of_the_rows_that_is_held_out(fraction):
    clf = quick(validation_fraction=fraction, batch_size=90, random_state=0).fit(X, Y)
    out = ~clf.cell_influence_.any(axis=1)
    # A third of the share from each class; never more than half of the rarest.
    rarest = np.unique(Y, return_counts=True)[1].min()
    assert 9 <= rarest < 30
    expected = {0.1: 3, 0.2: 6, 0.9: rarest // 2}[fraction]
    assert np.unique(Y[out], return_counts=True)[1].tolist() == [expected] * 3


@pytest.mark.parametrize(("n", "per_class"), [(398, 99), (402, 100), (1200, 100)])
def test_at_most_a_hundred_rows_of_a_class_are_held_out(n, per_class):
    clf = quick(
        validation_fraction=0.5,
        batch_size=n,
        bargain_epochs=0,
        max_epochs=1,
        random_state=0,
    )
    y = np.arange(n) % 2
    clf.fit(np.random.default_rng(0).normal(size=(n, 3)), y)
    out = ~clf.cell_influence_.any(axis=1)
    assert np.bincount(y[out]).tolist() == [per_class] * 2


def test_classes_without_a_row_have_no_part_in_the_share():
    clf = quick(validation_fraction=0.3, batch_size=90, random_state=0)
    y = np.where(X[:, 0] > 0, "b", "a")
    clf.partial_fit(X, y, classes=["a", "b", "c", "d"])
    # 27 rows are to be held out, of two classes; with four there would be 7 of each.
    out = ~clf.cell_influence_.any(axis=1)
    assert np.unique(y[out], return_counts=True)[1].tolist() == [14, 14]
    assert clf.predict_proba(X).shape == (90, 4)
