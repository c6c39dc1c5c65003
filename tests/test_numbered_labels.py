"""Meta-estimators that number the labels of y, and route those of the audit as they are."""

import re

import numpy as np
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier, ReweightedClassifier, ValidationSetWarning
from tests.small_model import make_data, raises

X, CODES, AUDIT = make_data(150, n_classes=3)
# Labels that are and are not among the numbers 0, 1, 2 which stand for them.
LABELS = {
    "text": np.array(["high", "low", "mid"]),
    "1, 2, 3": np.array([1, 2, 3]),
    "-1, 0, 1": np.array([-1, 0, 1]),
    "spread": np.array([-5, 1, 30]),
    "0, 1, 2": np.array([0, 1, 2]),
}


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def network(**changed):
    options = {"bargain_epochs": 1, "max_epochs": 2, "hidden_layer_sizes": (6,)}
    return NashMetaClassifier(**{**options, "lr": 0.02, "random_state": 0, **changed})


class IgnoresTheAudit(LogisticRegression):
    """StackingClassifier passes what it is given to its final estimator too."""

    def fit(self, X, y, sample_weight=None, **audit):
        return super().fit(X, y, sample_weight)


def pipeline():
    return make_pipeline(StandardScaler(), network(), transform_input=["X_val"])


META = {
    "voting": lambda: VotingClassifier([("net", network())], voting="soft"),
    "voting for a pipeline": lambda: VotingClassifier([("net", pipeline())], voting="soft"),
    "voting for a reweighted classifier": lambda: VotingClassifier(
        [("net", ReweightedClassifier(LogisticRegression(), network()))], voting="soft"
    ),
    "stacking": lambda: StackingClassifier([("net", network())], IgnoresTheAudit(), cv=3),
    "bagging": lambda: BaggingClassifier(network(), n_estimators=2, random_state=0),
    "calibration": lambda: CalibratedClassifierCV(network(), cv=2),
    "search": lambda: GridSearchCV(network(), {"lr": [0.01, 0.02]}, cv=2),
    "cross_val_predict": lambda: CrossValPredict(network()),
}


