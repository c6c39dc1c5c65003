"""ReweightedClassifier: learned weights and audited rows, for any classifier."""

import copy
import re
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skfairbargain import NashMetaClassifier, ReweightedClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import SampleWeightDisplay


def network(**parameters):
    return NashMetaClassifier(
        **{"bargain_epochs": 1, "max_epochs": 3, "random_state": 0, **parameters}
    )


alone = partial(ReweightedClassifier, weigher_share=0)


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
    """Remembers what it was trained on; it knows no probabilities, and cannot vote."""

    def fit(self, X, y, sample_weight=None):
        self.given_ = X, y, sample_weight
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


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


@pytest.mark.parametrize("share", [0, 0.25])
def test_the_weigher_has_its_share_of_the_vote(made, share):
    X, y, audit = made
    named = np.array(["no", "yes"])
    given = {**audit, "y_val": named[audit["y_val"]]}
    clf = ReweightedClassifier(LogisticRegression(), network(), weigher_share=share)
    clf.fit(X, named[y], **given)
    one, two = clf.estimator_.predict_proba(X), clf.weigher_.predict_proba(X)
    assert np.abs(one - two).max() > 0.05
    voted = (1 - share) * one + share * two
    np.testing.assert_allclose(clf.predict_proba(X), voted, rtol=1e-12)
    np.testing.assert_array_equal(clf.predict(X), named[(voted[:, 1] > 0.5).astype(int)])
    assert hasattr(clf, "decision_function") == (share == 0)
    # What was trained votes, whatever is set for the next training.
    before = clf.predict_proba(X)
    clf.set_params(weigher_share=0.9)
    np.testing.assert_array_equal(clf.predict_proba(X), before)
    assert hasattr(clf, "decision_function") == (share == 0)


class Strict(LogisticRegression):
    """Says yes where it is nearly sure."""

    def predict(self, X):
        return (self.predict_proba(X)[:, 1] > 0.9).astype(int)


def test_an_estimator_that_decides_alone_decides_its_own_way(made):
    X, y, audit = made
    clf = alone(Strict(), network()).fit(X, y, **audit)
    np.testing.assert_array_equal(clf.predict(X), clf.predict_proba(X)[:, 1] > 0.9)


class Reversed(LogisticRegression):
    """Keeps its classes in falling order."""

    def fit(self, X, y, sample_weight=None):
        super().fit(X, y, sample_weight)
        self.classes_ = self.classes_[::-1]
        return self

    def predict_proba(self, X):
        return super().predict_proba(X)[:, ::-1]


def test_the_order_of_the_classes_is_that_of_the_estimator(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network()).fit(X, y, **audit)
    other = ReweightedClassifier(Reversed(), network()).fit(X, y, **audit)
    assert other.classes_.tolist() == [1, 0]
    expected = clf.predict_proba(X)[:, ::-1]
    np.testing.assert_allclose(other.predict_proba(X), expected, rtol=1e-12)
    np.testing.assert_array_equal(other.predict(X), clf.predict(X))


def test_who_can_vote_is_known_after_training_where_not_before(made):
    X, y, audit = made
    stack = StackingClassifier([("linear", LogisticRegression())])
    clf = ReweightedClassifier(stack, network()).fit(X, y, **audit)
    assert clf.predict_proba(X).shape == (400, 2)
    search = GridSearchCV(SGDClassifier(loss="log_loss"), {"loss": ["hinge"]}, cv=2)
    before = clf.predict_proba(X)
    clf.set_params(estimator=search, weigher__random_state=1, weigher_share=0.9)
    with pytest.raises(ValueError, match="to vote with the weigher"):
        clf.fit(X, y, **audit)
    # And the model there was is whole.
    np.testing.assert_array_equal(clf.predict_proba(X), before)


def test_what_was_trained_on_nan_predicts_it(made):
    X, y, audit = made
    holes = X.mask(X > 2)
    audit = {**audit, "X_val": audit["X_val"].mask(audit["X_val"] > 2)}
    imputing = make_pipeline(SimpleImputer(), network(), transform_input=["X_val"])
    for share in (0, 0.5):
        clf = ReweightedClassifier(weigher=imputing, weigher_share=share)
        assert np.isfinite(clf.fit(holes, y, **audit).predict_proba(holes)).all()
        clf = ReweightedClassifier(weigher=network(), weigher_share=share)
        with pytest.raises(ValueError, match="NaN"):
            clf.fit(X, y, **made[2]).predict(holes)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
def test_audited_rows_have_their_share(made, share):
    X, y, audit = made
    clf = alone(Recorder(), network(), audit_share=share)
    rows, labels, weight = clf.fit(X, y, **audit).estimator_.given_
    of_training = clf.sample_weight_ * weight[:400].mean()
    np.testing.assert_allclose(weight[:400], of_training, rtol=1e-12)
    assert weight.mean() == pytest.approx(1)
    assert len(rows) == len(labels) == len(weight) == (500 if share else 400)
    assert weight[400:].sum() == pytest.approx(share * weight.sum())
    np.testing.assert_array_equal(labels[400:], audit["y_val"][: len(labels) - 400])


