"""Are the features of a small validation set related to its labels?"""

from math import comb, prod
from typing import NamedTuple

import numpy as np


class MutualInformation(NamedTuple):
    """Normalised mutual information of features and labels, compared with chance.

    Parameters
    ----------
    value : float
        Mean over the features that vary; NaN if none varies. 0: independent, 1: each
        feature determines the label, and the label determines it.
    by_chance : float
        Mean value with the labels shuffled within each group.
    p_value : float
        Share of the shuffles whose value is at least as large.
    smallest_p : float
        One over the number of different shuffles, the smallest possible p-value.
    """

    value: float
    by_chance: float
    p_value: float
    smallest_p: float


NOT_COMPUTED = MutualInformation(np.nan, np.nan, np.nan, np.nan)


def mutual_information(X, y_codes, group_codes, n_shuffles, rng):
    """Compare the mutual information of features and labels with that of shuffled labels.

    In a small set, features share much information with any labels: a number that differs
    in every row determines them. Therefore features with more than √n values are cut at
    quantiles first, and the value means something only compared with shuffled labels.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    y_codes, group_codes : ndarray of shape (n,), int
    n_shuffles : int
    rng : RandomState

    Returns
    -------
    mutual_information : MutualInformation
    """
    levels, offsets = _levels(X)
    n_levels = offsets[-1]
    labels = np.eye(y_codes.max() + 1)
    members = [np.flatnonzero(group_codes == g) for g in range(group_codes.max() + 1)]
    smallest = 1 / prod(_n_shuffles(y_codes[rows]) for rows in members)
    if not n_levels:
        return MutualInformation(np.nan, np.nan, 1.0, smallest)
    indicators = np.zeros((len(X), n_levels))
    np.put_along_axis(indicators, levels, 1.0, axis=1)
    value = _mean_shared(labels[y_codes].T @ indicators, offsets)
    shuffled = np.empty(n_shuffles)
    codes = y_codes.copy()
    for i in range(n_shuffles):
        for rows in members:
            codes[rows] = y_codes[rng.permutation(rows)]
        shuffled[i] = _mean_shared(labels[codes].T @ indicators, offsets)
    # The original order counts as one shuffle, so that p is never 0. The tolerance counts
    # ties that differ by rounding.
    as_large = np.sum(shuffled >= value - 1e-12)
    p_value = (1 + as_large) / (1 + n_shuffles)
    return MutualInformation(value, shuffled.mean(), p_value, smallest)


def _levels(X):
    """Number the levels of all features that vary; return them and each feature's first."""
    n_bins = max(2, int(np.sqrt(len(X))))
    codes, offsets = [], [0]
    for column in X.T:
        values, code = np.unique(column, return_inverse=True)
        if len(values) > n_bins:
            cuts = np.quantile(column, np.arange(1, n_bins) / n_bins)
            values, code = np.unique(np.searchsorted(cuts, column), return_inverse=True)
        if len(values) > 1:
            codes.append(code.reshape(-1) + offsets[-1])
            offsets.append(offsets[-1] + len(values))
    levels = np.stack(codes, axis=1) if codes else np.zeros((len(X), 0), int)
    return levels, np.array(offsets)


def _mean_shared(counts, offsets):
    """Average 2 I(X_j; Y) / (H(X_j) + H(Y)) over features, from counts (label, level)."""
    n = counts[:, : offsets[1]].sum()
    starts = offsets[:-1]
    joint = np.add.reduceat(_entropy_terms(counts / n).sum(axis=0), starts)
    of_feature = np.add.reduceat(_entropy_terms(counts.sum(axis=0) / n), starts)
    of_labels = _entropy_terms(counts[:, : offsets[1]].sum(axis=1) / n).sum()
    return float(np.mean(2 * (of_feature + of_labels - joint) / (of_feature + of_labels)))


def _entropy_terms(shares):
    return -shares * np.log(np.where(shares > 0, shares, 1))


def _n_shuffles(codes):
    """Compute the number of different orders of these labels."""
    left, ways = len(codes), 1
    for count in np.bincount(codes):
        ways *= comb(left, int(count))
        left -= int(count)
    return ways
