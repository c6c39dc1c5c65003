import copy
import inspect
import pickle
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skfairbargain import metrics
from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.metrics import get_scorer, get_scorer_names, make_group_scorer

NAMES = get_scorer_names()
SOME = ["worst_group_auc", "neg_max_group_auc_disparity", "neg_equalized_odds_difference",
        "neg_worst_group_log_loss", "overall_auc"]  # fmt: skip
NO_GROUPS = (
    "The scorer 'worst_group_auc' needs the group of each row. Got none. Name their "
    "column, as in make_group_scorer('worst_group_auc', sensitive_features='sex'), or "
    "enable metadata routing with sklearn.set_config(enable_metadata_routing=True) and "
    "pass sensitive_features."
)


@pytest.fixture(scope="module")
def diabetes():
    X, target = load_diabetes(return_X_y=True, as_frame=True)
    X["sex"] = np.where(X["sex"] > 0, "B", "A")
    return X, np.where(target > 140, "yes", "no")


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def model():
    """A pipeline that does not let the model see the column that the scorer reads."""
    columns = make_column_transformer((StandardScaler(), ["bmi", "s5", "bp"]))
    return make_pipeline(columns, LogisticRegression())


def by_hand(X, y, name, cv=5):
    """Scores of each fold, computed with the metric alone."""
    sign, metric = (-1, name[4:]) if name.startswith("neg_") else (1, name)
    scores = []
    for train, test in StratifiedKFold(cv).split(X, y):
        fitted = model().fit(X.iloc[train], y[train])
        output = fitted.predict_proba(X.iloc[test])
        if "odds" in name:
            output = fitted.predict(X.iloc[test])
        value = getattr(metrics, metric)(
            y[test], output, sensitive_features=X["sex"].iloc[test]
        )
        scores.append(sign * value)
    return scores


def test_names_tell_the_sign():
    for name in NAMES:
        lower_is_better = re.search("(_disparity|_difference|_loss)$", name) is not None
        assert name.startswith("neg_") == lower_is_better
        assert name.removeprefix("neg_") in metrics.__all__
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_scorer_is_the_signed_metric(diabetes, name):
    X, y = diabetes
    fitted = model().fit(X, y)
    sign, metric = (-1, name[4:]) if name.startswith("neg_") else (1, name)
    read = list(inspect.signature(getattr(metrics, metric)).parameters)[1]
    respond = {"y_pred": "predict", "y_score": "decision_function"}
    output = getattr(fitted, respond.get(read, "predict_proba"))(X)
    weight = np.random.default_rng(0).uniform(size=len(y))
    expected = sign * getattr(metrics, metric)(
        y, output, sensitive_features=X["sex"], sample_weight=weight
    )
    score = get_scorer(name)(
        fitted, X, y, sensitive_features=X["sex"], sample_weight=weight
    )
    assert score == pytest.approx(expected, abs=1e-15)
    scorer = make_group_scorer(name, sensitive_features="sex")
    assert scorer(fitted, X, y, sample_weight=weight) == score


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_cross_validate_with_a_column(diabetes, n_jobs):
    X, y = diabetes
    scoring = {name: make_group_scorer(name, sensitive_features="sex") for name in SOME}
    result = cross_validate(model(), X, y, scoring=scoring, cv=5, n_jobs=n_jobs)
    for name in SOME:
        assert result[f"test_{name}"] == pytest.approx(by_hand(X, y, name), abs=1e-12)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.usefixtures("routing")
def test_cross_validate_with_routing(diabetes, n_jobs):
    X, y = diabetes
    scoring = {name: get_scorer(name) for name in SOME} | {"accuracy": "accuracy"}
    params = {"sensitive_features": X["sex"]}
    result = cross_validate(
        model(), X, y, scoring=scoring, cv=5, params=params, n_jobs=n_jobs
    )
    for name in SOME:
        assert result[f"test_{name}"] == pytest.approx(by_hand(X, y, name), abs=1e-12)


