"""ReweightedClassifier is its recipe by hand, and serves the wronged group."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skfairbargain import ReweightedClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import SampleWeightDisplay
from tests.reweighting._shared import alone, audited, network


def test_it_is_the_recipe_by_hand(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network()).fit(X, y, **audit)
    learned = network().fit(X, y, **audit).applied_weight_
    # Half of the weight each, for 400 training rows and 100 audited ones, 1 on average.
    weight = np.r_[learned / learned.sum() * 250, np.full(100, 2.5)]
    by_hand = LogisticRegression().fit(
        pd.concat([X, audit["X_val"]]), np.r_[y, audit["y_val"]], sample_weight=weight
    )
    np.testing.assert_allclose(clf.estimator_.coef_, by_hand.coef_, rtol=1e-12)
    np.testing.assert_allclose(clf.sample_weight_, learned / learned.mean(), rtol=1e-12)
    assert clf.sample_weight_.std() > 0.05
    of_network = network().fit(X, y, **audit).predict_proba(X)
    mean = (by_hand.predict_proba(X) + of_network) / 2
    np.testing.assert_allclose(clf.predict_proba(X), mean, rtol=1e-12)
    np.testing.assert_array_equal(clf.predict(X), mean[:, 1] > 0.5)


def test_by_default_the_network_gets_scaled_features(made):
    X, y, audit = made
    stretched = {**audit, "X_val": audit["X_val"] * 1e4 + 1e3}
    weight = np.where(y == 1, 10.0, 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf = ReweightedClassifier(random_state=0)
        clf.fit(X * 1e4 + 1e3, y, **stretched, sample_weight=weight)
        clf.predict(X * 1e4 + 1e3)
    assert isinstance(clf.estimator_, HistGradientBoostingClassifier)
    assert clf.weigher_.n_iter_ == 50
    assert clf.weigher_.scaler_.mean_.max() > 100
    positive = (y == 1).to_numpy()
    # The weight reached the network. The bargain
    # makes up for a part of what ten times the weight does to the cells of the other label.
    assert clf.sample_weight_[positive].mean() > 2 * clf.sample_weight_[~positive].mean()


def test_learned_weights_help_the_mislabelled_group_more_than_equal_ones():
    train = make_biased_classification(4000, label_bias=0.6, random_state=0)
    audit = make_biased_classification(200, random_state=1)
    test = make_biased_classification(4000, random_state=2)
    wronged = (test.sensitive["group"] == "g1").to_numpy()

    def reached(clf):
        decisions = clf.predict(test.data[wronged])
        return balanced_accuracy_score(test.target[wronged], decisions)

    clf = alone(random_state=0).fit(train.data, train.target, **audited(audit))
    # The same rows, audited ones included, without the learned weights.
    unweighted = HistGradientBoostingClassifier(random_state=0).fit(
        pd.concat([train.data, audit.data]),
        np.r_[train.target, audit.target],
        sample_weight=np.repeat([0.525, 10.5], [4000, 200]),
    )
    assert reached(clf) > reached(unweighted) + 0.01
    # And the network's vote adds to it.
    voting = ReweightedClassifier(random_state=0)
    assert reached(voting.fit(train.data, train.target, **audited(audit))) > reached(clf)


def test_a_seed_repeats_estimator_and_weigher(made):
    X, y, audit = made
    forest = RandomForestClassifier(5, random_state=7)

    def trained(seed):
        clf = ReweightedClassifier(forest, network(random_state=None), random_state=seed)
        return clf.fit(X, y, **audit)

    one, two, other = trained(0), trained(0), trained(1)
    np.testing.assert_array_equal(one.sample_weight_, two.sample_weight_)
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))
    assert (one.sample_weight_ != other.sample_weight_).any()
    assert one.estimator_.random_state not in (7, one.weigher_.random_state)
    assert forest.random_state == 7


def test_labels_are_read_as_the_network_reads_them(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network())
    of_bool = clf.fit(X, y.astype(bool), **audit)
    assert of_bool.classes_.tolist() == [False, True]
    column = {**audit, "y_val": audit["y_val"].to_numpy()[:, None].astype(float)}
    assert clf.fit(X, y, **column).classes_.dtype == y.dtype
    both = audit["groups_val"].to_frame().assign(even=np.arange(100) % 2)
    named = np.array(["no", "yes"])
    given = {**audit, "y_val": named[audit["y_val"]], "groups_val": both}
    clf.fit(X, named[y], **given)
    assert clf.classes_.tolist() == ["no", "yes"]
    assert len(clf.weigher_.groups_) == 4


def test_three_classes_sparse_rows_and_margins():
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    groups = np.where(X[:, 0] > 0, "long", "short")
    groups[::2] = "long"
    audit = {"y_val": y[::3], "groups_val": groups[::3]}

    def trained(kind, kind_val):
        clf = alone(LinearSVC(), network(), random_state=0)
        return clf.fit(kind(X), y, X_val=kind_val(X[::3]), **audit)

    dense = trained(np.asarray, np.asarray)
    assert dense.decision_function(X).shape == (150, 3)
    assert dense.score(X, y) > 0.9
    assert not hasattr(dense, "predict_proba")
    # What was trained counts, and not what would be trained next.
    assert not hasattr(dense.set_params(estimator=LogisticRegression()), "predict_proba")
    coef = dense.estimator_.coef_
    for kinds in (
        (csr_matrix, csr_matrix),
        (csr_matrix, np.asarray),
        (np.asarray, csr_matrix),
        (coo_matrix, coo_matrix),
    ):
        np.testing.assert_allclose(trained(*kinds).estimator_.coef_, coef, atol=1e-4)


def test_bad_input_is_refused(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network())
    neighbors = ReweightedClassifier(KNeighborsClassifier(), network())
    message = (
        "`estimator` should take `sample_weight` in fit, to be trained on the learned "
        "weights. Got KNeighborsClassifier()."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        neighbors.fit(X, y, **audit)
    message = (
        "`estimator` should have `predict_proba`, to vote with the weigher. Got "
        "LinearSVC(). Set `weigher_share=0` to let it decide alone."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ReweightedClassifier(LinearSVC(), network()).fit(X, y, **audit)
    reverse = {**audit, "X_val": audit["X_val"].iloc[:, ::-1]}
    for given, message in (
        (reverse, "`X_val` should be prepared as `X` was. The feature names should match"),
        ({**audit, "y_val": None}, "`y_val` should be given with `X_val`. Got None."),
        ({**audit, "y_val": audit["y_val"][1:]},
         "`X_val` and `y_val` should have the same number of rows. Got 100 and 99."),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
            clf.fit(X, y, **given)
    for name in ("audit_share", "weigher_share"):
        message = (
            f"The '{name}' parameter of ReweightedClassifier must be a float in the range "
            "[0.0, 1.0). Got 1.0 instead."
        )
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            ReweightedClassifier(**{name: 1.0}).fit(X, y)
    with pytest.raises(NotFittedError):
        clf.predict_proba(X)


def test_displays_find_the_weights(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network()).fit(X, y, **audit)
    display = SampleWeightDisplay.from_estimator(clf, y)
    inner = SampleWeightDisplay.from_estimator(clf.weigher_, y)
    pd.testing.assert_frame_equal(display.table, inner.table)
