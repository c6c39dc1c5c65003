"""What comes from outside is refused in one sentence: folds, names, probabilities."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import check_grad
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import AuditedClassifier
from skfairbargain.audited._base_models import base_models, fit_base_model
from skfairbargain.audited._mix import _nash, mix_weights

LOGISTIC = [("logistic", LogisticRegression())]


def exactly(message):
    return f"^{re.escape(message)}$"


class Constant(ClassifierMixin, BaseEstimator):
    """Predicts one row of probabilities, whatever X is."""

    classes_ = np.array([0, 1])

    def __init__(self, row=(0.5, 0.5)):
        self.row = row

    def fit(self, X, y):
        return self

    def __sklearn_is_fitted__(self):
        return True

    def predict_proba(self, X):
        return np.tile(self.row, (len(X), 1))


WRONG = {
    (np.nan, np.nan): "nan among them",
    (-0.5, 1.5): "-0.5 among them",
    (0.2, 0.3, 0.5): "shape (160, 3)",
}


@pytest.mark.parametrize("row", WRONG)
@pytest.mark.parametrize("name", ["reference", "mine"])
def test_refuses_what_are_no_probabilities(problem, row, name):
    if name == "reference":
        clf = AuditedClassifier(LOGISTIC, reference=Constant(row))
    else:
        clf = AuditedClassifier([("mine", Constant(row))])
    message = exactly(
        f"{name!r} should predict probabilities of shape (160, 2), a row for each sample "
        f"and a column for each class, from 0 to 1. Got {WRONG[row]}. Mend its "
        "`predict_proba`."
    )
    with pytest.raises(ValueError, match=message):
        clf.fit(problem.X, problem.y, **problem.audited)


@pytest.mark.parametrize("name", ["reference", "logistic_by_group"])
def test_refuses_names_of_its_own_models(problem, name):
    message = exactly(
        "`estimators` should have names other than 'reference', and none that ends in "
        f"'_by_group': models that this classifier makes have these. Got [{name!r}]."
    )
    clf = AuditedClassifier([*LOGISTIC, (name, LogisticRegression())])
    with pytest.raises(ValueError, match=message):
        clf.fit(problem.X, problem.y, **problem.audited)


FOLDS = [
    (
        StratifiedKFold(90),
        "n_splits=90 cannot be greater than the number of members in each class",
    ),
    (GroupKFold(3), "The 'groups' parameter should not be None"),
    (
        [(range(80, 160), [160])],
        "index 160 is out of bounds for axis 0 with size 160",
    ),
]


@pytest.mark.parametrize(("cv", "why"), FOLDS)
def test_refuses_splitters_that_cannot_split_the_audited_rows(problem, cv, why):
    message = exactly(
        "`cv` should split the 160 audited rows into training and test rows. "
        f"{why}. A whole number of folds takes groups and classes of any size."
    )
    with pytest.raises(ValueError, match=message):
        AuditedClassifier(LOGISTIC, cv=cv).fit(problem.X, problem.y, **problem.audited)


@pytest.mark.parametrize(("what", "by"), [("class", "y_val"), ("group", "groups_val")])
def test_refuses_folds_that_leave_out_all_rows_of(problem, what, by):
    order = np.argsort(problem.audited[by], kind="stable")
    codes = np.unique(problem.audited[by], return_inverse=True)[1]
    first = np.bincount(codes)[0]
    audited = {name: np.asarray(value)[order] for name, value in problem.audited.items()}
    cut = [(range(first, 160), range(first)), (range(first), range(first, 160))]
    message = exactly(
        f"`cv` should leave rows of every {what} to learn from. Got a split that leaves "
        f"all rows of a {what} out. Shuffle the rows, as with StratifiedKFold(5, "
        "shuffle=True), or pass a whole number of folds."
    )
    X = np.asarray(problem.X)
    with pytest.raises(ValueError, match=message):
        AuditedClassifier(LOGISTIC, cv=cut).fit(X, problem.y, **audited)


def test_splitters_of_rows_in_order(problem):
    clf = AuditedClassifier(LOGISTIC, cv=KFold(2), random_state=0)
    clf.fit(problem.X, problem.y, **problem.audited)
    assert np.isfinite(clf.predict_proba(problem.X_test)).all()


def test_the_slope_of_nash_is_that_of_its_value():
    apart = np.array([0.7, 0.5, 0.6])
    for values in ([0.5, 0.4, 0.3], [0.8, 0.4, 0.9], [0.7, 0.49, 0.2]):
        values = np.array(values)
        error = check_grad(
            lambda v: _nash(v, apart, 0.03)[0], lambda v: _nash(v, apart, 0.03)[1], values
        )
        assert error < 1e-3 * np.linalg.norm(_nash(values, apart, 0.03)[1])


def test_nash_leaves_equal_weights_by_which_a_group_loses():
    # One candidate serves both groups; the nine others serve group 0 and harm group 1.
    y = np.array([0, 1] * 20)
    groups = np.repeat([0, 1], 20)
    right = np.where(np.eye(2)[y] > 0, 1.0, -1.0)
    harmful = right * np.where(groups == 0, 1.2, -1.0)[:, None]
    logits = np.stack([right] + [harmful] * 9, axis=1)
    weights = mix_weights(
        logits,
        y,
        groups,
        np.ones(40),
        combine="nash",
        disagreement=np.full(2, np.log(2)),
        entropy=0.3,
        least_gain=0.07,
    )
    assert weights[0] > 0.5
    assert_allclose(weights[1:], weights[1], rtol=1e-3)


def test_a_loss_within_the_noise_leaves_the_mix_as_free_as_before():
    # Group 1 gains next to nothing by any candidate; the second would make it lose a hair.
    y = np.array([0, 1] * 20)
    groups = np.repeat([0, 1], 20)
    right = np.where(np.eye(2)[y] > 0, 1.0, -1.0)
    logits = np.stack([right, right], axis=1)
    logits[groups == 1, 0] = 0.001 * right[groups == 1]
    logits[groups == 1, 1] = -0.001 * right[groups == 1]
    weights = mix_weights(
        logits,
        y,
        groups,
        np.ones(40),
        combine="nash",
        disagreement=np.full(2, np.log(2)),
        entropy=0.3,
        least_gain=0.07,
    )
    assert_allclose(weights, 0.5, atol=0.05)


def test_a_frozen_base_model_is_used_as_it_is(problem):
    known = LogisticRegression().fit(problem.X.to_numpy(), problem.y)
    clf = AuditedClassifier([("known", FrozenEstimator(known))], random_state=0)
    clf.fit(problem.X, problem.y, **problem.audited)
    assert clf._scorers.estimators[0].estimator is known


def weighted_pipelines():
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    yield pipeline
    yield make_pipeline(pipeline)
    yield GridSearchCV(pipeline, {"logisticregression__C": [1.0]}, cv=2)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("estimator", weighted_pipelines())
def test_pipelines_and_searches_get_the_weights(problem, estimator, routing):
    models = base_models([("mine", estimator)], True)
    assert [model.name for model in models] == ["mine", "mine_by_group"]
    X = problem.X.to_numpy()
    weight = np.linspace(0.1, 2, len(X))
    with config_context(enable_metadata_routing=routing):
        fitted = fit_base_model(models[1], X, problem.y, weight, seed=0)
    rows = StandardScaler().fit_transform(X)
    known = LogisticRegression().fit(rows, problem.y, sample_weight=weight)
    assert_allclose(fitted.predict_proba(X), known.predict_proba(rows))


def test_a_pipeline_without_weights_is_trained_without():
    estimator = make_pipeline(StandardScaler(), KNeighborsClassifier())
    assert [model.name for model in base_models([("mine", estimator)], True)] == ["mine"]
