"""A weight of 2 is like having a row twice, a weight of 0 like not having it."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import (
    check_sample_weight_equivalence_on_dense_data,
    check_sample_weight_equivalence_on_sparse_data,
)

from skfairbargain import NashMetaClassifier
from skfairbargain.protocols import Nash

# Of the shape of the rows in scikit-learn's check, and with its three classes.
rng = np.random.default_rng(0)
X_VAL = rng.uniform(size=(12, 30))
Y_VAL = np.tile([0, 1, 2], 4)
GROUPS_VAL = np.repeat(["F", "M"], 6)


class WithValidationSet(NashMetaClassifier):
    """The estimator, its validation set not drawn from the rows that are weighted."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(
            X,
            y,
            X_val=X_VAL,
            y_val=Y_VAL,
            groups_val=GROUPS_VAL,
            sample_weight=sample_weight,
        )


@pytest.mark.parametrize(
    "check",
    [
        check_sample_weight_equivalence_on_dense_data,
        check_sample_weight_equivalence_on_sparse_data,
    ],
)
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"anchor": 0.0},
        {"bargaining": Nash(feasible="ball"), "weight_norm": "l1"},
        {"weight_norm": None, "goal": "ltr"},
        {"players": "groups"},
        {"engine": "autograd", "max_epochs": 4},
    ],
    ids=str,
)
def test_scikit_learns_check_with_full_batches_and_no_dropout(check, changed):
    options = {"dropout": 0.0, "batch_size": 10_000, "bargain_epochs": 3, "max_epochs": 8}
    check("WithValidationSet", WithValidationSet(**{**options, **changed}))


def data(n=60):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(n, 30)), rng.integers(0, 3, n)
    weight = rng.integers(0, 2, n).astype(float)
    return X, y, weight


def test_rows_without_weight_have_no_effect_whatever():
    # With dropout and minibatches, to the bit: the rows are not there.
    X, y, weight = data()
    kept = weight > 0
    clf = WithValidationSet(bargain_epochs=2, max_epochs=4, batch_size=8, random_state=0)
    weighted = clf.fit(X, y, sample_weight=weight).predict_proba(X)
    influence = clf.sample_influence_
    without = clf.fit(X[kept], y[kept]).predict_proba(X)
    np.testing.assert_array_equal(weighted, without)
    np.testing.assert_array_equal(influence[kept], clf.sample_influence_)
    np.testing.assert_array_equal(influence[~kept], 0)
    # Nor does a class of which no row has a weight exist.
    y = np.where(kept, y, 7)
    assert clf.fit(X, y, sample_weight=weight).classes_.tolist() == [0, 1, 2]


def test_weights_of_one_change_nothing_and_larger_ones_do():
    X, y, _ = data()
    clf = WithValidationSet(bargain_epochs=2, max_epochs=4, batch_size=8, random_state=0)
    plain = clf.fit(X, y).predict_proba(X)
    ones = clf.fit(X, y, sample_weight=np.ones(60)).predict_proba(X)
    np.testing.assert_allclose(ones, plain, rtol=1e-9)
    weight = np.where(y == 1, 10.0, 1.0)
    heavier = clf.fit(X, y, sample_weight=weight).predict_proba(X)
    assert heavier[:, 1].mean() > plain[:, 1].mean()


def test_influence_is_that_of_all_copies():
    X, y, _ = data(20)
    clf = WithValidationSet(dropout=0.0, batch_size=99, max_epochs=1, random_state=0)
    once = clf.fit(X, y).sample_influence_
    weight = np.r_[3.0, np.ones(19)]
    thrice = clf.fit(X, y, sample_weight=weight).sample_influence_
    np.testing.assert_allclose(thrice[0], 3 * once[0])
    np.testing.assert_allclose(thrice[1:], once[1:])


def test_the_training_loss_is_that_of_all_copies():
    X, y, _ = data(20)
    clf = WithValidationSet(dropout=0.0, batch_size=99, max_epochs=2, random_state=0)
    weight = np.r_[7, np.ones(19, dtype=int)]
    weighted = clf.fit(X, y, sample_weight=weight).history_
    copies = clf.fit(np.repeat(X, weight, axis=0), np.repeat(y, weight)).history_
    for row, expected in zip(weighted, copies, strict=True):
        assert row["train_loss"] == pytest.approx(expected["train_loss"])


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (
            np.zeros(60),
            "^Sample weights must contain at least one non-zero number.$",
        ),
        (-np.ones(60), "^Negative values in data passed to `sample_weight`.$"),
        (np.ones(59), r"^sample_weight.shape == \(59,\), expected \(60,\)!$"),
    ],
)
def test_bad_weights_are_refused(weight, message):
    X, y, _ = data()
    with pytest.raises(ValueError, match=message):
        WithValidationSet().fit(X, y, sample_weight=weight)
