"""Training that diverges says so once, and no model predicts from NaN without a word."""

import warnings

import numpy as np
import pytest
import torch

from skfairbargain import DivergenceWarning
from skfairbargain._networks._divergence import bounded_logits
from tests.small_model import VALIDATION, X, Y, fit, make_classifier, raises

ADVICE = "Train again with a lower `lr`, or scale the features."
FAR = (
    r"^Training diverged: the training loss of epoch \d+ is {}, and guessing has 0.693. "
    r"Train again with a lower `lr`, or scale the features.$"
)
NUMBER = r"\d\.?\d*(e\+\d+)?"


def train(dtype=np.float64, **changed):
    """A model, and all warnings of its training."""
    given = {**VALIDATION, "X_val": VALIDATION["X_val"].astype(dtype)}
    options = {"max_epochs": 10, **changed}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clf = make_classifier(**options).fit(X.astype(dtype), Y, **given)
    return clf, caught


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "changed",
    [
        *({"lr": lr} for lr in (1.0, 10.0, 1e3, 1e6, 1e12)),
        {"lr": 10.0, "bargaining": None},
        # There is no epoch to go back to.
        {"lr": 1e3, "early_stopping": 2},
        {"lr": 1e6, "early_stopping": 2},
    ],
    ids=str,
)
def test_training_that_diverges_is_told_once(dtype, changed):
    clf, caught = train(dtype, **changed)
    assert [warning.category for warning in caught] == [DivergenceWarning]
    # float64 reaches 1e150 before a step is skipped.
    with pytest.warns(DivergenceWarning, match=FAR.format(f"({NUMBER}|too large.*)")):
        warnings.warn_explicit(caught[0].message, None, "here", 1)
    probabilities = clf.predict_proba(X.astype(dtype))
    assert np.isfinite(probabilities).all()
    assert all(np.isfinite(row["worst_group_loss"]) for row in clf.history_)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"optimizer": "adam"},
        {"weight_norm": "l1"},
        # It overshoots in the end, and goes back to an epoch in which it had not.
        {"early_stopping": 3, "max_epochs": 200, "lr": 0.5, "weight_decay": 0.0},
    ],
    ids=str,
)
def test_training_that_converges_is_not_called_diverged(changed):
    _, caught = train(**changed)
    assert DivergenceWarning not in [warning.category for warning in caught]


def test_labels_of_pure_noise_are_no_divergence():
    rng = np.random.default_rng(0)
    clf = make_classifier(max_epochs=60, hidden_layer_sizes=(64,), weight_decay=0.0)
    clf.fit(rng.normal(size=(200, 5)), rng.integers(0, 2, 200), **VALIDATION)
    assert clf.n_iter_ == 60


def test_parameters_that_are_not_finite_are_an_error_of_fit_and_the_model_stays():
    clf = fit()
    before = clf.predict_proba(X)
    clf.set_params(hidden_layer_sizes=(), lr=1e6, max_epochs=15)
    given = {**VALIDATION, "X_val": VALIDATION["X_val"].astype(np.float32)}
    message = (
        "The network has infinite or NaN values in its parameters ['0.weight'], so it "
        f"cannot predict: its training diverged. {ADVICE}"
    )
    with raises(message):
        clf.fit(X.astype(np.float32), Y, **given)
    np.testing.assert_array_equal(clf.predict_proba(X), before)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_a_model_with_broken_parameters_does_not_predict(method, value):
    clf = fit()
    with torch.no_grad():
        clf.module_[0].weight[0, 0] = value
        clf.module_[-1].bias[1] = value
    bias = f"{len(clf.module_) - 1}.bias"
    message = (
        f"The network has infinite or NaN values in its parameters ['0.weight', '{bias}'], "
        f"so it cannot predict: its training diverged. {ADVICE}"
    )
    with raises(message):
        getattr(clf, method)(X)


def test_rows_whose_logits_are_undefined_are_refused():
    clf = make_classifier(max_epochs=1).fit(
        X.astype(np.float32), Y, VALIDATION["X_val"].astype(np.float32), VALIDATION["y_val"]
    )
    with torch.no_grad():
        clf.module_[-1].weight.copy_(torch.ones(2, 8))
        clf.module_[0].weight.fill_(1e38)
    message = (
        "The network's logits should be finite. Got infinite or NaN ones for 2 of 3 rows: "
        "values of `X` or parameters are too large to compute with in float32. " + ADVICE
    )
    rows = np.array([[1e4] * 5, [-1.0] * 5, [1e4] * 5], dtype=np.float32)
    with raises(message):
        clf.predict_proba(rows)


INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("row", "undefined"),
    [
        ([1.0, INF, 0.0], False),
        ([1.0, -INF, -INF], False),
        ([-INF, INF, -INF], False),
        ([1.0, INF, INF], True),
        ([-INF, -INF, -INF], True),
        ([1.0, NAN, 0.0], True),
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_infinite_logits_serve_where_they_say_which_class_is_largest(row, undefined, dtype):
    logits = torch.tensor([[1.0, 2.0, 3.0], row], dtype=dtype)
    if undefined:
        with pytest.raises(ValueError, match="for 1 of 2 rows"):
            bounded_logits(logits)
        return
    bounded = bounded_logits(logits)
    assert torch.equal(bounded[0], logits[0])
    assert bounded[1].argmax() == logits[1].argmax()
    assert torch.isfinite(bounded[:, 1] - bounded[:, 0]).all()
    assert torch.isfinite(torch.softmax(bounded, dim=1)).all()
