"""A weigher that is trained already is taken as it is, where it matches the data."""

import copy
import re

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import ReweightedClassifier
from tests.reweighting._shared import network


def test_a_trained_weigher_is_not_trained_again(made):
    X, y, audit = made
    seeded = ReweightedClassifier(LogisticRegression(), network()).fit(X, y, **audit)
    trained = network().fit(X, y, **audit)
    before = copy.deepcopy(trained.module_.state_dict())
    clf = ReweightedClassifier(
        LogisticRegression(), FrozenEstimator(trained), random_state=3
    ).fit(X, y, **audit)
    np.testing.assert_array_equal(clf.predict_proba(X), seeded.predict_proba(X))
    assert clf.weigher_.estimator is trained
    for name, now in trained.module_.state_dict().items():
        np.testing.assert_array_equal(before[name], now)


def test_what_a_trained_weigher_was_not_trained_on_is_refused(made):
    X, y, audit = made
    frozen = FrozenEstimator(network().fit(X, y, **audit))
    one_class = {**audit, "groups_val": np.where(audit["y_val"] == 1, "a", "b")}
    for arguments, given, message in (
        ((X[1:], y[1:]), audit, "A `weigher` that is trained already should have been "
         "trained on the rows of `X`. Got weights of 400 rows, and 399 rows. Inside a "
         "cross-validation, where rows change, give one that is not frozen."),
        ((X, y), {**audit, "sample_weight": y + 1.0}, "`sample_weight` should be None "
         "where `weigher` is trained already."),
        ((X, np.where(y == 1, "yes", "no")), audit,
         "`y` should have no other classes than [0, 1]. Got ['no', 'yes'] as well."),
        ((X, y), {**audit, "y_val": 2 * audit["y_val"] - 1},
         "`y_val` should have no other classes than [0, 1]. Got [-1] as well."),
        ((X, y), {**audit, "y_val": None}, "`y_val` should be given with `X_val`."),
        ((X, y), {**audit, "X_val": None}, "`y_val` and `groups_val` describe `X_val`, "
         "which is missing. Pass it, or none of the three."),
        ((X, y), {**audit, "y_val": audit["y_val"][1:]},
         "`X_val` and `y_val` should have the same number of rows. Got 100 and 99."),
        ((X.iloc[:, :4], y), {**audit, "X_val": audit["X_val"].iloc[:, :4]},
         "The feature names should match those that were passed during fit."),
        ((X, y), one_class, "Group 'a' has 51 rows in the validation set, all of"),
    ):  # fmt: skip
        clf = ReweightedClassifier(LogisticRegression(), frozen)
        with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
            clf.fit(*arguments, **given)
    untrained = ReweightedClassifier(LogisticRegression(), FrozenEstimator(network()))
    with pytest.raises(NotFittedError):
        untrained.fit(X, y, **audit)
    in_part = make_pipeline(StandardScaler(), frozen)
    message = "A `weigher` that is trained already should be frozen as a whole."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        ReweightedClassifier(LogisticRegression(), in_part).fit(X, y, **audit)
