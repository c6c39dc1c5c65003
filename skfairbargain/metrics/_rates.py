"""Group metrics of how often positives and negatives are selected."""

from ._forms import by_label, disparity, group_metric, ratio


@group_metric(reads="labels", greater_is_better=True)
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
    return min(
        by_label(
            "true_positive_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        ).values()
    )


@group_metric(reads="labels", greater_is_better=False)
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
    return max(
        by_label(
            "false_positive_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        ).values()
    )


@group_metric(reads="labels", greater_is_better=False)
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
    return disparity(
        by_label(
            "false_positive_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        )
    )


@group_metric(reads="labels", greater_is_better=True)
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
    return ratio(
        by_label(
            "false_positive_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        )
    )


@group_metric(reads="labels", greater_is_better=True)
def worst_group_selection_rate_score(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Selection rate of the group that is selected least.

    .. math:: \min_g P(\hat Y = 1 \mid A = g)

    1: everybody is selected; 0: nobody of some group is. The harm it measures is a
    benefit that is withheld from a group, so `pos_label` should be the label that
    people want. Known misuse: for a selection that burdens (a search, a refusal) the
    worst group is the one selected most, and a larger value is no improvement.

    <parameters>

    See Also
    --------
    demographic_parity_difference : How far apart the groups are.
    demographic_parity_ratio : The same as a ratio.

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_selection_rate_score
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> worst_group_selection_rate_score(y_true, y_pred, sensitive_features=groups)
    0.25
    """
    return min(
        by_label(
            "selection_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        ).values()
    )
