"""Metrics of all rows together, called like those of groups."""

from ..exceptions import UndefinedGroupError
from ._base import BASE_METRICS
from ._forms import group_metric
from ._inputs import read_labels, read_scores


@group_metric(reads="scores", greater_is_better=True)
def overall_auc(
    y_true,
    y_score,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
    labels=None,
):
    r"""Area under the ROC curve of all rows together.

    .. math:: \mathrm{AUC} = P(S > S') + \tfrac{1}{2} P(S = S')

    with :math:`S` the score of a random positive and :math:`S'` of a random negative. 1:
    every positive ranks above every negative; 0.5: no better than chance; 0: every one
    ranks below. It measures how well the score ranks, and no harm to any group: a high
    value may hide one that is ranked by chance. Groups are accepted and not used, so that
    all metrics are called alike. Known misuse: predicted labels in place of scores, which
    gives the balanced accuracy instead.

    <parameters>

    See Also
    --------
    worst_group_auc : The same for the group that is ranked worst.
    sklearn.metrics.roc_auc_score : The same number, without groups.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_auc
    >>> overall_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return _by_score("auc", y_true, y_score, sample_weight, labels)


@group_metric(reads="labels", greater_is_better=True)
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
    return _by_label("accuracy", y_true, y_pred, sample_weight)


@group_metric(reads="labels", greater_is_better=True)
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
    return _by_label("balanced_accuracy", y_true, y_pred, sample_weight)


@group_metric(reads="labels", greater_is_better=True)
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
    return _by_label("true_positive_rate", y_true, y_pred, sample_weight, pos_label)


@group_metric(reads="labels", greater_is_better=False)
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
    return _by_label("false_positive_rate", y_true, y_pred, sample_weight, pos_label)


@group_metric(reads="labels", greater_is_better=True)
def overall_selection_rate_score(
    y_true,
    y_pred,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Share of all rows that are selected.

    .. math:: P(\hat Y = 1)

    1: everybody is selected; 0: nobody. By itself it is neither good nor bad; it is the
    number that the groups' selection rates are seen against. Groups are accepted and not
    used. Known misuse: maximising it, which selects everybody.

    <parameters>

    See Also
    --------
    demographic_parity_difference : How far apart the groups' rates are.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_selection_rate_score
    >>> overall_selection_rate_score([0, 0, 0, 1, 1], [0, 1, 0, 0, 1])
    0.4
    """
    return _by_label("selection_rate", y_true, y_pred, sample_weight, pos_label)


@group_metric(reads="probabilities", greater_is_better=False)
def overall_log_loss(
    y_true,
    y_proba,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
    labels=None,
):
    r"""Mean surprise at the true labels of all rows.

    .. math:: -\mathbb{E}\left[\log \hat p(Y)\right]

    in nats, with :math:`\hat p(Y)` the probability that a row's true label was given. 0:
    certain and right; log C: as good as guessing among C equally frequent labels. It
    measures the ranking and the calibration at once. Groups are accepted and not used.
    Known misuse: comparing data sets with different shares of positives, since the loss of
    the best constant differs too.

    <parameters>

    See Also
    --------
    worst_group_log_loss : The same for the worst group.
    sklearn.metrics.log_loss : The same number, without groups.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_log_loss
    >>> round(overall_log_loss([0, 1], [0.5, 0.5]), 3)
    0.693
    """
    return _by_score("log_loss", y_true, y_proba, sample_weight, labels)


def _by_label(name, y_true, y_pred, sample_weight, pos_label=None):
    metric = BASE_METRICS[name]
    return _value(metric, read_labels(metric, y_true, y_pred, sample_weight, pos_label))


def _by_score(name, y_true, y_score, sample_weight, labels):
    metric = BASE_METRICS[name]
    return _value(metric, read_scores(metric, y_true, y_score, sample_weight, labels))


def _value(metric, rows):
    rows = rows[rows.weight > 0]
    lack = metric.lack(rows)
    if lack is not None:
        raise UndefinedGroupError(
            f"The rows to score have {lack}, so their {metric.title} is undefined. Score "
            "more rows at a time: fewer folds, or folds stratified by label."
        )
    return metric(rows)
