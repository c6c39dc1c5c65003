"""What is measured, by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from experiments.measures import hard_auc, honest_measures


def test_auc_of_hard_labels_is_that_of_scikit_learn(some_rows):
    rows = some_rows()
    predicted = np.random.default_rng(1).integers(2, size=len(rows.y))
    by_group = [
        roc_auc_score(rows.y[rows.groups == g], predicted[rows.groups == g]) for g in "abc"
    ]
    assert hard_auc(rows.y, predicted, rows.groups) == pytest.approx(
        [
            roc_auc_score(rows.y, predicted),
            min(by_group),
            max(by_group) - min(by_group),
        ]
    )


def test_honest_measures_by_hand():
    y = np.array([0, 0, 1, 1, 0, 1])
    groups = np.array(["a"] * 4 + ["b"] * 2)
    scores = np.array([0.1, 0.6, 0.4, 0.9, 0.8, 0.3])
    # Group a: 3 of 4 pairs in order; b: its one pair is not. Over all, of the 9 pairs
    # (0.4, 0.9, 0.3 against 0.1, 0.6, 0.8): 1 + 3 + 1 in order.
    labels = (scores > 0.5).astype(int)
    # Right: 0.1 and 0.9 only, so a has rates 1/2 and 1/2, b has 0 and 0, all 1/3 and 1/3.
    assert honest_measures(y, scores, labels, groups) == pytest.approx(
        {
            "score_auc": 5 / 9,
            "worst_group_score_auc": 0.0,
            "score_auc_gap": 0.75,
            "balanced_accuracy": 1 / 3,
            "worst_group_balanced_accuracy": 0.0,
            "balanced_accuracy_gap": 0.5,
        }
    )


def test_what_only_decides_has_no_scores():
    y, groups = np.array([0, 1, 0, 1]), np.array(["a", "a", "b", "b"])
    measures = honest_measures(y, None, y, groups)
    assert measures == {
        "score_auc": None,
        "worst_group_score_auc": None,
        "score_auc_gap": None,
        "balanced_accuracy": 1.0,
        "worst_group_balanced_accuracy": 1.0,
        "balanced_accuracy_gap": 0.0,
    }
