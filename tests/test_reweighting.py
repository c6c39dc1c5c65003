"""ReweightedClassifier: learned weights and audited rows, for any classifier."""

import re
import warnings

import numpy as np
import pytest
import sklearn
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skfairbargain import NashMetaClassifier, ReweightedClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.exceptions import ValidationSetWarning


def network(**parameters):
    return NashMetaClassifier(
        **{"bargain_epochs": 1, "max_epochs": 3, "random_state": 0, **parameters}
    )


@pytest.fixture(scope="module")
def made():
    train = make_biased_classification(400, label_bias=0.6, random_state=0)
    audit = make_biased_classification(100, random_state=1)
    return train.data, train.target, audited(audit)


def audited(bunch):
    return {
        "X_val": bunch.data,
        "y_val": bunch.target,
        "groups_val": bunch.sensitive["group"],
    }


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was trained on."""

    def fit(self, X, y, sample_weight=None):
        self.given_ = X, y, sample_weight
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_it_is_the_recipe_by_hand(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network()).fit(X, y, **audit)
    weight = network().fit(X, y, **audit).applied_weight_
    weight = np.r_[weight / weight.mean(), np.full(100, 4.0)]
    by_hand = LogisticRegression().fit(
        np.r_[X, audit["X_val"]], np.r_[y, audit["y_val"]], sample_weight=weight
    )
    np.testing.assert_array_equal(clf.estimator_.coef_, by_hand.coef_)
    np.testing.assert_array_equal(clf.sample_weight_, weight[:400])
    assert clf.sample_weight_.std() > 0.05
    np.testing.assert_array_equal(clf.predict_proba(X), by_hand.predict_proba(X.to_numpy()))
    np.testing.assert_array_equal(clf.predict(X), by_hand.predict(X.to_numpy()))


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
def test_audited_rows_have_their_share(made, share):
    X, y, audit = made
    clf = ReweightedClassifier(Recorder(), network(), audit_share=share)
    rows, labels, weight = clf.fit(X, y, **audit).estimator_.given_
    np.testing.assert_array_equal(weight[:400], clf.sample_weight_)
    assert len(rows) == len(labels) == len(weight) == (500 if share else 400)
    assert weight[400:].sum() == pytest.approx(share * weight.sum())
    np.testing.assert_array_equal(labels[400:], audit["y_val"][: len(labels) - 400])


def test_rows_without_a_weight_do_not_count(made):
    X, y, audit = made
    weight = np.arange(400) % 3
    clf = ReweightedClassifier(Recorder(), network(), audit_share=0)
    clf.fit(X, y, **audit, sample_weight=weight)
    np.testing.assert_array_equal(clf.sample_weight_ > 0, weight > 0)
    assert clf.sample_weight_.mean() == pytest.approx(1)
    np.testing.assert_array_equal(clf.estimator_.given_[0], X[weight > 0])


def test_without_an_audit_rows_are_held_out_and_left_out(made):
    X, y, _ = made
    clf = ReweightedClassifier(Recorder(), network()).fit(X, y)
    left = 400 - len(clf.estimator_.given_[0])
    assert left == np.sum(clf.sample_weight_ == 0) == 40


def test_by_default_the_network_gets_scaled_features(made):
    X, y, audit = made
    stretched = {**audit, "X_val": audit["X_val"] * 1e4 + 1e3}
    clf = ReweightedClassifier(random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ValidationSetWarning)
        clf.fit(X * 1e4 + 1e3, y, **stretched, sample_weight=np.ones(len(y)))
    assert isinstance(clf.estimator_, HistGradientBoostingClassifier)
    plain = make_pipeline(StandardScaler(), NashMetaClassifier())
    inside = clf.weigher_.named_steps["network"]
    assert inside.get_params().keys() == plain[-1].get_params().keys()
    assert inside.n_iter_ == 50
    assert clf.weigher_.named_steps["scale"].mean_.max() > 100


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
    assert one.estimator_.random_state != 7
    assert forest.random_state == 7


def test_a_search_reaches_both_parts(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network())
    grid = {"audit_share": [0, 0.5], "estimator__C": [1e-4, 1], "weigher__anchor": [0.5]}
    with sklearn.config_context(enable_metadata_routing=True):
        search = GridSearchCV(clf, grid, cv=3, error_score="raise").fit(X, y, **audit)
    assert len(search.cv_results_["mean_test_score"]) == 4
    assert search.best_estimator_.weigher_.anchor == 0.5


def test_three_classes_sparse_rows_and_margins():
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    groups = np.where(X[:, 0] > 0, "long", "short")
    groups[::2] = "long"
    audit = {"X_val": X[::3], "y_val": y[::3], "groups_val": groups[::3]}
    dense = ReweightedClassifier(LinearSVC(), network(), random_state=0).fit(X, y, **audit)
    assert dense.decision_function(X).shape == (150, 3)
    assert dense.score(X, y) > 0.9
    assert not hasattr(dense, "predict_proba")
    audit["X_val"] = csr_matrix(audit["X_val"])
    sparse = ReweightedClassifier(LinearSVC(), network(), random_state=0)
    sparse.fit(csr_matrix(X), y, **audit)
    np.testing.assert_allclose(sparse.estimator_.coef_, dense.estimator_.coef_, atol=1e-4)


def test_it_serves_the_wronged_group_better_than_boosting():
    train = make_biased_classification(4000, label_bias=0.6, random_state=0)
    audit = make_biased_classification(200, random_state=1)
    test = make_biased_classification(4000, random_state=2)
    wronged = (test.sensitive["group"] == "g1").to_numpy()

    def reached(clf):
        decisions = clf.predict(test.data[wronged])
        return balanced_accuracy_score(test.target[wronged], decisions)

    plain = HistGradientBoostingClassifier(random_state=0).fit(train.data, train.target)
    clf = ReweightedClassifier(random_state=0)
    clf.fit(train.data, train.target, **audited(audit))
    assert reached(clf) > reached(plain) + 0.02


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
    reverse = {**audit, "X_val": audit["X_val"].iloc[:, ::-1]}
    for given, message in (
        (reverse, "`X_val` should be prepared as `X` was. The feature names should match"),
        ({**audit, "y_val": None}, "`y_val` should be given with `X_val`. Got None."),
        ({**audit, "y_val": audit["y_val"][1:]},
         "`X_val` and `y_val` should have the same number of rows. Got 100 and 99."),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
            clf.fit(X, y, **given)
    with pytest.raises(ValueError, match=r"^The 'audit_share' parameter"):
        ReweightedClassifier(audit_share=1.0).fit(X, y)
    with pytest.raises(NotFittedError):
        clf.predict_proba(X)


def test_weights_that_are_all_zero_are_refused(made):
    X, y, audit = made

    class Silent(NashMetaClassifier):
        def fit(self, X, y, **audit):
            super().fit(X, y, **audit)
            self.applied_weight_[:] = 0
            return self

    clf = ReweightedClassifier(weigher=Silent(max_epochs=1))
    with pytest.raises(ValueError, match=r"^The learned weights should not all be zero"):
        clf.fit(X, y, **audit)
