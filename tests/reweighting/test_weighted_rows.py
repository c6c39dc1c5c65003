"""Which rows the estimator gets, and what each counts."""

import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from skfairbargain import ReweightedClassifier
from tests.reweighting._shared import Recorder, alone, network


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


@pytest.mark.parametrize("audited", [True, False])
@pytest.mark.parametrize("scale", [190_000.0, 1 / 400, 1e300, 1e-300])
def test_only_ratios_of_the_given_weights_count(made, audited, scale):
    X, y, audit = made
    weight = np.random.default_rng(0).lognormal(size=400)
    given = audit if audited else {}
    clf = ReweightedClassifier(LogisticRegression(), network())
    once = clf.fit(X, y, **given, sample_weight=weight).predict_proba(X)
    again = clf.fit(X, y, **given, sample_weight=weight * scale).predict_proba(X)
    np.testing.assert_allclose(again, once, rtol=1e-3)
    plain = clf.fit(X, y, **given).predict_proba(X)
    equal = clf.fit(X, y, **given, sample_weight=np.full(400, scale)).predict_proba(X)
    np.testing.assert_allclose(equal, plain, rtol=1e-6)
    assert abs(once - plain).max() > 1e-3


def test_without_an_audit_rows_are_held_out_and_left_out(made):
    X, y, _ = made
    clf = alone(Recorder(), network()).fit(X, y)
    left = 400 - len(clf.estimator_.given_[0])
    assert left == np.sum(clf.sample_weight_ == 0) == 40


def test_a_class_without_weight_is_refused(made):
    X, y, audit = made
    y = y.copy()
    y[:2] = 2
    clf = ReweightedClassifier(
        LogisticRegression(), network(anchor=0, max_epochs=2, batch_size=64)
    )
    message = (
        "The learned weights should leave rows of every class. Those of the classes [2] "
        "are all zero. Set the weigher's `anchor` above 0."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        clf.fit(X, y, **audit, classes=[0, 1, 2])


def test_audited_rows_have_their_share_beside_rows_without_a_weight(made):
    X, y, audit = made
    clf = alone(Recorder(), network(batch_size=20), audit_share=0.25)
    clf.fit(X, y, **audit, sample_weight=np.arange(400) % 2)
    _, _, weight = clf.estimator_.given_
    assert len(weight) == 200 + 100
    assert weight.mean() == pytest.approx(1)
    assert weight[200:].sum() == pytest.approx(0.25 * weight.sum())
