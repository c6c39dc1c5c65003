"""Log loss: how much probabilities are worth."""

import numpy as np

from ._forms import difference, overall, ratio, worst_group
from ._quantity import Bins, Quantity

__all__ = [
    "group_log_loss_ratio",
    "max_group_log_loss_disparity",
    "overall_log_loss",
    "worst_group_log_loss",
]

# The largest loss that a row can have: probabilities are kept a rounding unit away from 0.
LARGEST = -np.log(np.finfo(np.float64).eps)


def _loss_bins(rows):
    chosen = rows.output
    if chosen.ndim == 1:
        chosen = np.where(rows.y == 1, chosen, 1 - chosen)
    else:
        chosen = chosen[np.arange(len(rows.y)), rows.y]
    levels, codes = np.unique(chosen, return_inverse=True)
    n = len(levels)
    # A pseudo-row cannot be given a loss: there is no largest one but that of clipping.
    return [Bins(codes, n, -np.log(levels), np.zeros(n, np.int64), np.zeros(n))]


def _mean_loss(sums, loss):
    return sums @ loss / sums.sum(axis=-1)


def _with_students_tails(losses, rows, rng):
    """Widen the distances from the mean as Student's quantiles do, on a log scale.

    With n rows, the bootstrap is too narrow by a factor of about the square root of
    (n - 1) / (n + 1), and the deviation that it goes by is uncertain. Losses are positive
    and skewed, so that ratios of them are more alike than differences.
    """
    weight = rows.weight / rows.weight.max()
    n = weight.sum() ** 2 / (weight**2).sum()  # Kish's effective number of rows
    if n < 2:
        return np.full_like(losses, np.nan)
    factors = np.sqrt((n + 1) / rng.chisquare(n - 1, len(losses)))
    logs = np.log(losses)
    wider = logs.mean() + (logs - logs.mean()) * factors
    return np.exp(np.minimum(wider, np.log(LARGEST)))


LOG_LOSS = Quantity(
    name="log_loss",
    title="log loss",
    reads="probabilities",
    bins=_loss_bins,
    formula=_mean_loss,
    greater_is_better=False,
    widen=_with_students_tails,
)


@overall(LOG_LOSS)
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


@worst_group(LOG_LOSS)
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


@difference(LOG_LOSS)
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


@ratio(LOG_LOSS)
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
