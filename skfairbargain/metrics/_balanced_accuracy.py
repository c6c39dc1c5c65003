"""Balanced accuracy: how often predictions are right, all labels counting alike."""

import numpy as np

from ._confusion import bins_of_every_label, of_confusion
from ._forms import difference, overall, ratio, worst_group
from ._quantity import Quantity, no_sample_of_a_class

__all__ = [
    "group_balanced_accuracy_ratio",
    "max_group_balanced_accuracy_disparity",
    "overall_balanced_accuracy_score",
    "worst_group_balanced_accuracy_score",
]


@of_confusion
def _balanced_accuracy(matrix):
    hits = np.diagonal(matrix, axis1=-2, axis2=-1)
    return (hits / matrix.sum(axis=-1)).mean(axis=-1)


BALANCED_ACCURACY = Quantity(
    name="balanced_accuracy",
    title="balanced accuracy",
    reads="labels",
    bins=bins_of_every_label,
    formula=_balanced_accuracy,
    lacks=no_sample_of_a_class,
)


@overall(BALANCED_ACCURACY)
def overall_balanced_accuracy_score(
    y_true,
    y_pred,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
):
    r"""Mean over the labels of the share of their rows that are found.

    .. math:: \frac{1}{C} \sum_c P(\hat Y = c \mid Y = c)

    with C labels. 1: no mistake; 1/C: no better than a constant. A rare label counts as
    much as a common one. Groups are accepted and not used. Known misuse: read as accuracy,
    which it is only where all labels are equally frequent.

    <parameters>

    See Also
    --------
    worst_group_balanced_accuracy_score : The same for the worst group.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_balanced_accuracy_score
    >>> overall_balanced_accuracy_score([0, 0, 0, 1, 1], [0, 1, 0, 0, 1])
    0.5833333333333333
    """


@worst_group(BALANCED_ACCURACY)
def worst_group_balanced_accuracy_score(
    y_true, y_pred, *, sensitive_features, sample_weight=None, undefined="raise"
):
    r"""Balanced accuracy of the group with the most mistakes.

    .. math:: \min_g \frac{1}{K} \sum_{k=1}^{K} P(\hat Y = k \mid Y = k, A = g)

    over the :math:`K` classes. 1: no mistake in any group; :math:`1/K`: as good as a
    constant in some group; 0: nothing but mistakes. The harm it measures is a quality
    of service that some group, or those of some group with the rarer label, do not get.
    Known misuse: in a group with three positives, one of them moves it by a sixth.

    <parameters>

    See Also
    --------
    worst_group_accuracy_score : Without balance between the labels.
    sklearn.metrics.balanced_accuracy_score : The quantity that is compared.

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_balanced_accuracy_score
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> worst_group_balanced_accuracy_score(y_true, y_pred, sensitive_features=groups)
    0.75
    """


@difference(BALANCED_ACCURACY)
def max_group_balanced_accuracy_disparity(
    y_true, y_pred, *, sensitive_features, sample_weight=None, undefined="raise"
):
    r"""Largest difference in balanced accuracy between two groups.

    .. math:: \max_g \mathrm{BA}_g - \min_g \mathrm{BA}_g, \quad
              \mathrm{BA}_g = \frac{1}{K} \sum_{k=1}^{K} P(\hat Y = k \mid Y = k, A = g)

    0: every group is served equally well; 1: one perfectly and another upside down. The
    harm it measures is a quality of service that depends on the group, whatever the
    base rates. Known misuse: it is 0 for every constant prediction, so read it beside
    :func:`worst_group_balanced_accuracy_score`.

    <parameters>

    See Also
    --------
    equalized_odds_difference : The two kinds of mistakes apart.

    Examples
    --------
    >>> from skfairbargain.metrics import max_group_balanced_accuracy_disparity
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> max_group_balanced_accuracy_disparity(y_true, y_pred, sensitive_features=groups)
    0.0
    """


@ratio(BALANCED_ACCURACY)
def group_balanced_accuracy_ratio(
    y_true, y_pred, *, sensitive_features, sample_weight=None, undefined="raise"
):
    r"""Smallest balanced accuracy of a group over the largest.

    .. math:: \min_g \mathrm{BA}_g \,/\, \max_g \mathrm{BA}_g, \quad
              \mathrm{BA}_g = \frac{1}{K} \sum_{k=1}^{K} P(\hat Y = k \mid Y = k, A = g)

    1: every group is served equally well; 0: nothing but mistakes in some group. The
    harm is that of :func:`max_group_balanced_accuracy_disparity`. Known misuse: a
    constant prediction has a ratio of 1.

    <parameters>

    See Also
    --------
    max_group_balanced_accuracy_disparity : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import group_balanced_accuracy_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> group_balanced_accuracy_ratio(y_true, y_pred, sensitive_features=groups)
    1.0
    """
