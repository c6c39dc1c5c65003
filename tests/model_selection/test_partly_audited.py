"""A classifier of partly audited rows trains as on the two kinds of rows taken apart."""

from copy import deepcopy

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from numpy.testing import assert_array_equal
from scipy.sparse import coo_matrix
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skfairbargain import NashMetaClassifier, ReweightedClassifier
from skfairbargain.inspection import conflict_report
from skfairbargain.model_selection import AuditedKFold, PartlyAuditedClassifier
from tests.model_selection._shared import network, pipeline

ESTIMATORS = {
    "network": network(),
    "pipeline": pipeline(),
    "reweighted": ReweightedClassifier(LogisticRegression(), pipeline(), random_state=0),
}


def trained_apart(estimator, rows, **given):
    """What the estimator is when trained the plain way."""
    audited = rows.groups.notna()
    with sklearn.config_context(enable_metadata_routing=True):
        return clone(estimator).fit(
            rows.X[~audited],
            rows.y[~audited],
            X_val=rows.X[audited],
            y_val=rows.y[audited],
            groups_val=rows.groups[audited],
            **given,
        )


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
@pytest.mark.parametrize("routing", [False, True])
def test_known_groups_steer_and_the_other_rows_train(rows, estimator, routing):
    order = np.random.default_rng(0).permutation(400)
    mixed = type(rows)(*(part.iloc[order] for part in rows))
    with sklearn.config_context(enable_metadata_routing=routing):
        clf = PartlyAuditedClassifier(estimator)
        clf = clf.fit(mixed.X, mixed.y, sensitive_features=mixed.groups)
    apart = trained_apart(estimator, mixed)
    assert_array_equal(clf.predict_proba(rows.X), apart.predict_proba(rows.X))
    assert_array_equal(clf.predict(rows.X), apart.predict(rows.X))
    assert clf.classes_.tolist() == [0, 1]
    assert clf.n_features_in_ == rows.X.shape[1]
    assert clf.feature_names_in_.tolist() == rows.X.columns.tolist()


INPUTS = {
    "arrays": lambda X, y, groups: (X.to_numpy(), y.to_numpy(), groups.to_numpy()),
    "lists": lambda X, y, groups: (X, y.tolist(), groups.tolist()),
    "sparse": lambda X, y, groups: (coo_matrix(X), y, groups),
    "polars": lambda X, y, groups: (pl.DataFrame(X.to_dict("list")), y, groups),
}


@pytest.mark.parametrize("kind", INPUTS)
def test_inputs_of_other_types_train_the_same_and_stay_as_they_are(rows, kind):
    clf = PartlyAuditedClassifier(network(standardize=False))
    expected = clone(clf).fit(rows.X, rows.y, sensitive_features=rows.groups)
    X, y, groups = INPUTS[kind](*rows)
    before = deepcopy((X, y, groups))
    clf.fit(X, y, sensitive_features=groups)
    np.testing.assert_allclose(
        clf.predict_proba(X), expected.predict_proba(rows.X), rtol=1e-4
    )
    assert repr((X, y, groups)) == repr(before)


def test_sample_weights_of_the_training_rows_reach_the_estimator(rows):
    weight = np.random.default_rng(0).integers(0, 3, 400)
    clf = PartlyAuditedClassifier(network())
    clf.fit(rows.X, rows.y, sensitive_features=rows.groups, sample_weight=weight)
    apart = trained_apart(network(), rows, sample_weight=weight[:300])
    assert_array_equal(clf.decision_function(rows.X), apart.decision_function(rows.X))
    with sklearn.config_context(enable_metadata_routing=True):
        asking = PartlyAuditedClassifier(network().set_fit_request(sample_weight=True))
        asking.fit(rows.X, rows.y, sensitive_features=rows.groups, sample_weight=weight)
    assert_array_equal(asking.decision_function(rows.X), apart.decision_function(rows.X))


def test_several_columns_become_intersections(rows):
    old = pd.Series(np.tile(["40+", "40-"], 200), rows.groups.index)
    groups = pd.DataFrame({"group": rows.groups, "old": old.where(rows.groups.notna())})
    clf = PartlyAuditedClassifier(network()).fit(rows.X, rows.y, sensitive_features=groups)
    assert len(clf.estimator_.groups_) == 4


def test_as_the_last_step_of_a_pipeline(rows):
    with sklearn.config_context(enable_metadata_routing=True):
        pipe = make_pipeline(StandardScaler(), PartlyAuditedClassifier(network()))
        pipe.fit(rows.X, rows.y, sensitive_features=rows.groups)
    scaled = rows._replace(X=pd.DataFrame(StandardScaler().fit_transform(rows.X)))
    apart = trained_apart(
        network(), scaled._replace(X=scaled.X.set_axis(range(len(scaled.X))))
    )
    assert_array_equal(
        pipe.decision_function(rows.X), apart.decision_function(scaled.X.to_numpy())
    )


