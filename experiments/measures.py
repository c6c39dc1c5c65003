"""Measures on the test set: of hard labels, as in the paper, and of scores."""

from skfairbargain.metrics import (
    max_group_auc_disparity,
    max_group_balanced_accuracy_disparity,
    overall_auc,
    overall_balanced_accuracy_score,
    worst_group_auc,
    worst_group_balanced_accuracy_score,
)

# The measures that tables show, and their titles.
MEASURES = {
    "score_auc": "score AUC",
    "worst_group_score_auc": "score AUC, worst group",
    "balanced_accuracy": "balanced accuracy",
    "worst_group_balanced_accuracy": "balanced accuracy, worst group",
    "balanced_accuracy_gap": "balanced accuracy, gap",
}


# Overall, in the worst group, and the largest gap between groups.
AUC = (overall_auc, worst_group_auc, max_group_auc_disparity)
BALANCED_ACCURACY = (
    overall_balanced_accuracy_score,
    worst_group_balanced_accuracy_score,
    max_group_balanced_accuracy_disparity,
)


def hard_auc(y, predicted, groups):
    """AUC of predicted labels: overall, in the worst group, and the largest gap.

    The ROC curve of a label has one corner, and the area under it is the mean of the
    true-positive and the true-negative rate: the balanced accuracy.

    Parameters
    ----------
    y, predicted : ndarray of shape (n_samples,)
        0 or 1.
    groups : ndarray of shape (n_samples,)

    Returns
    -------
    values : list of float
        Three of them.

    Examples
    --------
    >>> import numpy as np
    >>> y, groups = np.array([0, 1, 0, 1]), np.array(["a", "a", "b", "b"])
    >>> hard_auc(y, np.array([0, 1, 1, 1]), groups)
    [0.75, 0.5, 0.5]
    """
    return _measured(BALANCED_ACCURACY, y, predicted, groups)


def honest_measures(y, scores, predicted, groups):
    """Measure a trained model by the honest rule.

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
    for name, metrics, values in (
        ("score_auc", AUC, scores),
        ("balanced_accuracy", BALANCED_ACCURACY, predicted),
    ):
        names = (name, f"worst_group_{name}", f"{name}_gap")
        measures |= dict(zip(names, _measured(metrics, y, values, groups), strict=True))
    return measures


def _measured(metrics, y, values, groups):
    if values is None:
        return [None] * len(metrics)
    return [metric(y, values, sensitive_features=groups) for metric in metrics]
