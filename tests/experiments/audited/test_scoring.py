"""Measures in a population whose cells are all as large."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from experiments.audited.scoring import score


def test_by_hand():
    #          group a: labels right 1 of 2 and 1 of 1     b: 1 of 1 and 2 of 2
    y = np.array([0, 0, 1, 0, 1, 1])
    labels = np.array([1, 0, 1, 0, 1, 1])
    groups = np.array(list("aaabbb"), dtype=object)
    found = score(y, labels.astype(float), labels, groups)
    # a: (1/2 + 1) / 2; b: 1; overall: the mean of the four cells.
    assert found["worst_group_balanced_accuracy"] == 0.75
    assert found["balanced_accuracy"] == pytest.approx((0.5 + 1 + 1 + 1) / 4)
    assert found["balanced_accuracy_gap"] == 0.25
    assert found["worst_group_score_auc"] == 0.75


def test_repeated_rows_of_a_cell_change_nothing():
    rng = np.random.default_rng(0)
    y, groups = rng.integers(2, size=80), rng.choice(["a", "b"], size=80).astype(object)
    scores = rng.normal(size=80) + y
    rows = np.flatnonzero((groups == "a") & (y == 1))
    more = np.concatenate([np.arange(80), rows, rows, rows])
    once, often = (score(y[r], scores[r], (scores > 0)[r].astype(int), groups[r])
                   for r in (np.arange(80), more))  # fmt: skip
    assert often == pytest.approx(once)


def test_equal_cells_need_no_weights():
    y, groups = np.tile([0, 1], 20), np.repeat(["a", "b"], 20).astype(object)
    scores = np.random.default_rng(1).normal(size=40)
    found = score(y, scores, (scores > 0).astype(int), groups)
    assert found["score_auc"] == pytest.approx(roc_auc_score(y, scores))
