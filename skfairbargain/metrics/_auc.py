"""ROC AUC: how well scores rank."""

from typing import NamedTuple

import numpy as np

from ._forms import difference, overall, ratio, worst_group
from ._quantity import Bins, Quantity, no_sample_of_a_class

__all__ = [
    "group_auc_ratio",
    "max_group_auc_disparity",
    "overall_auc",
    "worst_group_auc",
]


class Ranking(NamedTuple):
    """Bins of negatives come first, by score; then those of positives, by score."""

    n_negative: int  # bins of negatives
    below: np.ndarray  # for each bin of positives, how many bins of negatives score less
    through: np.ndarray  # and how many score less or the same


def _ranking_bins(rows):
    if rows.output.ndim == 1:
        return [_one_against_rest(rows.y == 1, rows.output)]
    return [
        _one_against_rest(rows.y == k, rows.output[:, k]) for k in range(len(rows.classes))
    ]


def _one_against_rest(positive, score):
    # The pseudo-rows: of either label, one that ranks below all others, and one above.
    ends = np.array([-np.inf, np.inf])
    score = np.concatenate([score, ends, ends])
    positive = np.concatenate([positive, [True, True, False, False]])
    # Negatives between the same two scores of positives are one bin, and conversely:
    # the AUC only sees how many of them there are. It makes the bootstrap cheap.
    negatives, negative_level = np.unique(score[~positive], return_inverse=True)
    positives, positive_level = np.unique(score[positive], return_inverse=True)
    left = np.searchsorted(positives, negatives, "left")
    right = np.searchsorted(positives, negatives, "right")
    places, bin_of_negative = np.unique(left + right, return_inverse=True)
    edges = np.append(bin_of_negative, len(places))
    below = edges[np.searchsorted(negatives, positives, "left")]
    through = edges[np.searchsorted(negatives, positives, "right")]
    ranks, first, bin_of_positive = np.unique(
        below + through, return_index=True, return_inverse=True
    )
    codes = np.empty(len(score), np.int64)
    codes[~positive] = bin_of_negative[negative_level]
    codes[positive] = len(places) + bin_of_positive[positive_level]
    n_bins = len(places) + len(ranks)
    return Bins(
        codes=codes[:-4],
        n_bins=n_bins,
        context=Ranking(len(places), below[first], through[first]),
        sets=(np.arange(n_bins) >= len(places)).astype(np.int64),
        pseudo=np.bincount(codes[-4:], minlength=n_bins) / 4,
    )


def _auc(sums, ranking):
    negative, positive = sums[..., : ranking.n_negative], sums[..., ranking.n_negative :]
    beaten = np.zeros((*sums.shape[:-1], ranking.n_negative + 1))
    np.cumsum(negative, axis=-1, out=beaten[..., 1:])
    total = beaten[..., -1] * positive.sum(axis=-1)
    beaten = beaten[..., ranking.below] + beaten[..., ranking.through]
    area = np.einsum("...j,...j->...", positive, beaten) / (2 * total)
    return np.minimum(area, 1)  # where rounding of the sums exceeds it


AUC = Quantity(
    name="auc",
    title="AUC",
    reads="scores",
    bins=_ranking_bins,
    formula=_auc,
    lacks=no_sample_of_a_class,
)


@overall(AUC)
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


@worst_group(AUC)
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


@difference(AUC)
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


@ratio(AUC)
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
