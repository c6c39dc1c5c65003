"""A network that predicts the same for all rows, or no better than guessing, says so."""

import re

import numpy as np
import pytest

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.exceptions import ConstantPredictionWarning
from skfairbargain.model_selection import balanced_validation_split
from tests.small_model import VALIDATION, X, Y, make_classifier

SAME = (
    "The predictions are the same for all rows: their probabilities differ by less than "
    "0.001. "
)
FLAT = (
    "All columns of `X` are constant among the rows trained on, so the predictions are the "
    "same for all rows. Pass columns that vary."
)


def warns(message):
    return pytest.warns(ConstantPredictionWarning, match=f"^{re.escape(message)}$")


@pytest.mark.filterwarnings("ignore::skfairbargain.exceptions.NoAgreementWarning")
def test_raw_columns_without_standardization():
    diabetes = load_diabetes_progression()
    X, X_val, y, y_val, _, sex_val = balanced_validation_split(
        diabetes.data, diabetes.target, diabetes.sensitive["sex"], per_cell=10,
        random_state=0,
    )  # fmt: skip
    clf = NashMetaClassifier(standardize=False, random_state=0)
    with warns(f"{SAME}Set standardize=True, or scale the features; or change `lr`."):
        clf.fit(X, y, X_val=X_val, y_val=y_val, groups_val=sex_val)


def test_a_network_that_weight_decay_empties():
    clf = make_classifier(weight_decay=20.0, lr=0.01, max_epochs=30, bargaining=None)
    message = "Change `lr`, or train for more epochs; or the features say nothing of `y`."
    with warns(f"{SAME}{message}"):
        clf.fit(X, Y, **VALIDATION)


@pytest.mark.filterwarnings("ignore::skfairbargain.exceptions.NoAgreementWarning")
def test_constant_columns_are_named_as_the_reason():
    given = {**VALIDATION, "X_val": np.full((16, 5), 0.1)}
    with warns(FLAT) as caught:
        make_classifier().fit(np.full(X.shape, 0.1), Y, **given)
    assert caught[0].filename == __file__


def test_a_learning_rate_that_changes_nothing():
    message = (
        r"^Training ended where guessing is: the losses of the training and validation "
        r"rows are 0\.\d+ and 0\.\d+, and that of equal probabilities is 0\.693\. Change "
        r"`lr`, or train for more epochs; or the features say nothing of `y`\.$"
    )
    # With this seed the start is worse than guessing.
    clf = make_classifier(lr=1e-12, max_epochs=10, random_state=3)
    with pytest.warns(ConstantPredictionWarning, match=message):
        clf.fit(X, Y, **VALIDATION)


@pytest.mark.parametrize("max_epochs", [1, 20])
def test_rare_classes_that_are_told_apart_are_no_fault(max_epochs):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2000, 5))
    y = (np.arange(2000) < 40).astype(int)
    rows[y == 1] += 4
    clf = NashMetaClassifier(max_epochs=max_epochs, random_state=0, lr=0.01).fit(rows, y)
    assert len(np.unique(clf.predict_proba(rows))) > 100