class CrossValPredict:
    """cross_val_predict, as if it were a meta-estimator."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y, **params):
        self.probabilities = cross_val_predict(
            self.estimator, X, y, cv=3, method="predict_proba", params=params
        )
        return self

    def predict_proba(self, X):
        return self.probabilities


def audit(labels, kept=(0, 1, 2)):
    """The audited rows of some classes, under their labels."""
    rows = np.isin(AUDIT["y_val"], kept)
    given = {name: values[rows] for name, values in AUDIT.items()}
    return {**given, "y_val": labels[given["y_val"]]}


def probabilities(meta, labels, **given):
    return META[meta]().fit(X, labels[CODES], **given).predict_proba(X)


@pytest.mark.parametrize("kept", [(0, 1, 2), (0, 1), (1, 2)], ids=str)
@pytest.mark.parametrize("labels", ["text", "1, 2, 3", "spread"])
@pytest.mark.parametrize("meta", META)
def test_with_classes_any_labels_train_the_same_model(meta, labels, kept):
    # Where the labels are their own numbers, nothing can be confused.
    numbers = LABELS["0, 1, 2"]
    expected = probabilities(meta, numbers, **audit(numbers, kept), classes=numbers)
    labels = LABELS[labels]
    found = probabilities(meta, labels, **audit(labels, kept), classes=labels[::-1])
    np.testing.assert_allclose(found, expected, rtol=1e-9)


NUMBERING = [name for name in META if name not in ("search", "calibration")]
ADVICE = (
    "A meta-estimator, such as VotingClassifier, numbers the labels of `y` and leaves "
    "`y_val` as it is: pass all labels to its `fit` as `classes`, beside `y_val`."
)


@pytest.mark.parametrize("meta", NUMBERING)
@pytest.mark.parametrize(
    ("labels", "unknown"),
    [("text", "['high', 'low', 'mid']"), ("1, 2, 3", "[3]"), ("-1, 0, 1", "[-1]")],
)
def test_without_classes_labels_that_are_no_numbers_are_refused_with_the_remedy(
    meta, labels, unknown
):
    message = (
        f"`y_val` should have no other classes than [0, 1, 2]. Got {unknown} as well. "
        f"{ADVICE}"
    )
    with raises(message):
        probabilities(meta, LABELS[labels], **audit(LABELS[labels]))


@pytest.mark.parametrize("meta", [name for name in NUMBERING if "cross" not in name])
@pytest.mark.parametrize(
    ("labels", "kept", "lacking"),
    [("1, 2, 3", (0, 1), [0]), ("-1, 0, 1", (1, 2), [2])],
)
def test_without_classes_labels_that_may_be_numbers_are_warned_of(
    meta, labels, kept, lacking
):
    message = (
        f"`y` has the labels [0, 1, 2], and `y_val` lacks {lacking}. If these are the "
        "labels, pass classes=[0, 1, 2] to say so. If they are numbers of other labels, "
        f"`y_val` was read wrongly. {ADVICE}"
    )
    with pytest.warns(ValidationSetWarning, match=f"^{re.escape(message)}$"):
        probabilities(meta, LABELS[labels], **audit(LABELS[labels], kept))


@pytest.mark.parametrize("meta", [OneVsRestClassifier, OneVsOneClassifier])
def test_estimators_of_two_labels_at_a_time_are_refused_where_classes_say_what_there_is(
    meta,
):
    message = (
        "`classes` should be all labels of `y`, or those that a meta-estimator replaced by "
        "0 to 2. Got [0, 1, 2] for a `y` with the labels [0, 1]. Every fold and resample "
        "needs rows of all classes. OneVsRestClassifier and the like train on other "
        "labels, for which there is no audit: give NashMetaClassifier all classes at once."
    )
    numbers = LABELS["0, 1, 2"]
    # Its 0 and 1 would pass for those of the two classes.
    with raises(message):
        meta(network()).fit(X, CODES, **audit(numbers, (0, 1)), classes=numbers)


@pytest.mark.parametrize("meta", [OneVsRestClassifier, OneVsOneClassifier])
def test_estimators_of_two_labels_at_a_time_take_an_audit_of_two_classes(meta):
    rows, codes, given = make_data()
    labels = np.array(["no", "yes"])
    given = {**given, "y_val": labels[given["y_val"]]}
    clf = meta(network()).fit(rows, labels[codes], **given, classes=labels)
    alone = network().fit(rows, labels[codes], **given)
    np.testing.assert_array_equal(clf.predict(rows), alone.predict(rows))


@pytest.mark.parametrize("classes", [["a", "b"], [0, 1], [0, 1, 2, 3], ["a", "b", "a"]])
@pytest.mark.parametrize("given", [AUDIT, {}], ids=["audited", "held out"])
def test_classes_that_y_has_not_are_refused(classes, given):
    found = sorted(set(classes))
    message = (
        "`classes` should be all labels of `y`, or those that a meta-estimator replaced by "
        f"0 to {len(found) - 1}. Got {found} for a `y` with the labels [0, 1, 2]."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        network().fit(X, CODES, **given, classes=classes)


def test_numbers_that_were_floats_or_truth_values_are_no_numbers_of_labels():
    # No meta-estimator numbers that way, so these are labels of the user.
    labels, given = LABELS["text"], audit(LABELS["text"])
    message = "for a `y` with the labels [0.0, 1.0, 2.0]."
    with pytest.raises(ValueError, match=re.escape(message)):
        network().fit(X, CODES.astype(float), **given, classes=labels)
    clf = network().fit(X, CODES.astype(float), **audit(LABELS["0, 1, 2"], (1, 2)))
    assert clf.classes_.tolist() == [0.0, 1.0, 2.0]


def test_reweighting_trains_on_audited_rows_of_their_class():
    labels = LABELS["1, 2, 3"]
    clf = ReweightedClassifier(LogisticRegression(), network(), random_state=0)
    by_labels = clf.fit(X, labels[CODES], **audit(labels, (0, 1)))
    expected = by_labels.predict_proba(X)
    by_numbers = clf.fit(X, CODES, **audit(labels, (0, 1)), classes=labels)
    np.testing.assert_allclose(by_numbers.predict_proba(X), expected, rtol=1e-9)
