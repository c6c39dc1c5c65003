"""What is measured on the test set: hard labels as in the paper, and scores."""

import numpy as np
from sklearn.metrics import roc_auc_score

# What tables show of `honest_measures`, and by which name.
MEASURES = {
    "score_auc": "score AUC",
    "worst_group_score_auc": "score AUC, worst group",
    "balanced_accuracy": "balanced accuracy",
    "worst_group_balanced_accuracy": "balanced accuracy, worst group",
    "balanced_accuracy_gap": "balanced accuracy, gap",
}


def hard_auc(y, predicted, groups):
    """AUC of predicted labels, overall and by group.

    The ROC curve of a label has one corner, and the area under it is the mean of the
    true-positive and the true-negative rate: the balanced accuracy.

    Parameters
    ----------
    y, predicted : ndarray of shape (n_samples,)
        0 or 1.
    groups : ndarray of shape (n_samples,)

    Returns
    -------
    overall : float
    by_group : list of float
        In the order of the sorted groups.

    Examples
    --------
    >>> import numpy as np
    >>> y, groups = np.array([0, 1, 0, 1]), np.array(["a", "a", "b", "b"])
    >>> hard_auc(y, np.array([0, 1, 1, 1]), groups)
    (0.75, [1.0, 0.5])
    """
    right = predicted == y

    def balanced(rows):
        rates = [right[rows & (y == label)].mean() for label in (0, 1)]
        return float(np.mean(rates))

    everybody = np.ones(len(y), dtype=bool)
    return balanced(everybody), [balanced(groups == group) for group in np.unique(groups)]


def score_auc(y, scores, groups):
    """ROC AUC of scores, overall and by group; see `hard_auc`."""
    by_group = [
        float(roc_auc_score(y[groups == group], scores[groups == group]))
        for group in np.unique(groups)
    ]
    return float(roc_auc_score(y, scores)), by_group


def honest_measures(y, scores, predicted, groups):
    """What the honest rule reports of a trained model.

    Parameters
    ----------
    y, predicted : ndarray of shape (n_samples,)
        0 or 1.
    scores : ndarray of shape (n_samples,) or None
        None for a method that only decides.
    groups : ndarray of shape (n_samples,)

    Returns
    -------
    measures : dict of str to float
        ``score_auc``, ``balanced_accuracy``, and of either the value in the worst group
        (``worst_group_…``) and the largest gap between groups (``…_gap``); None for those
        of missing scores.
    """
    measures = {}
    for name, measured in (
        ("score_auc", None if scores is None else score_auc(y, scores, groups)),
        ("balanced_accuracy", hard_auc(y, predicted, groups)),
    ):
        overall, by_group = measured or (None, None)
        measures[name] = overall
        measures[f"worst_group_{name}"] = by_group and min(by_group)
        measures[f"{name}_gap"] = by_group and max(by_group) - min(by_group)
    return measures
