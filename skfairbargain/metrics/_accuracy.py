"""Group metrics of how often predictions are right: accuracy and balanced accuracy."""

from ._forms import by_label, disparity, group_metric, ratio


@group_metric(reads="labels", greater_is_better=True)
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
    return min(
        by_label(
            "accuracy", y_true, y_pred, sensitive_features, sample_weight, undefined
        ).values()
    )


@group_metric(reads="labels", greater_is_better=False)
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
    return disparity(
        by_label("accuracy", y_true, y_pred, sensitive_features, sample_weight, undefined)
    )


@group_metric(reads="labels", greater_is_better=True)
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
    return ratio(
        by_label("accuracy", y_true, y_pred, sensitive_features, sample_weight, undefined)
    )


@group_metric(reads="labels", greater_is_better=True)
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
    return min(
        by_label(
            "balanced_accuracy",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
        ).values()
    )


@group_metric(reads="labels", greater_is_better=False)
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
    return disparity(
        by_label(
            "balanced_accuracy",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
        )
    )


@group_metric(reads="labels", greater_is_better=True)
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
    return ratio(
        by_label(
            "balanced_accuracy",
            y_true,
            y_pred,
            sensitive_features,
            sample_weight,
            undefined,
        )
    )
