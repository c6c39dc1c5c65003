"""Confidence intervals of the forms: from resampled values of every group to one interval.

The largest of several noisy numbers is mostly too large, in the sample and in its
resamples alike, so that quantiles of resampled differences never reach down to 0. What is
bounded here is each group, or each pair of groups, and the bounds hold for all at once.
"""

import numpy as np

from ._bootstrap import percentile_interval


def interval_of_all(draws, level, value):
    """Interval of a quantity of all rows together."""
    return percentile_interval(draws, level, value)


def interval_of_smallest(draws, level, value):
    """Interval of the smallest value among groups.

    Parameters
    ----------
    draws : ndarray of shape (n_resamples, n_groups)
        Resampled values, independent between groups.
    level : float
    value : float
        That of the sample.

    Returns
    -------
    low, high : float
        The group that is really the worst has to be above the lower bound, so that each
        group's bound is one-sided; all groups have to be below theirs for the upper one.
    """
    tail = (1 - level) / 2
    low = np.quantile(draws, tail, axis=0).min()
    high = np.quantile(draws, (1 - tail) ** (1 / draws.shape[1]), axis=0).min()
    return min(low, value), max(high, value)


def interval_of_difference(of_quantities, level, value):
    """Interval of the largest difference between two groups, in any of the quantities.

    Parameters
    ----------
    of_quantities : list of ndarray of shape (n_resamples, n_groups)
        Resampled values, independent between groups.
    level : float
    value : float
        That of the sample.

    Returns
    -------
    low, high : float
        Bounds of all differences, each pair taken in both orders. The upper one is the
        largest of one-sided bounds. The lower one is the largest of bounds that hold for
        all pairs at once: as many deviations below the mean as the largest of the
        standardized differences has at the level.
    """
    tail = (1 - level) / 2
    means, errors, highs, excess = [], [], [], -np.inf
    for draws in of_quantities:
        for group in range(draws.shape[1]):
            gaps = draws[:, [group]] - np.delete(draws, group, axis=1)
            mean, error = gaps.mean(axis=0), gaps.std(axis=0)
            over = np.divide(gaps - mean, error, out=np.zeros_like(gaps), where=error > 0)
            excess = np.maximum(excess, over.max(axis=1, initial=-np.inf))
            means.append(mean)
            errors.append(error)
            highs.append(np.quantile(gaps, 1 - tail, axis=0))
    if not (means := np.concatenate(means)).size:  # one group
        return value, value
    low = (means - np.quantile(excess, level) * np.concatenate(errors)).max()
    return min(max(low, 0), value), max(np.concatenate(highs).max(), value)


def interval_of_ratio(of_quantities, level, value):
    """Interval of the smallest value over the largest: of a difference of logarithms."""
    logs = [np.log(draws) for draws in of_quantities]
    gap = -np.log(value) if value > 0 else np.inf
    low, high = interval_of_difference(logs, level, gap)
    return np.exp(-high), np.exp(-low)
