"""Parity of decisions: demographic parity, equal opportunity and equalized odds.

The definitions are those of fairlearn, with two differences: a rate that is undefined in
a group (no positive, or no negative) is an error or a warning instead of a zero, and the
ratio is 1, not NaN, where the rate is zero in every group.
"""

from ._forms import by_label, disparity, group_metric, ratio


@group_metric(reads="labels", greater_is_better=False)
def demographic_parity_difference(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Largest difference in selection rate between two groups.

    .. math:: \max_g P(\hat Y = 1 \mid A = g) - \min_g P(\hat Y = 1 \mid A = g)

    0: every group is selected equally often; 1: one always and another never. The harm
    it measures is an allocation, of jobs, credit or attention, that leaves a group out.
    Known misuse: it does not look at the true labels, so that selecting the wrong
    people of a group counts as well as selecting the right ones, and a perfect
    predictor fails it wherever base rates differ.

    <parameters>

    See Also
    --------
    demographic_parity_ratio : The same comparison as a ratio.
    worst_group_selection_rate_score : The level below which no group is.

    Examples
    --------
    >>> from skfairbargain.metrics import demographic_parity_difference
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> demographic_parity_difference(y_true, y_pred, sensitive_features=groups)
    0.5
    """
    return disparity(
        by_label(
            "selection_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        )
    )


@group_metric(reads="labels", greater_is_better=True)
def demographic_parity_ratio(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Smallest selection rate of a group over the largest.

    .. math:: \min_g P(\hat Y = 1 \mid A = g) \,/\, \max_g P(\hat Y = 1 \mid A = g)

    1: every group is selected equally often; 0: some group never. The harm is that of
    :func:`demographic_parity_difference`. Known misuse: the "four-fifths rule" of
    United States employment guidelines compares this number with 0.8 as a reason to
    look closer; passing it is no proof of fairness, nor failing it of discrimination.

    <parameters>

    See Also
    --------
    demographic_parity_difference : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import demographic_parity_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> demographic_parity_ratio(y_true, y_pred, sensitive_features=groups)
    0.3333333333333333
    """
    return ratio(
        by_label(
            "selection_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        )
    )


@group_metric(reads="labels", greater_is_better=False)
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
    return disparity(
        by_label(
            "true_positive_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        )
    )


@group_metric(reads="labels", greater_is_better=True)
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
    return ratio(
        by_label(
            "true_positive_rate",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
            pos_label,
        )
    )


@group_metric(reads="labels", greater_is_better=False)
def equalized_odds_difference(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
    agg="worst_case",
):
    r"""Larger of the differences in true-positive and false-positive rate between groups.

    .. math:: \max_{y \in \{0, 1\}} \left( \max_g P(\hat Y = 1 \mid Y = y, A = g)
              - \min_g P(\hat Y = 1 \mid Y = y, A = g) \right)

    or their mean, by `agg`. 0: given the true label, the decision does not depend on
    the group; 1: it depends on nothing else, for one of the labels. The harm it
    measures is that either kind of mistake falls on some group more than on another.
    Known misuse: with `agg="mean"` a small gap in one rate can hide a large one in the
    other; and together with equal calibration it is out of reach wherever base rates
    differ.

    <parameters>

    See Also
    --------
    equal_opportunity_difference : The true-positive side alone.
    max_group_false_positive_rate_disparity : The false-positive side alone.

    References
    ----------
    Hardt, Price, Srebro, Equality of Opportunity in Supervised Learning, NeurIPS 2016.

    Examples
    --------
    >>> from skfairbargain.metrics import equalized_odds_difference
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> equalized_odds_difference(y_true, y_pred, sensitive_features=groups)
    0.5
    """
    given = (y_true, y_pred, sensitive_features, sample_weight, undefined, pos_label)
    positives = by_label("true_positive_rate", *given)
    negatives = by_label("false_positive_rate", *given)
    return _aggregate([disparity(positives), disparity(negatives)], agg, max)


@group_metric(reads="labels", greater_is_better=True)
def equalized_odds_ratio(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
    agg="worst_case",
):
    r"""Smaller of the ratios of true-positive and of false-positive rate between groups.

    .. math:: \min_{y \in \{0, 1\}} \frac{\min_g P(\hat Y = 1 \mid Y = y, A = g)}
                                         {\max_g P(\hat Y = 1 \mid Y = y, A = g)}

    or their mean, by `agg`. 1: given the true label, the decision does not depend on
    the group; 0: some group's positives, or negatives, are never selected while
    another's are. The harm is that of :func:`equalized_odds_difference`. Known misuse:
    the ratio of two small false-positive rates is mostly noise and decides the result.

    <parameters>

    See Also
    --------
    equalized_odds_difference : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import equalized_odds_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> equalized_odds_ratio(y_true, y_pred, sensitive_features=groups)
    0.0
    """
    given = (y_true, y_pred, sensitive_features, sample_weight, undefined, pos_label)
    positives = by_label("true_positive_rate", *given)
    negatives = by_label("false_positive_rate", *given)
    return _aggregate([ratio(positives), ratio(negatives)], agg, min)


def _aggregate(sides, agg, worst):
    if agg == "worst_case":
        return worst(sides)
    if agg == "mean":
        return sum(sides) / 2
    raise ValueError(f"`agg` should be 'worst_case' or 'mean'. Got {agg!r}.")
