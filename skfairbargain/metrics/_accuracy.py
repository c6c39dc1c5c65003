"""Accuracy: how often predictions are right."""

import numpy as np

from ._confusion import bins_of_all, of_confusion
from ._forms import difference, overall, ratio, worst_group
from ._quantity import Quantity

__all__ = [
    "group_accuracy_ratio",
    "max_group_accuracy_disparity",
    "overall_accuracy_score",
    "worst_group_accuracy_score",
]


@of_confusion
def _accuracy(matrix):
    return np.trace(matrix, axis1=-2, axis2=-1) / matrix.sum(axis=(-2, -1))


ACCURACY = Quantity(
    name="accuracy",
    title="accuracy",
    reads="labels",
    bins=bins_of_all,
    formula=_accuracy,
)


@overall(ACCURACY)
def overall_accuracy_score(
    y_true,
    y_pred,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
):
    r"""Share of all rows whose prediction is right.

    .. math:: P(\hat Y = Y)

    1: no mistake; 0: nothing but mistakes. It is what a search without groups maximises,
    and no measure of harm: a group's mistakes weigh as little as the group is small. Groups
    are accepted and not used. Known misuse: where one label is rare, always predicting the
    other has a high accuracy; see :func:`overall_balanced_accuracy_score`.

    <parameters>

    See Also
    --------
    worst_group_accuracy_score : The same for the group with the most mistakes.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_accuracy_score
    >>> overall_accuracy_score([0, 0, 0, 1, 1], [0, 1, 0, 0, 1])
    0.6
    """


@worst_group(ACCURACY)
def worst_group_accuracy_score(
    y_true, y_pred, *, sensitive_features, sample_weight=None, undefined="raise"
):
    r"""Accuracy of the group with the most mistakes.

    .. math:: \min_g P(\hat Y = Y \mid A = g)

    1: no mistake in any group; 0: nothing but mistakes in some group. The harm it
    measures is a quality of service that some group does not get. Known misuse: where
    one label is rare, always predicting the other has a high accuracy in every group;
    see :func:`worst_group_balanced_accuracy_score`.

    <parameters>

    See Also
    --------
    max_group_accuracy_disparity : How far apart the groups are.

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_accuracy_score
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> worst_group_accuracy_score(y_true, y_pred, sensitive_features=groups)
    0.75
    """


@difference(ACCURACY)
def max_group_accuracy_disparity(
    y_true, y_pred, *, sensitive_features, sample_weight=None, undefined="raise"
):
    r"""Largest difference in accuracy between two groups.

    .. math:: \max_g P(\hat Y = Y \mid A = g) - \min_g P(\hat Y = Y \mid A = g)

    0: equally many mistakes in every group; 1: none in one, nothing else in another.
    The harm it measures is a quality of service that depends on the group ("overall
    accuracy equality"). Known misuse: equal accuracy can hide that one group's mistakes
    are missed chances and another's are wrongful selections; compare the two error
    rates as well.

    <parameters>

    See Also
    --------
    equalized_odds_difference : The two kinds of mistakes apart.

    Examples
    --------
    >>> from skfairbargain.metrics import max_group_accuracy_disparity
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> max_group_accuracy_disparity(y_true, y_pred, sensitive_features=groups)
    0.0
    """


@ratio(ACCURACY)
def group_accuracy_ratio(
    y_true, y_pred, *, sensitive_features, sample_weight=None, undefined="raise"
):
    r"""Smallest accuracy of a group over the largest.

    .. math:: \min_g P(\hat Y = Y \mid A = g) \,/\, \max_g P(\hat Y = Y \mid A = g)

    1: equally many mistakes in every group; 0: nothing but mistakes in some group. The
    harm is that of :func:`max_group_accuracy_disparity`. Known misuse: between
    accuracies near 1 the ratio is near 1 even where one group has several times the
    mistakes of another.

    <parameters>

    See Also
    --------
    max_group_accuracy_disparity : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import group_accuracy_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> group_accuracy_ratio(y_true, y_pred, sensitive_features=groups)
    1.0
    """
