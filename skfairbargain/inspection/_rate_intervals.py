"""Intervals of a rate and of the change of a rate, from one sample."""

import math

from scipy.stats import beta, norm


def effective_rows(weight):
    """Kish's effective number of rows, (Σw)² / Σw²: their number if all weigh the same."""
    weight = weight / weight.max()  # squares of any weights are finite and not all 0
    return weight.sum() ** 2 / (weight**2).sum()


def jeffreys_interval(rate, n, confidence_level):
    """Jeffreys' interval of a rate, which always contains it.

    That is what `group_metrics` gives a rate, without resampling.
    """
    tail = (1 - confidence_level) / 2
    ends = beta.ppf([tail, 1 - tail], n * rate + 0.5, n * (1 - rate) + 0.5)
    return min(float(ends[0]), rate), max(float(ends[1]), rate)


def paired_interval(gained, lost, n, confidence_level):
    """Interval of Bonett and Price for gained - lost, two shares of the same n rows.

    One row is added to both shares; the interval always contains the difference itself.
    """
    more = (n * gained + 1) / (n + 2)
    less = (n * lost + 1) / (n + 2)
    variance = (more + less - (more - less) ** 2) / (n + 2)
    margin = norm.isf((1 - confidence_level) / 2) * math.sqrt(variance)
    low, high = more - less - margin, more - less + margin
    return max(min(low, gained - lost), -1.0), min(max(high, gained - lost), 1.0)
