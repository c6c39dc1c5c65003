"""Group metrics of scores and probabilities: ROC AUC and log loss."""

from ._forms import by_score, disparity, group_metric, ratio


@group_metric(reads="scores", greater_is_better=True)
def worst_group_auc(
    y_true,
    y_score,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    labels=None,
):
    r"""ROC AUC of the group that is ranked worst.

    .. math:: \min_g \mathrm{AUC}_g

    1: in every group, all positives rank above all negatives; 0.5: some group is ranked by
    chance; 0: some group is ranked upside down. The harm it measures is a score that is
    useful for most people and useless within some group. Positives of one group are never
    compared with negatives of another, so it does not see that a whole group is scored too
    low. Known misuse: a minimum over small groups is mostly noise, and pessimistic; look
    at the intervals of :func:`group_metrics`.

    <parameters>

    See Also
    --------
    max_group_auc_disparity : How far apart the groups are.
    group_metrics : The AUC of every group, with intervals.

    References
    ----------
    Zeng et al., Fairness-Aware Meta-Learning via Nash Bargaining, NeurIPS 2024, section 2
    (Worst-gAUC).

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_auc
    >>> y_score = [0.1, 0.9, 0.2, 0.3, 0.4, 0.2]
    >>> worst_group_auc([0, 1, 0, 0, 1, 1], y_score, sensitive_features=list("FFFMMM"))
    0.5
    """
    return min(
        by_score(
            "auc", y_true, y_score, sensitive_features, sample_weight, undefined, labels
        ).values()
    )


@group_metric(reads="scores", greater_is_better=False)
def max_group_auc_disparity(
    y_true,
    y_score,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    labels=None,
):
    r"""Largest difference in ROC AUC between two groups.

    .. math:: \max_g \mathrm{AUC}_g - \min_g \mathrm{AUC}_g

    0: the score ranks equally well in every group; 1: perfectly in one and upside down in
    another. The harm it measures is a score that informs decisions better about some
    people than about others. Known misuse: it is 0 as well for a model that ranks everyone
    by chance, so read it beside :func:`worst_group_auc`; and it grows with the number of
    groups and with their smallness, by chance alone.

    <parameters>

    See Also
    --------
    worst_group_auc : The level below which no group is.
    group_auc_ratio : The same comparison as a ratio.

    References
    ----------
    Zeng et al., Fairness-Aware Meta-Learning via Nash Bargaining, NeurIPS 2024, section 2
    (Max-gAUCD).

    Examples
    --------
    >>> from skfairbargain.metrics import max_group_auc_disparity
    >>> y_score = [0.1, 0.9, 0.2, 0.3, 0.4, 0.2]
    >>> groups = list("FFFMMM")
    >>> max_group_auc_disparity([0, 1, 0, 0, 1, 1], y_score, sensitive_features=groups)
    0.5
    """
    return disparity(
        by_score(
            "auc", y_true, y_score, sensitive_features, sample_weight, undefined, labels
        )
    )


@group_metric(reads="scores", greater_is_better=True)
def group_auc_ratio(
    y_true,
    y_score,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    labels=None,
):
    r"""Smallest ROC AUC of a group over the largest.

    .. math:: \min_g \mathrm{AUC}_g \,/\, \max_g \mathrm{AUC}_g

    1: the score ranks equally well in every group; 0: upside down in some group. The harm
    is that of :func:`max_group_auc_disparity`. Known misuse: 0.5, not 0, is the AUC of
    chance, so that a ratio of 0.5 can mean "perfect against useless"; the difference is
    easier to read.

    <parameters>

    See Also
    --------
    max_group_auc_disparity : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import group_auc_ratio
    >>> y_score = [0.1, 0.9, 0.2, 0.3, 0.4, 0.2]
    >>> group_auc_ratio([0, 1, 0, 0, 1, 1], y_score, sensitive_features=list("FFFMMM"))
    0.5
    """
    return ratio(
        by_score(
            "auc", y_true, y_score, sensitive_features, sample_weight, undefined, labels
        )
    )


@group_metric(reads="probabilities", greater_is_better=False)
def worst_group_log_loss(
    y_true,
    y_proba,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    labels=None,
):
    r"""Log loss of the group whose probabilities are worst.

    .. math:: \max_g \; E[-\log p_Y(X) \mid A = g]

    with :math:`p_Y(X)` the probability given to the true label :math:`Y`. 0: every true
    label has probability one; :math:`\log 2 \approx 0.69` is what a coin gets on two
    labels, and there is no upper bound but the one that clipping sets. The harm it
    measures is probabilities that mislead about some group, in ranking or in calibration.
    Known misuse: a group whose outcome is harder to predict has a larger loss under the
    best possible model too.

    <parameters>

    Notes
    -----
    Probabilities are kept a rounding unit away from 0 and 1, as
    :func:`sklearn.metrics.log_loss` does.

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_log_loss
    >>> y_proba = [0.5, 0.5, 0.25, 0.75]
    >>> loss = worst_group_log_loss([0, 1, 0, 1], y_proba, sensitive_features=list("FFMM"))
    >>> round(loss, 4)
    0.6931
    """
    return max(
        by_score(
            "log_loss",
            y_true,
            y_proba,
            sensitive_features,
            sample_weight,
            undefined,
            labels,
        ).values()
    )


@group_metric(reads="probabilities", greater_is_better=False)
def max_group_log_loss_disparity(
    y_true,
    y_proba,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    labels=None,
):
    r"""Largest difference in log loss between two groups.

    .. math:: \max_g L_g - \min_g L_g, \quad L_g = E[-\log p_Y(X) \mid A = g]

    0: the probabilities are as informative in every group; there is no upper bound. The
    harm it measures is probabilities that can be relied on for some people and not for
    others. Known misuse: base rates alone make it differ from 0, for a group whose outcome
    is nearly certain has a small loss without any merit of the model.

    <parameters>

    Examples
    --------
    >>> from skfairbargain.metrics import max_group_log_loss_disparity
    >>> y_proba = [0.5, 0.5, 0.25, 0.75]
    >>> gap = max_group_log_loss_disparity(
    ...     [0, 1, 0, 1], y_proba, sensitive_features=list("FFMM")
    ... )
    >>> round(gap, 4)
    0.4055
    """
    return disparity(
        by_score(
            "log_loss",
            y_true,
            y_proba,
            sensitive_features,
            sample_weight,
            undefined,
            labels,
        )
    )


@group_metric(reads="probabilities", greater_is_better=True)
def group_log_loss_ratio(
    y_true,
    y_proba,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    labels=None,
):
    r"""Smallest log loss of a group over the largest.

    .. math:: \min_g L_g \,/\, \max_g L_g, \quad L_g = E[-\log p_Y(X) \mid A = g]

    1: the probabilities are as informative in every group; near 0: the loss of one group
    is many times that of another. The harm is that of
    :func:`max_group_log_loss_disparity`. Known misuse: of two tiny losses the ratio can be
    near 0 while nobody is harmed.

    <parameters>

    Examples
    --------
    >>> from skfairbargain.metrics import group_log_loss_ratio
    >>> y_proba = [0.5, 0.5, 0.25, 0.75]
    >>> ratio = group_log_loss_ratio([0, 1, 0, 1], y_proba, sensitive_features=list("FFMM"))
    >>> round(ratio, 4)
    0.415
    """
    return ratio(
        by_score(
            "log_loss",
            y_true,
            y_proba,
            sensitive_features,
            sample_weight,
            undefined,
            labels,
        )
    )