def search(scoring, **parameters):
    grid = {"logisticregression__C": [1e-3, 1]}
    return GridSearchCV(model(), grid, scoring=scoring, error_score="raise", **parameters)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_search_with_a_column(diabetes, n_jobs):
    X, y = diabetes
    found = search(make_group_scorer("worst_group_auc", "sex"), n_jobs=n_jobs).fit(X, y)
    expected = np.mean(by_hand(X, y, "worst_group_auc"))
    assert found.cv_results_["mean_test_score"][1] == pytest.approx(expected, abs=1e-12)
    auc = metrics.worst_group_auc(y, found.predict_proba(X), sensitive_features=X["sex"])
    assert found.score(X, y) == auc
    assert repr(clone(found).scoring) == repr(found.scoring)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.usefixtures("routing")
def test_search_with_routing(diabetes, n_jobs):
    X, y = diabetes
    scoring = {name: get_scorer(name) for name in SOME}
    found = search(scoring, refit="worst_group_auc", n_jobs=n_jobs)
    found.fit(X, y, sensitive_features=X["sex"])
    for name in SOME:
        score = found.cv_results_[f"mean_test_{name}"][1]
        assert score == pytest.approx(np.mean(by_hand(X, y, name)), abs=1e-12)
    auc = metrics.worst_group_auc(y, found.predict_proba(X), sensitive_features=X["sex"])
    assert found.score(X, y, sensitive_features=X["sex"]) == auc


@pytest.mark.usefixtures("routing")
def test_requests_can_be_changed(diabetes):
    X, y = diabetes
    scorer = get_scorer("worst_group_auc")
    assert scorer.set_score_request(sample_weight="w", sensitive_features="sex") is scorer
    weight = np.random.default_rng(0).uniform(size=len(y))
    params = {"w": weight, "sex": X["sex"]}
    weighted = cross_val_score(model(), X, y, scoring=scorer, params=params)
    params["w"] = weight > 0.5
    assert (cross_val_score(model(), X, y, scoring=scorer, params=params) != weighted).all()
    message = (
        "A group scorer takes 'sample_weight' and 'sensitive_features'. Got a request for "
        "'groups'."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        scorer.set_score_request(groups=True)


@pytest.mark.usefixtures("routing")
def test_threshold_can_be_tuned_for_a_group_metric(diabetes):
    X, y = diabetes
    scorer = get_scorer("worst_group_balanced_accuracy_score")
    tuned = TunedThresholdClassifierCV(model(), scoring=scorer, thresholds=20)
    tuned.fit(X, y, sensitive_features=X["sex"])
    assert 0 < tuned.best_threshold_ < 1
    assert tuned.best_score_ > 0.6


def test_several_columns_a_function_an_array_and_sparse_columns(diabetes):
    X, y = diabetes
    fitted = model().fit(X, y)
    X["old"] = X["age"] > 0
    both = metrics.worst_group_auc(
        y, fitted.predict_proba(X), sensitive_features=X[["sex", "old"]]
    )
    scorer = make_group_scorer("worst_group_auc", sensitive_features=["sex", "old"])
    assert scorer(fitted, X, y) == both
    scorer = make_group_scorer("worst_group_auc", lambda X: X[["sex", "old"]])
    assert scorer(fitted, X, y) == both
    values = X[["bmi", "old"]].to_numpy(float)
    fitted = LogisticRegression().fit(values, y)
    expected = metrics.worst_group_auc(
        y, fitted.predict_proba(values), sensitive_features=X["old"]
    )
    sparse = csr_array(values)
    for data in (values, values.tolist(), sparse):
        assert make_group_scorer("worst_group_auc", [1])(fitted, data, y) == expected
    assert make_group_scorer("worst_group_auc", 1)(fitted, values, y) == expected


def test_margins_and_three_classes():
    X, y = load_wine(return_X_y=True)
    groups = X[:, 1] > 1.8
    fitted = LinearSVC().fit(X / X.std(axis=0), y)
    score = get_scorer("worst_group_auc")(
        fitted, X / X.std(axis=0), y, sensitive_features=groups
    )
    margins = fitted.decision_function(X / X.std(axis=0))
    assert score == metrics.worst_group_auc(y, margins, sensitive_features=groups)
    message = (
        "The scorer 'neg_worst_group_log_loss' needs an estimator with predict_proba. "
        "LinearSVC has none."
    )
    with pytest.raises(AttributeError, match=f"^{re.escape(message)}$"):
        get_scorer("neg_worst_group_log_loss")(fitted, X, y, sensitive_features=groups)


@pytest.mark.filterwarnings("ignore:Group 'B' has no positive sample:UserWarning")
def test_folds_that_lack_a_label(diabetes):
    X, y = diabetes
    fitted = model().fit(X, y)
    rows = (y == "no") | (X["sex"] == "A")
    with pytest.raises(
        UndefinedGroupError, match=r"^Group 'B' has no positive sample, so "
    ):
        make_group_scorer("worst_group_auc", "sex")(fitted, X[rows], y[rows])
    scorer = make_group_scorer("worst_group_auc", "sex", undefined="warn")
    rows_of_a = X["sex"] == "A"
    expected = make_group_scorer("worst_group_auc", "sex")(
        fitted, X[rows_of_a], y[rows_of_a]
    )
    assert scorer(fitted, X[rows], y[rows]) == expected
    # The classes are the model's, so that one label in all rows is no riddle.
    rows = (y == "no") & (fitted.predict(X) == "no")
    selected = make_group_scorer("worst_group_selection_rate_score", "sex")
    assert selected(fitted, X[rows], y[rows]) == 0
    loss = -make_group_scorer("neg_worst_group_log_loss", "sex")(fitted, X[rows], y[rows])
    losses = pd.Series(-np.log(fitted.predict_proba(X[rows])[:, 0]), X.index[rows])
    assert loss == pytest.approx(losses.groupby(X["sex"]).mean().max())


def test_pickle_and_copy(diabetes):
    X, y = diabetes
    fitted = model().fit(X, y)
    for name in ("neg_demographic_parity_difference", "demographic_parity_ratio"):
        scorer = make_group_scorer(name, "sex", pos_label="no")
        for other in (pickle.loads(pickle.dumps(scorer)), copy.deepcopy(scorer)):
            assert other(fitted, X, y) == scorer(fitted, X, y)
            assert repr(other) == repr(scorer)
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer))"
    child = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps(scorer),
        capture_output=True,
        timeout=60,
    )
    assert child.stdout.decode().strip() == (
        "make_group_scorer('demographic_parity_ratio', sensitive_features='sex', "
        "undefined='raise', pos_label='no')"
    )


