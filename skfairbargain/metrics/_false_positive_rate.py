"""False-positive rate, whose parity is predictive equality."""

from ._confusion import bins_of_a_label, of_confusion
from ._forms import difference, overall, ratio, worst_group
from ._quantity import Quantity, no_negative

__all__ = [
    "group_false_positive_rate_ratio",
    "max_group_false_positive_rate_disparity",
    "overall_false_positive_rate_loss",
    "worst_group_false_positive_rate_loss",
]


@of_confusion
def _false_positive_rate(matrix):
    return matrix[..., 0, 1] / matrix[..., 0, :].sum(axis=-1)


FALSE_POSITIVE_RATE = Quantity(
    name="false_positive_rate",
    title="false-positive rate",
    reads="labels",
    bins=bins_of_a_label,
    formula=_false_positive_rate,
    lacks=no_negative,
    multiclass=False,
    greater_is_better=False,
)


@overall(FALSE_POSITIVE_RATE)
def overall_false_positive_rate_loss(
    y_true,
    y_pred,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Share of all negatives that are selected.

    .. math:: P(\hat Y = 1 \mid Y = 0)

    0: no negative is selected; 1: all are. Groups are accepted and not used. Known misuse:
    selecting nobody gives 0, so read it beside :func:`overall_true_positive_rate_score`.

    <parameters>

    See Also
    --------
    worst_group_false_positive_rate_loss : The same for the group that suffers most of it.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_false_positive_rate_loss
    >>> overall_false_positive_rate_loss([0, 0, 0, 1, 1], [0, 1, 0, 0, 1])
    0.3333333333333333
    """


@worst_group(FALSE_POSITIVE_RATE)
def worst_group_false_positive_rate_loss(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""False-positive rate of the group in which most negatives are selected.

    .. math:: \max_g P(\hat Y = 1 \mid Y = 0, A = g)

    0: no negative of any group is selected; 1: some group's negatives all are. The harm
    it measures is the wrongful selection: an accusation, a search, an operation. Known
    misuse: selecting nobody gives 0, so read it beside
    :func:`worst_group_true_positive_rate_score`.

    <parameters>

    See Also
    --------
    max_group_false_positive_rate_disparity : How far apart the groups are.

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_false_positive_rate_loss
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> worst_group_false_positive_rate_loss(y_true, y_pred, sensitive_features=groups)
    0.5
    """


@difference(FALSE_POSITIVE_RATE)
def max_group_false_positive_rate_disparity(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Largest difference in false-positive rate between two groups.

    .. math:: \max_g P(\hat Y = 1 \mid Y = 0, A = g)
              - \min_g P(\hat Y = 1 \mid Y = 0, A = g)

    0: negatives are selected equally often in every group ("predictive equality"); 1:
    always in one and never in another. The harm it measures is that wrongful selections
    fall on some group more than on another. Known misuse: labels that record past
    suspicion, such as arrests, make the negatives of a closely watched group unlike
    those of another.

    <parameters>

    See Also
    --------
    equalized_odds_difference : This and the true-positive rates together.

    Examples
    --------
    >>> from skfairbargain.metrics import max_group_false_positive_rate_disparity
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> max_group_false_positive_rate_disparity(y_true, y_pred, sensitive_features=groups)
    0.5
    """


@ratio(FALSE_POSITIVE_RATE)
def group_false_positive_rate_ratio(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Smallest false-positive rate of a group over the largest.

    .. math:: \min_g P(\hat Y = 1 \mid Y = 0, A = g)
              \,/\, \max_g P(\hat Y = 1 \mid Y = 0, A = g)

    1: negatives are selected equally often in every group, or never in any; 0: never in
    one group and sometimes in another. The harm is that of
    :func:`max_group_false_positive_rate_disparity`. Known misuse: between rates near
    zero it is mostly noise: one wrongful selection against none has a ratio of 0.

    <parameters>

    See Also
    --------
    max_group_false_positive_rate_disparity : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import group_false_positive_rate_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> group_false_positive_rate_ratio(y_true, y_pred, sensitive_features=groups)
    0.0
    """
