"""Fixtures of the displays' tests."""

import numpy as np
import pytest
from matplotlib import pyplot
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.model_selection import balanced_validation_split

pyplot.switch_backend("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def fitted():
    """A fitted estimator, the labels and groups of its rows, and its validation set."""
    made = make_biased_classification(400, random_state=0)
    X, X_val, y, y_val, group, group_val = balanced_validation_split(
        made.data.to_numpy(), made.target, made.sensitive["group"], random_state=0
    )
    clf = NashMetaClassifier(bargain_epochs=2, max_epochs=4, anchor=0.0, random_state=0)
    clf.fit(X, y, X_val=X_val, y_val=y_val, groups_val=group_val)
    return clf, X, y, group


@pytest.fixture(scope="module")
def cancer():
    """Labels, probabilities of two models, and two made-up clinics."""
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    clinic = np.where(X[:, 9] > 0, "north", "south")
    models = {
        "two": LogisticRegression().fit(X[:, :2], y).predict_proba(X[:, :2]),
        "one": LogisticRegression().fit(X[:, 1:2], y).predict_proba(X[:, 1:2]),
    }
    return y, models, clinic
