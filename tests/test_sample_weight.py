"""Only ratios of weights count; 2 is like the row twice, 0 like not having it."""

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
        {"bargaining": Nash(feasible="ball")},
        {"players": "groups"},
        {"engine": "autograd", "max_epochs": 4},
    ],
    ids=str,
)
def test_scikit_learns_check_with_full_batches_and_no_dropout(check, changed):
    # With other norms copies lengthen a step and weights, whose mean is 1, do not.
    options = {"dropout": 0.0, "batch_size": 10_000, "bargain_epochs": 3, "max_epochs": 8}
    options = {**options, "weight_norm": "l1", "lr": 0.05, **changed}
    check("WithValidationSet", WithValidationSet(**options))


def change_of_one_step(weight_norm, X, y, weight=None):
    """How far one full-batch step of plain gradient descent moves the logits' weights."""
    clf = WithValidationSet(
        hidden_layer_sizes=(), batch_size=10_000, max_epochs=1, bargaining=None, lr=1e-3,
        weight_norm=weight_norm, momentum=0.0, weight_decay=0.0, standardize=False,
        random_state=0,
    )  # fmt: skip
    start = clf.set_params(lr=1e-300).fit(X, y).decision_function(np.eye(30))
    clf.set_params(lr=1e-3).fit(X, y, sample_weight=weight)
    return clf.decision_function(np.eye(30)) - start


@pytest.mark.parametrize(("weight_norm", "power"), [("l2", 0.5), ("l1", 0), (None, 1)])
def test_what_a_weight_of_two_means_for_each_norm(weight_norm, power):
    # As the docstring says: the direction of copies, and their length over m to a power.
    X, y, _ = data(40)
    weight = rng.integers(1, 5, 40)
    of_copies = change_of_one_step(
        weight_norm, np.repeat(X, weight, axis=0), np.repeat(y, weight)
    )
    of_weights = change_of_one_step(weight_norm, X, y, weight.astype(float))
    length = np.linalg.norm(of_weights) / np.linalg.norm(of_copies)
    assert length == pytest.approx(weight.mean() ** -power, rel=1e-6)
    np.testing.assert_allclose(of_weights, length * of_copies, rtol=1e-6, atol=1e-13)


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


# Survey weights, 1/n, and the ends of float64.
SCALES = [1.0, 1e6, 1e-6, 3000.0, 190_000.0, 1 / 60, 1e300, 1e-300, 5e-324, 1.7e308]


def trained(fit, X, y, **weights):
    """What the model predicts, and what it recorded of the training rows."""
    clf = {
        "fit": WithValidationSet.fit,
        "held out": NashMetaClassifier.fit,
        "partial_fit": lambda clf, *args, **kwargs: clf.partial_fit(
            *args, X_val=X_VAL, y_val=Y_VAL, groups_val=GROUPS_VAL, **kwargs
        ).partial_fit(*args, **kwargs),
    }[fit](
        WithValidationSet(bargain_epochs=2, max_epochs=4, batch_size=8, random_state=0),
        X,
        y,
        **weights,
    )
    return clf.predict_proba(X), clf.cell_influence_, clf.applied_weight_


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("fit", ["fit", "held out", "partial_fit"])
def test_equal_weights_are_no_weights(fit, scale):
    X, y, _ = data()
    plain = trained(fit, X, y)
    equal = trained(fit, X, y, sample_weight=np.full(60, scale))
    for found, expected in zip(equal, plain, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("fit", ["fit", "held out", "partial_fit"])
@pytest.mark.parametrize("scale", SCALES[1:-2])
def test_only_ratios_of_weights_count(fit, scale):
    X, y, _ = data()
    weight = rng.lognormal(size=60)
    weight[:5] = 0
    once = trained(fit, X, y, sample_weight=weight)
    # By a power of two, nothing is rounded.
    power = 2.0 ** np.round(np.log2(scale))
    for found, expected in zip(
        trained(fit, X, y, sample_weight=weight * power), once, strict=True
    ):
        np.testing.assert_array_equal(found, expected)
    for found, expected in zip(
        trained(fit, X, y, sample_weight=weight * scale), once, strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


def test_survey_weights_of_a_large_mean_train_as_well_as_none():
    X = np.random.default_rng(0).normal(size=(1000, 30))
    y = np.digitize(X[:, 0] + X[:, 1], [-0.6, 0.6])
    weight = rng.lognormal(size=1000)
    weight *= 190_000 / weight.mean()
    clf = NashMetaClassifier(lr=0.01, max_epochs=15, bargain_epochs=4, random_state=0)
    plain = clf.fit(X, y).score(X, y)
    assert clf.fit(X, y, sample_weight=weight).score(X, y) > plain - 0.05 > 0.75


# A single row has nearly all the weight, and need not serve all players.
@pytest.mark.filterwarnings("ignore::skfairbargain.NoAgreementWarning")
@pytest.mark.parametrize("weight_norm", ["l2", "l1", None])
def test_weights_of_most_unequal_sizes_give_finite_numbers(weight_norm):
    X, y, _ = data()
    weight = 10.0 ** rng.uniform(-320, 300, 60)
    clf = WithValidationSet(
        bargain_epochs=2,
        max_epochs=4,
        batch_size=8,
        weight_norm=weight_norm,
        standardize=False,
        random_state=0,
    ).fit(X, y, sample_weight=weight)
    assert np.isfinite(clf.predict_proba(X)).all()
    assert np.isfinite(clf.applied_weight_).all()
    assert sum(row["skipped_steps"] for row in clf.history_) == 0


def test_heavier_rows_count_more():
    X, y, _ = data()
    clf = WithValidationSet(bargain_epochs=2, max_epochs=4, batch_size=8, random_state=0)
    plain = clf.fit(X, y).predict_proba(X)
    weight = np.where(y == 1, 10.0, 1.0)
    heavier = clf.fit(X, y, sample_weight=weight).predict_proba(X)
    assert heavier[:, 1].mean() > plain[:, 1].mean()


def test_influence_is_that_of_all_copies():
    X, y, _ = data(20)
    options = {"batch_size": 99, "max_epochs": 1, "random_state": 0}
    # The row's weight would also change how features are standardized.
    clf = WithValidationSet(dropout=0.0, standardize=False, **options)
    once = clf.fit(X, y).sample_influence_
    weight = np.r_[3.0, np.ones(19)]
    thrice = clf.fit(X, y, sample_weight=weight).sample_influence_
    mean = 22 / 20
    np.testing.assert_allclose(thrice[0] * mean, 3 * once[0])
    np.testing.assert_allclose(thrice[1:] * mean, once[1:])


def test_the_training_loss_is_that_of_all_copies():
    X, y, _ = data(20)
    clf = WithValidationSet(dropout=0.0, batch_size=99, max_epochs=2, random_state=0)
    weight = np.r_[7, np.ones(19, dtype=int)]
    weighted = clf.fit(X, y, sample_weight=weight).history_
    copies = clf.fit(np.repeat(X, weight, axis=0), np.repeat(y, weight)).history_
    for row, expected in zip(weighted, copies, strict=True):
        # After a first step whose length differs (see the norms).
        tolerance = 1e-9 if row["epoch"] == 1 else 0.02
        assert row["train_loss"] == pytest.approx(expected["train_loss"], rel=tolerance)


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
