"""Estimator and weigher may be pipelines or searches, or be inside one."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import ReweightedClassifier
from tests.reweighting._shared import Recorder, alone, network

# Minibatches without a rest, so that every row is in one.
BY_TWENTY = network(batch_size=20)


@pytest.mark.parametrize(
    "weigher",
    [
        make_pipeline(StandardScaler(), BY_TWENTY, transform_input=["X_val"]),
        GridSearchCV(BY_TWENTY, {"anchor": [0.5]}, cv=2, error_score="raise"),
    ],
)
def test_weights_reach_the_network_in_a_pipeline_or_a_search(made, weigher):
    X, y, audit = made
    weight = np.arange(400) % 2
    clf = alone(Recorder(), weigher)
    clf.fit(X, y, **audit, sample_weight=weight)
    np.testing.assert_array_equal(clf.sample_weight_ > 0, weight > 0)
    pd.testing.assert_index_equal(clf.estimator_.given_[0].columns, X.columns)
    voting = ReweightedClassifier(LogisticRegression(), weigher).fit(X, y, **audit)
    parts = voting.estimator_.predict_proba(X), voting.weigher_.predict_proba(X)
    np.testing.assert_allclose(voting.predict_proba(X), sum(parts) / 2, rtol=1e-12)


def test_the_weigher_may_choose_columns_by_name(made):
    X, y, audit = made
    columns = make_column_transformer((StandardScaler(), ["x0", "x1"]))
    weigher = make_pipeline(columns, network(), transform_input=["X_val"])
    clf = alone(Recorder(), weigher).fit(X, y, **audit)
    assert clf.weigher_[-1].n_features_in_ == 2
    pd.testing.assert_index_equal(clf.estimator_.given_[0].columns, X.columns)


def test_the_estimator_may_be_a_pipeline_or_a_search(made):
    X, y, audit = made
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    clf = ReweightedClassifier(pipeline, network()).fit(X, y, **audit)
    rows, labels, weight = alone(Recorder(), network()).fit(X, y, **audit).estimator_.given_
    by_hand = LogisticRegression().fit(
        StandardScaler().fit_transform(rows), labels, sample_weight=weight
    )
    np.testing.assert_allclose(clf.estimator_[-1].coef_, by_hand.coef_, rtol=1e-6)
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2)
    with sklearn.config_context(enable_metadata_routing=True):
        clf = ReweightedClassifier(search, network()).fit(X, y, **audit)
    assert clf.predict_proba(X).shape == (400, 2)


def test_a_search_reaches_both_parts(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network())
    grid = {"audit_share": [0, 0.5], "estimator__C": [1e-4, 1], "weigher__anchor": [0.5]}
    with sklearn.config_context(enable_metadata_routing=True):
        search = GridSearchCV(clf, grid, cv=3, error_score="raise").fit(X, y, **audit)
    assert len(search.cv_results_["mean_test_score"]) == 4
    assert search.best_estimator_.weigher_.anchor == 0.5
