"""Folds, weights, priors, groups and the agreement, each by hand or by its definition."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import check_cv

from skfairbargain.audited._agreement import serves_every_group
from skfairbargain.audited._audit import make_audit
from skfairbargain.audited._balance import (
    balanced_within_groups,
    cell_balanced,
    class_balanced,
)
from skfairbargain.audited._folds import folds_by_cell, folds_of_splits
from skfairbargain.audited._group_model import fit_group_model
from skfairbargain.audited._library import noise_factors
from skfairbargain.audited._prior import read_prior
from skfairbargain.audited._reference import best_shift
from skfairbargain.audited._training import _drawn_by_class
from skfairbargain.exceptions import SmallGroupWarning


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=4, max_size=40),
    st.integers(2, 8),
)
def test_no_training_fold_lacks_a_class_that_has_two_rows(rows, n_folds):
    y, groups = np.array(rows).T
    folds = folds_by_cell(y, groups, n_folds, np.random.RandomState(0))
    sizes = np.bincount(folds)
    assert sizes.max() - sizes.min() <= 1
    for label in range(3):
        if (y == label).sum() >= 2:
            assert len(np.unique(folds[y == label])) >= 2


def test_folds_of_splits():
    splits = [([2, 3], [0, 1]), ([0, 1], [2, 3])]
    y = np.array([0, 1, 0, 1])
    assert folds_of_splits(check_cv(splits), y, y, y).tolist() == [0, 0, 1, 1]
    message = (
        "The splits of `cv` should be two or more, and leave every audited row out once. "
        "Got 2, which leave 1 of 5 rows out never or several times."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        folds_of_splits(check_cv(splits), *[np.append(y, 0)] * 3)


def test_balanced_weights_by_hand():
    y = np.array([0, 0, 0, 1])
    assert_allclose(class_balanced(y, 2, np.ones(4)), [2 / 3, 2 / 3, 2 / 3, 2])
    # Group 0 has the first two rows, group 1 the others; each keeps its weight of 2, half
    # of it for each class it has: group 0 has one class alone, whose rows count 1 each.
    groups = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    found = balanced_within_groups(y, 2, groups, np.ones(4))
    assert_allclose(found, np.array([1, 1, 2, 2]) * 4 / 6)
    assert_allclose(cell_balanced(np.array([0, 0, 0, 1])), [2 / 3, 2 / 3, 2 / 3, 2])


def test_weights_that_count_copies():
    y = np.array([0, 0, 1])
    weighted = class_balanced(y, 2, np.array([2.0, 1, 1]))
    copied = class_balanced(np.array([0, 0, 0, 1]), 2, np.ones(4))
    assert_allclose(weighted, [2 * copied[0], copied[2], copied[3]])


def test_small_groups_are_one():
    y = np.array([0, 0, 1, 1, 0, 1, 0, 1])
    groups = list("aaaabbcc")
    message = (
        "The groups ['b', 'c'] are one group here, 'other groups': at least one of them "
        "has fewer than 2 audited rows of a class. Audit more of their rows, or merge "
        "groups by their meaning."
    )
    with pytest.warns(SmallGroupWarning, match=f"^{re.escape(message)}$"):
        audit = make_audit(y, groups, np.array([0, 1]), balanced=True)
    assert audit.names == ["a", "other groups"]
    assert audit.merged == ["b", "c"]
    assert audit.groups.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert audit.fewest == 2


def test_a_small_group_alone_takes_the_smallest_other():
    y = np.array([0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0])
    groups = list("aaaabbbbbbc")
    with pytest.warns(SmallGroupWarning):
        audit = make_audit(y, groups, np.array([0, 1]), balanced=True)
    assert audit.names == ["b", "other groups"]
    assert audit.merged == ["a", "c"]


def test_every_cell_counts_alike_or_every_row():
    y = np.array([0, 0, 0, 0, 1, 1])
    groups = ["a"] * 6
    balanced = make_audit(y, groups, np.array([0, 1]), balanced=True)
    assert_allclose(balanced.weight, [0.75] * 4 + [1.5] * 2)
    plain = make_audit(y, groups, np.array([0, 1]), balanced=False)
    assert_array_equal(plain.weight, np.ones(6))


def test_refuses_a_class_without_rows():
    message = (
        "`y_val` should have 2 rows or more of every class, so that some can be learned "
        "from and others predicted. Got {'no': 2, 'yes': 1}. Audit more rows of the rare "
        "classes, or leave these classes out of `y` as well."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_audit(np.array([0, 0, 1]), None, np.array(["no", "yes"]), balanced=True)


COUNTED = pd.Series(["yes", "no", "yes", "yes"]).value_counts(normalize=True)


@pytest.mark.parametrize(
    "audit", [[0.25, 0.75], {"no": 0.25, "yes": 0.75}, COUNTED, pd.Series([0.25, 0.75])]
)
def test_priors(audit):
    assert read_prior(audit, np.array(["no", "yes"])).tolist() == [0.25, 0.75]


OF_OTHERS = pd.Series([0.25, 0.75], index=["No", "Yes"])


@pytest.mark.parametrize(
    "audit", [OF_OTHERS, "all", [1, 2], [0, 1], [0.5], {"no": 1}, None, [[1]], 3]
)
def test_refuses_what_is_no_prior(audit):
    message = (
        "`audit` should be 'balanced', 'sample', or the share of each of the classes "
        "['no', 'yes'] among the rows that will be predicted, positive and of sum 1. Got "
        f"{audit!r}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_prior(audit, np.array(["no", "yes"]))


def test_agreement_by_hand():
    # Student's 0.95 quantile with 3 degrees is 2.353: gains of mean 1 and standard error
    # s/2 are beyond it for s = 0.8 and not for s = 0.9.
    shape = np.array([-1, -1, 1, 1]) / np.sqrt(4 / 3)
    groups, weight = np.zeros(4, int), np.ones(4)
    assert serves_every_group(1 + 0.8 * shape, groups, weight)
    assert not serves_every_group(1 + 0.9 * shape, groups, weight)
    # A second group that loses is enough to refuse.
    both = np.concatenate([1 + 0.8 * shape, -0.1 + 0.01 * shape])
    assert not serves_every_group(both, np.repeat([0, 1], 4), np.ones(8))


def test_agreement_needs_two_rows_of_a_group():
    assert not serves_every_group(np.ones(3), np.array([0, 0, 1]), np.ones(3))


def test_groups_are_told_apart_where_a_feature_says_so():
    rng = np.random.RandomState(0)
    codes = np.arange(60) % 3
    folds = folds_by_cell(codes, codes, 5, rng)
    telling = fit_group_model(np.eye(3)[codes], codes, folds, 0)
    assert telling.is_informative
    assert (telling.out_of_fold.argmax(axis=1) == codes).all()
    assert_allclose(telling.out_of_fold.sum(axis=1), 1)
    silent = fit_group_model(np.zeros((60, 2)), codes, folds, 0)
    assert silent.name == "prior"
    assert_allclose(silent.probabilities(np.zeros((1, 2))), [[1 / 3] * 3])
    assert silent.log_loss["prior"] == pytest.approx(np.log(3))


def test_boosting_imputes_few_groups_alone(monkeypatch):
    monkeypatch.setattr("skfairbargain.audited._group_model.MOST_BOOSTED", 2)
    for n_groups in (2, 3):
        codes = np.arange(2 * n_groups) % n_groups
        folds = np.repeat([0, 1], n_groups)
        model = fit_group_model(codes[:, None], codes, folds, 0)
        assert ("boosting" in model.log_loss) is (n_groups == 2)


def test_fewer_rows_draw_the_mix_closer_to_equal_weights():
    found = [noise_factors(n, over_reference=False) for n in (50, 200, 2)]
    assert [each["entropy"] for each in found] == pytest.approx([0.3, 0.15, 1.5])
    assert [each["least_gain"] for each in found] == pytest.approx([0.07, 0.035, 0.35])
    assert noise_factors(2, over_reference=True)["least_gain"] < 0.001


@pytest.mark.parametrize("prior", [[0.5, 0.5], [0.9, 0.1], [0.2, 0.7, 0.1]])
def test_the_best_shift_is_the_change_of_the_prior(prior):
    """Without features: from logits of any prior to those of equal classes."""
    n_classes = len(prior)
    y = np.repeat(np.arange(n_classes), 4)
    logits = np.tile(np.log(prior), (len(y), 1))
    shift = best_shift(logits, y, np.full(len(y), 3.0))
    assert_allclose(shift, np.mean(np.log(prior)) - np.log(prior), atol=1e-4)


def test_rows_are_drawn_by_class():
    codes = np.repeat([0, 1, 2], [900, 99, 1])
    drawn = _drawn_by_class(codes, 100, np.random.RandomState(0))
    assert np.bincount(codes[drawn]).tolist() == [90, 10, 1]
    assert (np.diff(drawn) > 0).all()
