"""Precision, whose parity is predictive parity."""

from ._confusion import bins_of_the_selected, of_confusion
from ._forms import difference, overall, ratio, worst_group
from ._quantity import Quantity

__all__ = [
    "group_precision_ratio",
    "max_group_precision_disparity",
    "overall_precision_score",
    "worst_group_precision_score",
]


@of_confusion
def _precision(matrix):
    return matrix[..., 1, 1] / matrix[..., :, 1].sum(axis=-1)


def _no_predicted_positive(rows):
    return None if (rows.output == 1).any() else "no predicted positive"


PRECISION = Quantity(
    name="precision",
    title="precision",
    reads="labels",
    bins=bins_of_the_selected,
    formula=_precision,
    lacks=_no_predicted_positive,
    multiclass=False,
)


@overall(PRECISION)
def overall_precision_score(
    y_true,
    y_pred,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Share of all selected rows that are positives.

    .. math:: P(Y = 1 \mid \hat Y = 1)

    1: nobody is selected wrongly; 0: everybody who is selected. Groups are accepted and
    not used. Known misuse: selecting only the surest case gives 1, so read it beside
    :func:`overall_true_positive_rate_score`.

    <parameters>

    See Also
    --------
    worst_group_precision_score : The same for the group that is selected wrongly most.
    sklearn.metrics.precision_score : The same number, without groups.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_precision_score
    >>> overall_precision_score([0, 0, 0, 1, 1], [0, 1, 0, 0, 1])
    0.5
    """


@worst_group(PRECISION)
def worst_group_precision_score(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Precision of the group whose selections are wrong most often.

    .. math:: \min_g P(Y = 1 \mid \hat Y = 1, A = g)

    1: nobody of any group is selected wrongly; 0: everybody who is selected of some
    group. The harm it measures is a selection that means little for the members of some
    group: suspicion that is mostly unfounded, credit that cannot be repaid. Known misuse:
    selecting only the surest cases gives 1, so read it beside
    :func:`worst_group_true_positive_rate_score`.

    <parameters>

    See Also
    --------
    max_group_precision_disparity : How far apart the groups are.
    group_precision_ratio : The same as a ratio.

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_precision_score
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> score = worst_group_precision_score(y_true, y_pred, sensitive_features=groups)
    >>> round(score, 3)
    0.667
    """


@difference(PRECISION)
def max_group_precision_disparity(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Largest difference in precision between two groups.

    .. math:: \max_g P(Y = 1 \mid \hat Y = 1, A = g)
              - \min_g P(Y = 1 \mid \hat Y = 1, A = g)

    0: a selection is right equally often in every group ("predictive parity"); 1: always
    in one and never in another. The harm it measures is a decision that means one thing
    for one group and another for others. Known misuse: where base rates differ, it cannot
    be 0 while true-positive and false-positive rates are equal and not zero; and a group
    that is held to a higher bar tends to have the higher precision, so the group with the
    smaller value need not be the one that is harmed.

    <parameters>

    See Also
    --------
    equalized_odds_difference : Decisions given the label, not labels given the decision.
    worst_group_precision_score : The level below which no group is.

    References
    ----------
    Chouldechova, Fair Prediction with Disparate Impact, Big Data 5(2), 2017.

    Examples
    --------
    >>> from skfairbargain.metrics import max_group_precision_disparity
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> gap = max_group_precision_disparity(y_true, y_pred, sensitive_features=groups)
    >>> round(gap, 3)
    0.333
    """


@ratio(PRECISION)
def group_precision_ratio(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Smallest precision of a group over the largest.

    .. math:: \min_g P(Y = 1 \mid \hat Y = 1, A = g)
              \,/\, \max_g P(Y = 1 \mid \hat Y = 1, A = g)

    1: a selection is right equally often in every group; 0: never in some group. The harm
    is that of :func:`max_group_precision_disparity`. Known misuse: between values near 1
    the ratio is near 1 even where one group has several times the wrongful selections of
    another.

    <parameters>

    See Also
    --------
    max_group_precision_disparity : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import group_precision_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> round(group_precision_ratio(y_true, y_pred, sensitive_features=groups), 3)
    0.667
    """
