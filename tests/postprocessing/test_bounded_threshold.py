"""Thresholds keep their promise to every group, or say what they lack."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.stats import binom
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skfairbargain import NashMetaClassifier, UndefinedGroupError
from skfairbargain.metrics import get_scorer
from skfairbargain.postprocessing import BoundedThresholdClassifier
from skfairbargain.postprocessing._rate_thresholds import (
    rows_needed,
    threshold_for_false_positives,
    threshold_for_true_positives,
)
from tests.small_model import raises

RATES = ("true_positive_rate", "false_positive_rate")


def people(n, seed):
    """Of group M, the favorable label is given more often for the same score."""
    rng = np.random.default_rng(seed)
    X, groups = rng.normal(size=(n, 2)), rng.choice(["F", "M"], size=n, p=[0.4, 0.6])
    chance = X[:, 0] + rng.normal(size=n) + 0.7 * (groups == "M")
    return X, np.where(chance > 0.5, "yes", "no"), groups


TRAIN, AUDIT, TEST = people(500, 0), people(600, 1), people(40_000, 2)
RANKING = LogisticRegression().fit(*TRAIN[:2])


def rate_of(predicted, labels, rate):
    return (predicted[labels == ("yes" if rate == RATES[0] else "no")] == "yes").mean()


# -- one sample -------------------------------------------------------------------------


@pytest.mark.parametrize("n", [20, 57])
@pytest.mark.parametrize(("rate", "confidence"), [(0.8, 0.95), (0.5, 0.8)])
def test_the_promise_is_kept_as_often_as_it_says(n, rate, confidence):
    """Scores are uniform, so that the true rate of a threshold t is 1 - t."""
    rng = np.random.default_rng(0)
    samples = rng.uniform(size=(4000, n))
    lower = [threshold_for_true_positives(s, rate, confidence) for s in samples]
    kept = np.mean([t is not None and 1 - t >= rate for t in lower])
    upper = [threshold_for_false_positives(s, 1 - rate, confidence) for s in samples]
    held = np.mean([t is not None and 1 - t <= 1 - rate for t in upper])
    # As sharp as n rows allow: one place further, and the promise would be too rare.
    exact = binom.sf(np.arange(n), n, 1 - rate)
    expected = exact[exact >= confidence].min()
    margin = 4 * (expected * (1 - expected) / 4000) ** 0.5
    assert expected - margin < kept < expected + margin
    exact = binom.cdf(np.arange(n), n, rate)
    expected = exact[exact >= confidence].min()
    assert expected - margin < held < expected + margin


def test_by_hand():
    """Of two positive rows, the lower is the threshold: both are above the median with
    probability 1/4, so at least one is below it with 3/4."""
    assert threshold_for_true_positives(np.array([0.7, 0.2]), 0.5, 0.75) == 0.2
    assert threshold_for_true_positives(np.array([0.7, 0.2]), 0.5, 0.76) is None
    above = threshold_for_false_positives(np.array([0.7, 0.2]), 0.5, 0.75)
    assert above == np.nextafter(0.7, 1)
    assert threshold_for_false_positives(np.array([0.7, 0.2]), 0.5, 0.76) is None


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_rows_needed_are_as_many_and_not_fewer(rate, confidence):
    for at_least, choose in (
        (True, threshold_for_true_positives),
        (False, threshold_for_false_positives),
    ):
        n = rows_needed(rate, confidence, at_least)
        assert choose(np.arange(n), rate, confidence) is not None
        assert choose(np.arange(n - 1), rate, confidence) is None


def test_ties_keep_the_promise():
    scores = np.repeat([0.0, 1.0], [5, 45])
    threshold = threshold_for_true_positives(scores, 0.8, 0.9)
    assert (scores >= threshold).mean() >= 0.8
    threshold = threshold_for_false_positives(scores, 0.2, 0.9)
    assert (scores >= threshold).mean() == 0


# -- the classifier ---------------------------------------------------------------------


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("by_group", [False, True])
def test_every_group_keeps_its_bound_on_new_people(rate, by_group):
    """In at least 95 % of 80 audits, up to three standard errors."""
    bound = 0.7 if rate == RATES[0] else 0.3
    clf = BoundedThresholdClassifier(RANKING, rate=rate, bound=bound, by_group=by_group)
    X, y, groups = TEST
    kept, distances = [], []
    for seed in range(80):
        clf.fit(*people(600, 100 + seed))
        assert clf.groups_ == ["F", "M"]
        assert (len(set(clf.thresholds_)) == 2) is by_group
        predicted = clf.predict(X, sensitive_features=groups)
        found = [rate_of(predicted[groups == g], y[groups == g], rate) for g in "FM"]
        away = np.array(found) - bound if rate == RATES[0] else bound - np.array(found)
        kept.append(away.min() >= 0)
        distances.append(away)
    assert np.mean(kept) >= 0.95 - 3 * (0.95 * 0.05 / 80) ** 0.5
    # No better than it has to be: near the bound for one group, or for each of them.
    nearest = np.mean(distances, axis=0)
    assert (nearest.max() if by_group else nearest.min()) < 0.1


def test_bounds_hold_for_all_groups_at_once():
    """In 95 % of the audits and not only in those of one group."""
    kept = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        groups, scores = rng.integers(0, 5, size=400), rng.uniform(size=400)

        class Ranking(ClassifierMixin, BaseEstimator):
            classes_ = np.array([0, 1])

            def predict_proba(self, X):
                return np.c_[1 - X[:, 0], X[:, 0]]

            def predict(self, X):
                return X[:, 0] > 0.5

            def fit(self, X, y):
                return self

            def __sklearn_is_fitted__(self):
                return True

        clf = BoundedThresholdClassifier(Ranking(), by_group=True)
        clf.fit(scores[:, None], np.ones(400, int), sensitive_features=groups)
        kept.append((1 - clf.thresholds_ >= 0.8).all())
    assert np.mean(kept) > 0.95 - 2 * (0.05 * 0.95 / 300) ** 0.5


def test_one_threshold_asks_for_no_group():
    X, y, groups = AUDIT
    clf = BoundedThresholdClassifier(RANKING).fit(X, y, sensitive_features=groups)
    expected = np.where(RANKING.predict_proba(X)[:, 1] >= clf.thresholds_[0], "yes", "no")
    np.testing.assert_array_equal(clf.predict(X), expected)
    np.testing.assert_array_equal(clf.predict_proba(X), RANKING.predict_proba(X))
    assert clf.score(X, y) == np.mean(expected == y)


def test_margins_and_the_other_class():
    X, y, groups = AUDIT
    margins = LinearSVC().fit(*TRAIN[:2])
    clf = BoundedThresholdClassifier(margins, pos_label="no", bound=0.6)
    predicted = clf.fit(X, y, sensitive_features=groups).predict(TEST[0])
    for group in "FM":
        rows = (TEST[2] == group) & (TEST[1] == "no")
        assert (predicted[rows] == "no").mean() >= 0.6


def test_networks_in_pipelines_and_several_columns():
    X, y, groups = AUDIT
    network = NashMetaClassifier(bargaining=None, max_epochs=2, random_state=0)
    pipeline = make_pipeline(StandardScaler(), network).fit(*TRAIN[:2])
    frame = pd.DataFrame({"sex": groups, "old": X[:, 1] > 0})
    clf = BoundedThresholdClassifier(pipeline, bound=0.5, by_group=True)
    clf.fit(X, y, sensitive_features=frame)
    assert clf.groups_ == [("F", False), ("F", True), ("M", False), ("M", True)]
    assert set(clf.predict(X, sensitive_features=frame)) == {"yes", "no"}


def test_clones_of_a_frozen_estimator_stay_trained():
    X, y, groups = AUDIT
    clf = clone(BoundedThresholdClassifier(FrozenEstimator(RANKING)))
    with sklearn.config_context(enable_metadata_routing=True):
        clf.fit(X, y, sensitive_features=groups)
    assert len(clf.thresholds_) == 2
    with pytest.raises(NotFittedError):
        clone(BoundedThresholdClassifier(RANKING)).fit(X, y, sensitive_features=groups)


def test_scikit_learns_search_of_one_threshold_knows_groups():
    """What the guide shows: the threshold that is best for the worst group."""
    X, y, groups = AUDIT
    ranking = LogisticRegression().fit(TRAIN[0], TRAIN[1] == "yes")
    score = get_scorer("worst_group_balanced_accuracy_score")
    clf = TunedThresholdClassifierCV(
        FrozenEstimator(ranking), cv="prefit", refit=False, scoring=score
    )
    with sklearn.config_context(enable_metadata_routing=True):
        clf.fit(X, y == "yes", sensitive_features=groups)
    scores = {
        t: min(
            (np.mean(p[m & (y == "yes")]) + 1 - np.mean(p[m & (y == "no")])) / 2
            for m in (groups == "F", groups == "M")
        )
        for t in np.linspace(0.05, 0.95, 19)
        for p in [ranking.predict_proba(X)[:, 1] >= t]
    }
    assert clf.best_score_ >= max(scores.values()) - 0.02


# -- what is refused --------------------------------------------------------------------


def test_too_few_rows_are_named():
    X, y, groups = people(60, 3)
    n = int(((groups == "F") & (y == "yes")).sum())
    with raises(
        "Group F should have at least 36 rows of the favorable class for a "
        "true_positive_rate of 0.9 with confidence 0.95 in all of 2 groups. Got "
        f"{n}. Audit more rows, or choose a lower `bound` or a lower `confidence`.",
        UndefinedGroupError,
    ):
        BoundedThresholdClassifier(RANKING, bound=0.9).fit(X, y, groups)


REFUSED = {
    "labels": (
        lambda X, y, g: (X, np.where(y == "yes", 1, 0), g),
        "`y` should have one label for each row, of the classes ['no', 'yes']. Got ",
    ),
    "lengths": (
        lambda X, y, g: (X, y[:-1], g),
        "`X`, `y` and `sensitive_features` should have the same number of rows. Got 600, "
        "599 and 600.",
    ),
    "missing groups": (
        lambda X, y, g: (X, y, [None, *g[1:]]),
        "`sensitive_features` should have a group for every row. Got missing values in 1 "
        "of 600 rows. Give these rows a group of their own, such as 'unknown', or leave "
        "them out.",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_malformed_audits(kind):
    change, message = REFUSED[kind]
    clf = BoundedThresholdClassifier(RANKING)
    with pytest.raises(ValueError) as error:  # noqa: PT011
        clf.fit(*change(*AUDIT))
    assert str(error.value).startswith(message)
    assert not hasattr(clf, "thresholds_")


def test_groups_that_were_not_audited():
    X, y, groups = AUDIT
    clf = BoundedThresholdClassifier(RANKING, by_group=True).fit(X, y, groups)
    with raises(
        "`sensitive_features` should have groups of the audited rows, F, M. Got 'D'."
    ):
        clf.predict(X[:2], sensitive_features=["F", "D"])
    with raises(
        "`sensitive_features` should have the group of every row, because the thresholds "
        "are those of groups. Got None."
    ):
        clf.predict(X)


def test_other_classes():
    three = LogisticRegression().fit([[0.0], [1.0], [2.0]], ["a", "b", "c"])
    with raises("`estimator` should have two classes. Got 3: 'a', 'b', 'c'."):
        BoundedThresholdClassifier(three).fit([[0.0]], ["a"], ["F"])
    with raises("`pos_label` should be one of ['no', 'yes']. Got 1."):
        BoundedThresholdClassifier(RANKING, pos_label=1).fit(*AUDIT)
