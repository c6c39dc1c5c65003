"""Searches over the estimator's parameters, and what else is built around a classifier."""

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    HalvingGridSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_predict,
    learning_curve,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import FORML, LtR, MetaGDRO, Nash, NashMetaClassifier, Protocol
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.metrics import get_scorer, worst_group_auc
from skfairbargain.model_selection import balanced_validation_split


class Softmax(Protocol):
    """A goal with a parameter to search over."""

    def __init__(self, temperature=1.0):
        self.temperature = temperature

    def weights(self, step):
        odds = np.exp((step.losses - step.losses.max()) / self.temperature)
        return odds / odds.sum()


@pytest.fixture(scope="module")
def diabetes():
    data = load_diabetes_progression()
    X, X_val, y, y_val, sex, sex_val = balanced_validation_split(
        data.data, data.target, data.sensitive["sex"], random_state=0
    )
    return X, y, {"X_val": X_val, "y_val": y_val, "groups_val": sex_val}, sex


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def pipeline(**options):
    options = {"max_epochs": 2, "bargain_epochs": 1, "hidden_layer_sizes": (8,), **options}
    clf = NashMetaClassifier(**{"random_state": 0, **options})
    return Pipeline([("scale", StandardScaler()), ("clf", clf)], transform_input=["X_val"])


GRIDS = {
    "stages and steps": {"clf__bargain_epochs": [0, 1], "clf__meta_lr": [0.5, 2.0]},
    "goals": {"clf__goal": ["ltr", "meta_gdro", FORML()]},
    "parameter of a goal": {
        "clf__goal": [Softmax()],
        "clf__goal__temperature": [0.1, 10],
        # One epoch of the goal changes scores, but not always their order.
        "clf__max_epochs": [6],
    },
    "parameter of a bargain": {
        "clf__bargaining": [Nash()],
        "clf__bargaining__feasible": ["ball", "weights"],
        "clf__anchor": [0.0, 0.5],
    },
}


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_grid_search_reaches_nested_parameters(diabetes, grid):
    X, y, validation, sex = diabetes
    search = GridSearchCV(
        pipeline(),
        grid,
        cv=2,
        scoring=get_scorer("worst_group_auc"),
        error_score="raise",
        return_train_score=False,
    ).fit(X, y, **validation, sensitive_features=sex)
    folds = list(StratifiedKFold(2).split(X, y))
    scores = np.stack([search.cv_results_[f"split{i}_test_score"] for i in (0, 1)], axis=1)
    for parameters, row in zip(search.cv_results_["params"], scores, strict=True):
        for (train, test), score in zip(folds, row, strict=True):
            model = clone(pipeline()).set_params(**clone(parameters, safe=False))
            model.fit(X.iloc[train], y.iloc[train], **validation)
            assert score == worst_group_auc(
                y.iloc[test],
                model.decision_function(X.iloc[test]),
                sensitive_features=sex.iloc[test],
            )
    # The parameters make a difference, so the search has something to choose from.
    assert len({tuple(row) for row in scores}) > 1
    refitted = clone(pipeline()).set_params(**search.best_params_).fit(X, y, **validation)
    np.testing.assert_array_equal(search.predict_proba(X), refitted.predict_proba(X))


def test_nested_parameters_by_name_alone():
    """`goal__temperature` needs an object: a name such as "meta_gdro" has no parameters."""
    clf = NashMetaClassifier(Softmax(), Nash())
    clf.set_params(goal__temperature=3.0, bargaining__feasible="ball")
    assert (clf.goal, clf.bargaining) == (Softmax(3.0), Nash("ball"))
    assert clone(clf).goal is not clf.goal
    assert NashMetaClassifier().set_params(goal=LtR()).goal == LtR() != MetaGDRO()