def test_meta_estimators_that_number_labels_number_those_of_audited_rows_too(rows):
    label = np.array(["stable", "worse"])[rows.y]
    clf = PartlyAuditedClassifier(pipeline())
    alone = clf.fit(rows.X, rows.y, sensitive_features=rows.groups)
    with sklearn.config_context(enable_metadata_routing=True):
        voting = VotingClassifier([("one", clone(clf)), ("two", clone(clf))], voting="soft")
        voting.fit(rows.X, label, sensitive_features=rows.groups)
    assert voting.classes_.tolist() == ["stable", "worse"]
    np.testing.assert_allclose(
        voting.predict_proba(rows.X), alone.predict_proba(rows.X), rtol=1e-12
    )


def test_calibration_on_audited_rows(rows):
    cv = AuditedKFold(2)
    with sklearn.config_context(enable_metadata_routing=True):
        model = CalibratedClassifierCV(PartlyAuditedClassifier(network()), cv=cv)
        model.fit(rows.X, rows.y, sensitive_features=rows.groups)
    fitted = [each.estimator.estimator_ for each in model.calibrated_classifiers_]
    assert [each.applied_weight_.shape for each in fitted] == [(300,), (300,)]


def test_methods_are_those_of_the_estimator(rows):
    tree = ReweightedClassifier(DecisionTreeClassifier(), network())
    clf = PartlyAuditedClassifier(tree)
    for model in (clf, clf.fit(rows.X, rows.y, sensitive_features=rows.groups)):
        assert hasattr(model, "predict_proba")
        assert not hasattr(model, "decision_function")
    with pytest.raises(
        NotFittedError, match="This PartlyAuditedClassifier instance is not"
    ):
        PartlyAuditedClassifier(network()).predict(rows.X)


def test_inspection_finds_the_network_inside(rows):
    clf = PartlyAuditedClassifier(pipeline())
    clf.fit(rows.X, rows.y, sensitive_features=rows.groups)
    assert clf.estimator_[-1].sample_influence_.shape == (300, 2)
    assert str(conflict_report(clf)) == str(conflict_report(clf.estimator_[-1]))


def test_a_failed_fit_leaves_the_model_there_was(rows):
    clf = PartlyAuditedClassifier(network())
    clf.fit(rows.X, rows.y, sensitive_features=rows.groups)
    before = clf.decision_function(rows.X)
    clf.set_params(estimator__lr=-1.0)
    with pytest.raises(
        ValueError, match="The 'lr' parameter of NashMetaClassifier must be"
    ):
        clf.fit(rows.X, rows.y, sensitive_features=rows.groups)
    assert_array_equal(clf.decision_function(rows.X), before)


MESSAGES = {
    "no groups": (
        {},
        ValueError,
        "`sensitive_features` should have the group of every audited row, and be missing "
        "(None or NaN) for the rows to train on. Got None.",
    ),
    "lengths": (
        {"sensitive_features": [None, "F"]},
        ValueError,
        "`X`, `y` and `sensitive_features` should have the same number of rows. Got 400, "
        "400 and 2.",
    ),
    "audited rows twice": (
        {"sensitive_features": [None, "F"], "X_val": [[0.0]]},
        TypeError,
        "PartlyAuditedClassifier.fit takes no `X_val`. Audited rows are the rows of X "
        "whose `sensitive_features` are known.",
    ),
}


@pytest.mark.parametrize(("given", "error", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_what_fit_refuses(rows, given, error, expected):
    with pytest.raises(error) as caught:
        PartlyAuditedClassifier(network()).fit(rows.X, rows.y, **given)
    assert str(caught.value) == expected


UNFIT = {
    "LogisticRegression()": (
        LogisticRegression(),
        "`estimator` should be a NashMetaClassifier or ReweightedClassifier, or a "
        "pipeline, a search or a FrozenEstimator that ends in one. Got "
        "LogisticRegression().",
    ),
    "a class": (
        NashMetaClassifier,
        "`estimator` should be an estimator. Got the class NashMetaClassifier. Pass "
        "NashMetaClassifier(...).",
    ),
}


@pytest.mark.parametrize(("estimator", "expected"), UNFIT.values(), ids=UNFIT)
def test_estimators_that_take_no_audited_rows_are_refused(rows, estimator, expected):
    with pytest.raises(TypeError) as caught:
        PartlyAuditedClassifier(estimator).fit(
            rows.X, rows.y, sensitive_features=rows.groups
        )
    assert str(caught.value) == expected
