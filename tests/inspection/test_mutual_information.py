"""The mutual information of a few rows by hand: its cuts, its shuffles and its p-value."""

import numpy as np
import pytest
from sklearn.metrics import normalized_mutual_info_score

from skfairbargain.inspection._mutual_information import mutual_information


def informed(X, y, groups=None, n_shuffles=9, seed=0):
    X, y = np.array(X, dtype=float)[:, None], np.array(y)
    groups = np.zeros(len(y), int) if groups is None else np.array(groups)
    return mutual_information(X, y, groups, n_shuffles, np.random.RandomState(seed))


def test_the_smallest_p_counts_the_different_orders_within_each_group():
    # 4!/2! = 12 orders of the labels 0, 0, 1, 2, and 3 of 0, 1, 1.
    found = informed(range(7), [0, 0, 1, 2, 0, 1, 1], groups=[0, 0, 0, 0, 1, 1, 1])
    assert found.smallest_p == pytest.approx(1 / 36)
    assert informed(range(4), [0, 0, 1, 1]).smallest_p == pytest.approx(1 / 6)


def test_the_original_order_counts_as_a_shuffle():
    y = np.repeat([0, 1], 10)
    # No shuffle of these is as good as the order that is perfect.
    assert informed(y, y, n_shuffles=99).p_value == 1 / 100
    # Every order of labels that are all alike is as good.
    assert informed([0, 1, 0, 1], [0, 0, 0, 0], n_shuffles=99).p_value == 1


@pytest.mark.parametrize(
    ("X", "y"),
    [
        # Three values, √9, are left as they are; the terciles would join 1 and 2.
        ([0, 0, 0, 0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 0, 0, 0, 0, 1]),
        # Two values are left as they are, however few the rows.
        ([0, 1, 1], [0, 1, 1]),
        ([0, 1], [0, 1]),
    ],
)
def test_few_values_are_not_cut(X, y):
    expected = normalized_mutual_info_score(y, X)
    assert informed(X, y).value == pytest.approx(expected)


def test_more_values_are_cut_at_quantiles():
    # Four values are more than √9; cut at the terciles 0 and 0, 1 to 3 are one.
    X, y = [0, 0, 0, 0, 0, 0, 1, 2, 3], [0, 0, 0, 0, 0, 0, 0, 1, 1]
    expected = normalized_mutual_info_score(y, np.minimum(X, 1))
    assert informed(X, y).value == pytest.approx(expected)
