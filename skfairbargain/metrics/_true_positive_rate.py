"""True-positive rate, whose parity is equal opportunity."""

from ._confusion import bins_of_a_label, of_confusion
from ._forms import difference, overall, ratio, worst_group
from ._quantity import Quantity, no_positive

__all__ = [
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "overall_true_positive_rate_score",
    "worst_group_true_positive_rate_score",
]


@of_confusion
def _true_positive_rate(matrix):
    return matrix[..., 1, 1] / matrix[..., 1, :].sum(axis=-1)


TRUE_POSITIVE_RATE = Quantity(
    name="true_positive_rate",
    title="true-positive rate",
    reads="labels",
    bins=bins_of_a_label,
    formula=_true_positive_rate,
    lacks=no_positive,
    multiclass=False,
)


@overall(TRUE_POSITIVE_RATE)
def overall_true_positive_rate_score(
    y_true,
    y_pred,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Share of all positives that are selected.

    .. math:: P(\hat Y = 1 \mid Y = 1)

    1: every positive is found; 0: all are missed. Groups are accepted and not used. Known
    misuse: selecting everybody gives 1, so read it beside
    :func:`overall_false_positive_rate_loss`.

    <parameters>

    See Also
    --------
    worst_group_true_positive_rate_score : The same for the group that is missed most.
    sklearn.metrics.recall_score : The same number, without groups.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_true_positive_rate_score
    >>> overall_true_positive_rate_score([0, 0, 0, 1, 1], [0, 1, 0, 0, 1])
    0.5
    """


@worst_group(TRUE_POSITIVE_RATE)
def worst_group_true_positive_rate_score(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""True-positive rate of the group whose positives are missed most.

    .. math:: \min_g P(\hat Y = 1 \mid Y = 1, A = g)

    1: every positive of every group is found; 0: some group's positives are all missed.
    The harm it measures is the missed chance (or the missed illness) of those who
    qualify. Known misuse: selecting everybody gives 1, so read it beside
    :func:`worst_group_false_positive_rate_loss`.

    <parameters>

    See Also
    --------
    equal_opportunity_difference : How far apart the groups are.
    equal_opportunity_ratio : The same as a ratio.

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_true_positive_rate_score
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> worst_group_true_positive_rate_score(y_true, y_pred, sensitive_features=groups)
    0.5
    """


@difference(TRUE_POSITIVE_RATE)
def equal_opportunity_difference(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Largest difference in true-positive rate between two groups.

    .. math:: \max_g P(\hat Y = 1 \mid Y = 1, A = g)
              - \min_g P(\hat Y = 1 \mid Y = 1, A = g)

    0: those who qualify are selected equally often in every group; 1: always in one and
    never in another. The harm it measures is that qualified people of some group are
    passed over. Known misuse: it trusts the label; where past decisions made it ("was
    hired", "repaid the loan that was granted"), it repeats their harm.

    <parameters>

    See Also
    --------
    equalized_odds_difference : Wrongful selections as well.
    worst_group_true_positive_rate_score : The level below which no group is.

    References
    ----------
    Hardt, Price, Srebro, Equality of Opportunity in Supervised Learning, NeurIPS 2016.

    Examples
    --------
    >>> from skfairbargain.metrics import equal_opportunity_difference
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> equal_opportunity_difference(y_true, y_pred, sensitive_features=groups)
    0.5
    """


@ratio(TRUE_POSITIVE_RATE)
def equal_opportunity_ratio(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Smallest true-positive rate of a group over the largest.

    .. math:: \min_g P(\hat Y = 1 \mid Y = 1, A = g)
              \,/\, \max_g P(\hat Y = 1 \mid Y = 1, A = g)

    1: those who qualify are selected equally often in every group; 0: never in some
    group. The harm is that of :func:`equal_opportunity_difference`. Known misuse: where
    rates are near 1, the share of qualified people who are missed can differ
    severalfold at a ratio near 1.

    <parameters>

    See Also
    --------
    equal_opportunity_difference : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import equal_opportunity_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> equal_opportunity_ratio(y_true, y_pred, sensitive_features=groups)
    0.5
    """