def test_halving_over_epochs(diabetes):
    X, y, validation, _ = diabetes
    search = HalvingGridSearchCV(
        pipeline(),
        {"clf__lr": [1e-6, 0.01, 0.02]},
        resource="clf__max_epochs",
        min_resources=2,
        max_resources=6,
        cv=2,
        scoring="roc_auc",
        error_score="raise",
        random_state=0,
    ).fit(X, y, **validation)
    assert search.n_resources_ == [2, 6]
    assert search.best_params_["clf__max_epochs"] == search.best_estimator_[-1].n_iter_ == 6
    assert search.best_params_["clf__lr"] > 1e-6


def test_calibration(diabetes):
    X, y, validation, _ = diabetes
    model = CalibratedClassifierCV(pipeline(), cv=2).fit(X, y, **validation)
    assert [c.estimator[-1].groups_ for c in model.calibrated_classifiers_] == [
        ["sex=1", "sex=2"]
    ] * 2
    for (train, _), calibrated in zip(
        StratifiedKFold(2).split(X, y), model.calibrated_classifiers_, strict=True
    ):
        alone = pipeline().fit(X.iloc[train], y.iloc[train], **validation)
        np.testing.assert_array_equal(
            calibrated.estimator.decision_function(X), alone.decision_function(X)
        )
    assert model.score(X, y) > 0.6


def test_voting(diabetes):
    X, y, validation, _ = diabetes
    names = ["ltr", "forml"]
    votes = VotingClassifier([(n, pipeline(goal=n)) for n in names], voting="soft")
    votes.fit(X, y, **validation)
    alone = [pipeline(goal=n).fit(X, y, **validation).predict_proba(X) for n in names]
    np.testing.assert_allclose(votes.predict_proba(X), np.mean(alone, axis=0), rtol=1e-12)
    mixed = VotingClassifier(
        [("nash", pipeline()), ("linear", LogisticRegression(max_iter=10_000))],
        voting="soft",
    )
    assert mixed.fit(X, y, **validation).score(X, y) > 0.6


def test_threshold_tuned_to_the_worst_group(diabetes):
    X, y, validation, sex = diabetes
    # The search cuts thresholds out of the scorer's metric, so groups come as metadata.
    scorer = get_scorer("worst_group_accuracy_score")
    tuned = TunedThresholdClassifierCV(pipeline(max_epochs=4), scoring=scorer, cv=2)
    tuned.fit(X, y, **validation, sensitive_features=sex)
    assert tuned.best_score_ > 0.5
    fixed = FixedThresholdClassifier(
        pipeline(max_epochs=4), threshold=tuned.best_threshold_
    ).fit(X, y, **validation)
    np.testing.assert_array_equal(tuned.predict(X), fixed.predict(X))


def test_permutation_importance_finds_what_the_labels_depend_on(diabetes):
    X, y, validation, _ = diabetes
    model = pipeline(max_epochs=15, lr=0.02).fit(X, y, **validation)
    result = permutation_importance(
        model, X, y, scoring="roc_auc", n_repeats=3, random_state=0
    )
    strongest = X.columns[result.importances_mean.argsort()[-2:]]
    assert set(strongest) == {"bmi", "s5"}  # as in the literature on these data


def test_predictions_of_every_fold(diabetes):
    X, y, validation, _ = diabetes
    got = cross_val_predict(
        pipeline(), X, y, cv=3, method="predict_proba", params=validation
    )
    for train, test in StratifiedKFold(3).split(X, y):
        model = pipeline().fit(X.iloc[train], y.iloc[train], **validation)
        np.testing.assert_array_equal(got[test], model.predict_proba(X.iloc[test]))


def test_learning_curve(diabetes):
    X, y, validation, sex = diabetes
    sizes, _, scores = learning_curve(
        pipeline(max_epochs=10, lr=0.02),
        X,
        y,
        cv=2,
        train_sizes=[40, 189],
        scoring=get_scorer("worst_group_auc"),
        params={**validation, "sensitive_features": sex},
        shuffle=True,
        random_state=0,
    )
    assert sizes.tolist() == [40, 189]
    assert scores.shape == (2, 2)
    assert scores[1].mean() > scores[0].mean() > 0.5
