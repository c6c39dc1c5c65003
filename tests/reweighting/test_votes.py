"""The weigher and the estimator vote, each with its share."""

import numpy as np
import pytest
from sklearn.ensemble import StackingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skfairbargain import ReweightedClassifier
from tests.reweighting._shared import alone, network


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