def test_rows_without_a_weight_do_not_count(made):
    X, y, audit = made
    weight = np.arange(400) % 3
    clf = alone(Recorder(), network(), audit_share=0)
    clf.fit(X, y, **audit, sample_weight=weight)
    np.testing.assert_array_equal(clf.sample_weight_ > 0, weight > 0)
    assert clf.sample_weight_.mean() == pytest.approx(1)
    np.testing.assert_array_equal(clf.estimator_.given_[0], X[weight > 0])


def test_without_an_audit_rows_are_held_out_and_left_out(made):
    X, y, _ = made
    clf = alone(Recorder(), network()).fit(X, y)
    left = 400 - len(clf.estimator_.given_[0])
    assert left == np.sum(clf.sample_weight_ == 0) == 40


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
    assert clf.weigher_["network"].n_iter_ == 50
    assert clf.weigher_["scale"].mean_.max() > 100
    positive = (y == 1).to_numpy()
    # The weight reached the network, through a scaler that did not ask for it.
    assert clf.sample_weight_[positive].mean() > 4 * clf.sample_weight_[~positive].mean()


@pytest.mark.parametrize(
    "weigher",
    [
        make_pipeline(StandardScaler(), network(), transform_input=["X_val"]),
        GridSearchCV(network(), {"anchor": [0.5]}, cv=2, error_score="raise"),
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


def test_a_trained_weigher_is_not_trained_again(made):
    X, y, audit = made
    seeded = ReweightedClassifier(LogisticRegression(), network()).fit(X, y, **audit)
    trained = network().fit(X, y, **audit)
    before = copy.deepcopy(trained.module_.state_dict())
    clf = ReweightedClassifier(
        LogisticRegression(), FrozenEstimator(trained), random_state=3
    ).fit(X, y, **audit)
    np.testing.assert_array_equal(clf.predict_proba(X), seeded.predict_proba(X))
    assert clf.weigher_.estimator is trained
    for name, now in trained.module_.state_dict().items():
        np.testing.assert_array_equal(before[name], now)


def test_what_a_trained_weigher_was_not_trained_on_is_refused(made):
    X, y, audit = made
    frozen = FrozenEstimator(network().fit(X, y, **audit))
    one_class = {**audit, "groups_val": np.where(audit["y_val"] == 1, "a", "b")}
    for arguments, given, message in (
        ((X[1:], y[1:]), audit, "A `weigher` that is trained already should have been "
         "trained on the rows of `X`. Got weights of 400 rows, and 399 rows. Inside a "
         "cross-validation, where rows change, give one that is not frozen."),
        ((X, y), {**audit, "sample_weight": y + 1.0}, "`sample_weight` should be None "
         "where `weigher` is trained already."),
        ((X, np.where(y == 1, "yes", "no")), audit,
         "`y` should have no other classes than [0, 1]. Got ['no', 'yes'] as well."),
        ((X, y), {**audit, "y_val": 2 * audit["y_val"] - 1},
         "`y_val` should have no other classes than [0, 1]. Got [-1] as well."),
        ((X, y), {**audit, "y_val": None}, "`y_val` should be given with `X_val`."),
        ((X, y), {**audit, "X_val": None}, "`y_val` and `groups_val` describe `X_val`, "
         "which is missing. Pass it, or none of the three."),
        ((X, y), {**audit, "y_val": audit["y_val"][1:]},
         "`X_val` and `y_val` should have the same number of rows. Got 100 and 99."),
        ((X.iloc[:, :4], y), {**audit, "X_val": audit["X_val"].iloc[:, :4]},
         "The feature names should match those that were passed during fit."),
        ((X, y), one_class, "Group 'a' has 51 rows in the validation set, all of"),
    ):  # fmt: skip
        clf = ReweightedClassifier(LogisticRegression(), frozen)
        with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
            clf.fit(*arguments, **given)
    untrained = ReweightedClassifier(LogisticRegression(), FrozenEstimator(network()))
    with pytest.raises(NotFittedError):
        untrained.fit(X, y, **audit)
    in_part = make_pipeline(StandardScaler(), frozen)
    message = "A `weigher` that is trained already should be frozen as a whole."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        ReweightedClassifier(LogisticRegression(), in_part).fit(X, y, **audit)


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


def test_the_learned_weights_serve_the_wronged_group_better_than_equal_ones():
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


def test_a_class_without_weight_is_refused(made):
    X, y, audit = made
    y = y.copy()
    y[:2] = 2
    clf = ReweightedClassifier(
        LogisticRegression(), network(anchor=0, max_epochs=1, batch_size=64)
    )
    message = (
        "The learned weights should leave rows of every class. Those of the classes [2] "
        "are all zero. Set the weigher's `anchor` above 0."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        clf.fit(X, y, **audit)


def test_displays_find_the_weights(made):
    X, y, audit = made
    clf = ReweightedClassifier(LogisticRegression(), network()).fit(X, y, **audit)
    display = SampleWeightDisplay.from_estimator(clf, y)
    inner = SampleWeightDisplay.from_estimator(clf.weigher_, y)
    pd.testing.assert_frame_equal(display.table, inner.table)