def test_unknown_names_are_explained():
    for name, message in {
        "max_group_auc_disparity": "'max_group_auc_disparity' is better when lower, and a "
        "scorer better when higher. Ask for 'neg_max_group_auc_disparity'.",
        "worst_auc": "There is no group scorer named 'worst_auc'. Did you mean "
        "'worst_group_auc' or 'overall_auc'? get_scorer_names() lists them.",
        "zzz": "There is no group scorer named 'zzz'. get_scorer_names() lists them.",
    }.items():
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            get_scorer(name)
    message = (
        "'worst_group_auc' has no parameter 'pos_label'. It has ['sensitive_features', "
        "'sample_weight', 'undefined', 'labels']."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_group_scorer("worst_group_auc", pos_label="yes")


def test_missing_groups_are_explained(diabetes):
    X, y = diabetes
    fitted = model().fit(X, y)
    with pytest.raises(ValueError, match=f"^{re.escape(NO_GROUPS)}$"):
        get_scorer("worst_group_auc")(fitted, X, y)
    message = (
        f"X should have the column 'race' of sensitive_features. It has {list(X.columns)}. "
        "A scorer gets X as it is before a pipeline's steps."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_group_scorer("worst_group_auc", "race")(fitted, X, y)
    message = (
        "X should be a DataFrame with the column 'sex' of sensitive_features. Got ndarray. "
        "Pass the number of the column, or a function of X."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_group_scorer("worst_group_auc", "sex")(fitted, X.to_numpy(), y)
    n = X.shape[1]
    message = (
        f"X should have the column {n} of sensitive_features. It has {n} columns. A scorer "
        "gets X as it is before a pipeline's steps."
    )
    for groups in (n, [0, n]):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            make_group_scorer("worst_group_auc", groups)(fitted, X.to_numpy(), y)
