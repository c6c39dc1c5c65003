"""How well test rows are ranked and decided, every group × label cell weighing the same."""

import numpy as np
from sklearn.metrics import roc_auc_score

from skfairbargain.metrics import (
    max_group_balanced_accuracy_disparity,
    worst_group_auc,
    worst_group_balanced_accuracy_score,
)
from skfairbargain.model_selection import encode_cells

SCORES = {
    "score_auc": "score AUC",
    "worst_group_balanced_accuracy": "balanced accuracy, worst group",
    "worst_group_score_auc": "score AUC, worst group",
    "balanced_accuracy": "balanced accuracy",
    "balanced_accuracy_gap": "balanced accuracy, gap",
}


def score(y, scores, labels, groups):
    """Measure a method on clean test rows.

    Parameters
    ----------
    y, labels : ndarray of shape (n_samples,)
        0 or 1: true and predicted.
    scores : ndarray of shape (n_samples,)
    groups : ndarray of shape (n_samples,)

    Returns
    -------
    measures : dict of str to float
        Those of `SCORES`. The overall ones are of a population in which every cell of
        group and label is as large as any other; those of groups need no weights, because
        neither the AUC nor the balanced accuracy asks how common labels are.
    """
    cells = encode_cells(groups, y)
    weights = 1 / cells.counts.ravel()[cells.codes]
    told = {"sensitive_features": groups}
    return {
        "score_auc": float(roc_auc_score(y, scores, sample_weight=weights)),
        "worst_group_balanced_accuracy": worst_group_balanced_accuracy_score(
            y, labels, **told
        ),
        "worst_group_score_auc": worst_group_auc(y, scores, **told),
        "balanced_accuracy": float(np.average(labels == y, weights=weights)),
        "balanced_accuracy_gap": max_group_balanced_accuracy_disparity(y, labels, **told),
    }
