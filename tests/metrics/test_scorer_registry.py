import re
import subprocess
import sys

import numpy as np
import pytest
import sklearn
import sklearn.metrics
from sklearn.datasets import load_diabetes
from sklearn.feature_selection import SequentialFeatureSelector
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import (
    GridSearchCV,
    TunedThresholdClassifierCV,
    cross_val_score,
    cross_validate,
    learning_curve,
)

from skfairbargain.metrics import (
    get_scorer,
    get_scorer_names,
    make_group_scorer,
    register_scorers,
    unregister_scorers,
)

NAME = "worst_group_auc"
SEX = "sex"


@pytest.fixture(scope="module")
def diabetes():
    X, target = load_diabetes(return_X_y=True, as_frame=True)
    return X[["bmi", "s5", SEX]], (target > 140).astype(int)


@pytest.fixture(autouse=True)
def unregistered():
    yield
    unregister_scorers()


def search(scoring):
    grid = {"C": [1e-3, 1]}
    return GridSearchCV(LogisticRegression(), grid, scoring=scoring, error_score="raise")


def test_a_name_is_unknown_until_registered_and_after(diabetes):
    refused = pytest.raises(ValueError, match=r"^The 'scoring' parameter of ")
    before = sklearn.metrics.get_scorer_names()
    with refused:
        search(NAME).fit(*diabetes)
    for _ in range(2):  # the second time, nothing is left of the first
        register_scorers(sensitive_features=SEX)
        register_scorers(sensitive_features=SEX)
        assert set(sklearn.metrics.get_scorer_names()) == {*before, *get_scorer_names()}
        found = search(NAME).fit(*diabetes)
        expected = search(make_group_scorer(NAME, SEX)).fit(*diabetes)
        assert found.best_score_ == expected.best_score_
        unregister_scorers()
        unregister_scorers()
        assert sklearn.metrics.get_scorer_names() == before
        with refused:
            search(NAME).fit(*diabetes)
        with refused:
            cross_validate(LogisticRegression(), *diabetes, scoring=NAME)


def test_names_work_wherever_sklearn_takes_one(diabetes):
    X, y = diabetes
    register_scorers(sensitive_features=SEX)
    model, scorer = LogisticRegression(), make_group_scorer(NAME, SEX)
    for scoring in (NAME, [NAME, "roc_auc"], {NAME: NAME}):
        result = cross_validate(model, X, y, scoring=scoring)
        name = "score" if scoring == NAME else NAME
        expected = cross_val_score(model, X, y, scoring=scorer)
        np.testing.assert_array_equal(result[f"test_{name}"], expected)
    model.fit(X, y)
    assert sklearn.metrics.get_scorer(NAME)(model, X, y) == scorer(model, X, y)
    permutation_importance(model, X, y, scoring=NAME, n_repeats=2)
    learning_curve(model, X, y, scoring=NAME, train_sizes=[0.5])
    estimators = SequentialFeatureSelector, LogisticRegressionCV, TunedThresholdClassifierCV
    for estimator in estimators:
        options = [str(item) for item in estimator._parameter_constraints["scoring"]]
        assert any(NAME in item for item in options)


def test_registered_name_takes_metadata(diabetes):
    X, y = diabetes
    register_scorers()
    with sklearn.config_context(enable_metadata_routing=True):
        found = search(NAME).fit(X, y, sensitive_features=X[SEX])
    expected = search(make_group_scorer(NAME, SEX)).fit(X, y)
    assert found.best_score_ == expected.best_score_


def test_registered_name_without_groups_says_what_to_do(diabetes):
    register_scorers()
    message = (
        "The scorer 'worst_group_auc' needs the group of each row. Got none. Name their "
        "column, as in make_group_scorer('worst_group_auc', sensitive_features='sex'), or "
        "enable metadata routing with sklearn.set_config(enable_metadata_routing=True) and "
        "pass sensitive_features."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        search(NAME).fit(*diabetes)


def test_workers_need_no_registry(diabetes):
    X, y = diabetes
    register_scorers(sensitive_features=SEX)
    model = LogisticRegression()
    serial = cross_val_score(model, X, y, scoring=NAME)
    np.testing.assert_array_equal(
        cross_val_score(model, X, y, scoring=NAME, n_jobs=2), serial
    )
    # A search inside another is resolved by the workers, so it is given the scorer itself.
    inner = search(make_group_scorer(NAME, SEX))
    serial = cross_val_score(inner, X, y, scoring=NAME)
    np.testing.assert_array_equal(
        cross_val_score(inner, X, y, scoring=NAME, n_jobs=2), serial
    )
    with sklearn.config_context(enable_metadata_routing=True):
        routed = cross_val_score(
            search(get_scorer(NAME)), X, y, scoring=get_scorer(NAME), n_jobs=2,
            params={"sensitive_features": X[SEX]},
        )  # fmt: skip
    np.testing.assert_array_equal(routed, serial)


def test_importing_registers_nothing_and_late_modules_are_undone_too():
    code = """
import sys
import sklearn.metrics
before = sklearn.metrics.get_scorer_names()
from skfairbargain.metrics import register_scorers, unregister_scorers
assert sklearn.metrics.get_scorer_names() == before
assert "sklearn.feature_selection._sequential" not in sys.modules
register_scorers()
from sklearn.feature_selection import SequentialFeatureSelector
names = SequentialFeatureSelector._parameter_constraints["scoring"][1].options
assert "worst_group_auc" in names
unregister_scorers()
assert set(names) == set(before) == set(sklearn.metrics.get_scorer_names())
"""
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert child.returncode == 0, child.stderr
