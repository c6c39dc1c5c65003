"""Candidates, by what they should do on scores that are made by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import approx_fprime

from skfairbargain.audited._base_models import BaseModel
from skfairbargain.audited._candidates import (
    Boosting,
    FeatureRegression,
    GivenLogits,
    ScoreStack,
    TetheredStack,
)
from skfairbargain.audited._library import candidate_library
from skfairbargain.audited._views import Views, centered_logits

NAMES = ["a", "b"]


def drawn(n_classes=2, n=80, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % n_classes
    X = (np.eye(n_classes)[y] + rng.normal(size=(n, n_classes))).astype(np.float32)
    scores = {
        name: centered_logits(
            np.exp(rng.normal(size=(n, n_classes)) + np.eye(n_classes)[y])
        )
        for name in NAMES
    }
    group_logits = centered_logits(rng.dirichlet([1, 1], size=n))
    return Views(X, scores, group_logits), y, rng.uniform(0.5, 2, n)


CANDIDATES = {
    "stack": lambda: ScoreStack(NAMES, groups=False),
    "group stack": lambda: ScoreStack(NAMES, groups=True),
    "tethered": lambda: TetheredStack(NAMES, groups=True),
    "features": FeatureRegression,
    "features and a stack": lambda: FeatureRegression(ScoreStack(NAMES, groups=True)),
    "boosting": Boosting,
    "boosting on a stack": lambda: Boosting(ScoreStack(NAMES, groups=False)),
}


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", CANDIDATES)
def test_learns_and_gives_centered_logits(name, n_classes):
    views, y, weight = drawn(n_classes)
    logits = CANDIDATES[name]().fit(views, y, weight, 0).logits(views)
    assert logits.shape == (80, n_classes)
    assert_allclose(logits.sum(axis=1), 0, atol=1e-9)
    assert (logits.argmax(axis=1) == y).mean() > 1 / n_classes + 0.1


def test_a_tethered_stack_stays_where_the_penalty_holds_it():
    views, y, weight = drawn()
    held = TetheredStack(NAMES, groups=True, C=1e-9).fit(views, y, weight, 0)
    mean = (views.scores["a"] + views.scores["b"]) / 2
    assert_allclose(held.logits(views), mean, atol=1e-5)


def test_a_tethered_stack_minimizes_the_penalized_loss():
    views, y, weight = drawn(n_classes=3)
    stack = TetheredStack(NAMES, groups=True, C=0.5).fit(views, y, weight, 0)

    def penalized_loss(flat):
        stack.slopes_ = flat.reshape(stack.slopes_.shape)
        logits = stack.logits(views)
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return -(weight * np.log(p[np.arange(len(y)), y])).sum() + (flat**2).sum()

    slope = approx_fprime(stack.slopes_.ravel().copy(), penalized_loss, 1e-6)
    assert np.abs(slope).max() < 0.02


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_free_constant_brings_the_shares_of_the_classes(n_classes):
    """Its first-order condition: the mean probabilities are the classes' shares."""
    views, y, _ = drawn(n_classes)
    rows = np.flatnonzero((y > 0) | (np.arange(len(y)) < 8))  # class 0 is rare
    views, y = views.take(rows), y[rows]
    for free in (False, True):
        stack = TetheredStack(NAMES, groups=True, free_constant=free)
        logits = stack.fit(views, y, np.ones(len(y)), 0).logits(views)
        mean = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).mean(axis=0)
        shares = np.bincount(y) / len(y)
        assert bool(np.abs(mean - shares).max() < 1e-3) is free


def test_the_constant_is_free_where_the_audit_is_a_sample():
    models = [BaseModel(name, None, False) for name in NAMES]
    for balanced in (True, False):
        tethered = candidate_library(models, [], 9, balanced=balanced)["tethered_2"]
        assert tethered.free_constant is not balanced


def test_boosting_continues_from_given_logits():
    start = GivenLogits(2).fit(None, np.array([0, 1]))
    rows = np.array([[9.0, 0.0, np.log(3)], [9.0, 1.0, 1.0]])
    assert_allclose(start.predict_proba(rows), [[0.25, 0.75], [0.5, 0.5]])
    views, y, weight = drawn()
    stack = ScoreStack(NAMES, groups=False)
    boosting = Boosting(stack).fit(views, y, weight, 0)
    first = boosting.model_.init_.predict_proba(boosting._columns(views))
    assert_allclose(centered_logits(first), stack.logits(views), rtol=1e-4)


def test_few_rows_have_a_small_library():
    models = [BaseModel(name, None, False) for name in NAMES]
    few, many = (candidate_library(models, [], n, balanced=True) for n in (4, 5))
    assert set(many) - set(few) == {"features_and_stack", "audited_boosting"}
    assert set(few) == {"stack", "boosting_on_stack", "tethered_2"}
    assert "tethered_1" in candidate_library(models[:1], [], 4, balanced=True)
    assert few["tethered_2"].names == NAMES


@pytest.mark.parametrize(
    ("fewest", "start", "counts"),
    [(4, TetheredStack, [3, 5]), (19, ScoreStack, [3, 5]), (20, ScoreStack, [2, 3])],
)
def test_few_rows_are_tethered_more(fewest, start, counts):
    names = list("abcdef")
    models = [BaseModel(name, None, False) for name in names]
    library = candidate_library(models, [], fewest, balanced=True)
    tethered = [name for name in library if name.startswith("tethered_")]
    assert [library[name].names for name in tethered] == [names[:n] for n in counts]
    assert type(library["boosting_on_stack"].start) is start


def test_a_reference_is_a_score_like_others():
    models = [BaseModel("a", None, False), BaseModel("a_by_group", None, True)]
    library = candidate_library(models, ["reference"], 9, balanced=True)
    assert library["stack"].names == ["a_by_group", "reference"]
    assert library["boosting_on_stack"].start.names == ["a", "reference"]
