"""Imputed groups and the weights that are made of them."""

import numpy as np
import pytest

from experiments.audited.imputation import (
    balanced_cells,
    balanced_within,
    fit_group_model,
)


@pytest.fixture
def people():
    """Features of which the first tells the group, names, and labels."""
    rng = np.random.default_rng(0)
    groups = rng.choice(["a", "b", "c"], size=300, p=[0.5, 0.3, 0.2]).astype(object)
    X = rng.normal(size=(300, 4))
    X[:, 0] = np.searchsorted(["a", "b", "c"], groups.astype(str)) + 0.1 * X[:, 0]
    y = (rng.random(300) < np.where(groups == "a", 0.7, 0.3)).astype(int)
    return X, groups, y


def certain(groups):
    return (groups[:, None] == np.unique(groups)).astype(float)


def test_stated_groups_are_imputed(people):
    X, groups, _ = people
    model = fit_group_model(X[:60], groups[:60], 0)
    assert model.names.tolist() == ["a", "b", "c"]
    for chances, told in (
        (model.chances(X[60:]), groups[60:]),
        (model.out_of_fold, groups[:60]),
    ):
        assert chances.sum(axis=1) == pytest.approx(np.ones(len(told)))
        assert np.mean(model.names[chances.argmax(axis=1)] == told) > 0.9


def test_groups_that_nothing_tells_are_not_imputed_out_of_fold(people):
    X, groups, _ = people
    groups = np.random.default_rng(1).permutation(groups)
    model = fit_group_model(X[:200], groups[:200], 0)
    named = model.names[model.out_of_fold.argmax(axis=1)]
    assert np.mean(named == groups[:200]) < 0.6


def test_one_audited_group_is_that_of_all(people):
    X, _, _ = people
    model = fit_group_model(X[:10], np.full(10, "a", dtype=object), 0)
    assert model.chances(X[:3]).tolist() == [[1.0], [1.0], [1.0]]


def test_a_group_with_a_single_row_is_left_out(people):
    X, _, _ = people
    groups = np.array(["a"] * 11 + ["b"], dtype=object)
    assert fit_group_model(X[:12], groups, 0).names.tolist() == ["a"]
    groups = np.array(["a"] * 6 + ["c"] * 5 + ["b"], dtype=object)
    model = fit_group_model(X[:12], groups, 0)
    assert model.names.tolist() == ["a", "c"]
    assert model.out_of_fold.shape == (12, 2)
    assert np.isfinite(model.chances(X)).all()


def test_labels_are_balanced_within_groups_that_keep_their_size(people):
    _, groups, y = people
    weights = balanced_within(certain(groups), y)
    for group in "abc":
        members = groups == group
        assert np.average(y[members], weights=weights[members]) == pytest.approx(0.5)
        assert weights[members].sum() == pytest.approx(members.sum())


def test_all_cells_weigh_the_same(people):
    _, groups, y = people
    weights = balanced_cells(certain(groups), y)
    sums = [weights[(groups == g) & (y == label)].sum() for g in "abc" for label in (0, 1)]
    assert sums == pytest.approx([50.0] * 6)


def test_uncertain_groups_weigh_like_one():
    y = np.repeat([0, 1], [30, 10])
    chances = np.full((40, 2), 0.5)
    # By hand: each label has half of the weight of the forty rows.
    assert balanced_within(chances, y) == pytest.approx(np.repeat([2 / 3, 2], [30, 10]))
