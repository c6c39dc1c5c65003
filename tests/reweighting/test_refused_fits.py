"""A refused or failed training leaves the reweighted model that was there, to the bit."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

from skfairbargain import ReweightedClassifier
from tests.small_model import VALIDATION, X, Y, make_classifier
from tests.test_refused_fits import NAMED, NAMES, ONE_LABEL, Returning, Unchanged, train


class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, X, y, sample_weight=None):
        raise RuntimeError("the estimator's")

    def predict_proba(self, X):
        return np.zeros((len(X), 2))


def weigher(**changed):
    return make_classifier(max_epochs=1, bargain_epochs=0, **changed)


VOTE = "`estimator` should have `predict_proba`, to vote with the weigher."
REWEIGHTED = {
    "X of other columns": ({}, {"X": NAMED.iloc[:, :4]}, "X has 5 features, but Reweighted"
                           "Classifier is expecting 4 features as input"),
    "y of another length": ({}, {"y": Y[:9]}, "inconsistent numbers of samples"),
    "y of one class": ({}, {"y": np.zeros(120)}, "`y` should have 2 classes or more"),
    "y of other classes": ({}, {"y": Y + 5}, "`y_val` should have no other classes"),
    "no y_val": ({}, {"y_val": None}, "`y_val` should be given with `X_val`. Got None."),
    "a group of one label": (
        {}, {name: values[4:] for name, values in VALIDATION.items()}, ONE_LABEL
    ),
    "sample_weight zero": (
        {}, {"sample_weight": np.zeros(120)},
        "Sample weights must contain at least one non-zero number.",
    ),
    "parameter out of range": (
        {"audit_share": 1.0}, {}, "The 'audit_share' parameter of ReweightedClassifier must"
    ),
    "weigher refused": ({"weigher": weigher(goal="fair")}, {}, "A protocol should be one"),
    "weigher's module": (
        {"weigher": weigher(module=nn.Linear(5, 3))}, {}, "one per class. Got shape (3, 3)."
    ),
    "weights of zero": (
        {"weigher": weigher(goal=Returning(None), bargaining=None, anchor=0.0)}, {},
        "The learned weights should leave rows of every class. Those of the classes [0, 1] "
        "are all zero. Set the weigher's `anchor` above 0.",
    ),
    "estimator without weights": (
        {"estimator": KNeighborsClassifier()}, {},
        "`estimator` should take `sample_weight` in fit",
    ),
    "estimator without votes": ({"estimator": RidgeClassifier()}, {}, VOTE),
    "estimator fails": ({"estimator": Failing()}, {}, "the estimator's"),
}  # fmt: skip


@NAMES
@pytest.mark.filterwarnings("ignore:.* steps were skipped")
@pytest.mark.parametrize(
    ("params", "inputs", "message"), REWEIGHTED.values(), ids=REWEIGHTED
)
def test_a_refused_fit_leaves_a_reweighted_model(params, inputs, message):
    clf = ReweightedClassifier(
        LogisticRegression(), weigher(), random_state=np.random.RandomState(3)
    )
    clf.fit(X, Y, **VALIDATION)
    with Unchanged(clf):
        clf.set_params(**params)
        with pytest.raises(Exception, match=re.escape(message)):
            train(clf, "fit", **inputs)


def test_a_reweighted_refit_takes_everything_anew():
    clf = ReweightedClassifier(LogisticRegression(), weigher())
    val = {**VALIDATION, "X_val": pd.DataFrame(VALIDATION["X_val"], columns=list("abcde"))}
    clf.fit(NAMED, Y, **val)
    assert clf.feature_names_in_.tolist() == list("abcde")
    clf.fit(X[:, :4], Y, **{**VALIDATION, "X_val": VALIDATION["X_val"][:, :4]})
    assert clf.n_features_in_ == 4
    assert not hasattr(clf, "feature_names_in_")
