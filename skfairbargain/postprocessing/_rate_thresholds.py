"""Thresholds that keep a rate on its side of a bound, with a given confidence."""

import math

import numpy as np
from scipy.stats import binom


def threshold_for_true_positives(scores, rate, confidence):
    """Return the highest threshold whose true-positive rate is at least `rate`.

    Rows with a score of the threshold or above are predicted positive.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Scores of positive rows, a sample of all positive people.
    rate : float
        From 0 to 1, both exclusive.
    confidence : float
        Probability, over samples, that the bound holds.

    Returns
    -------
    threshold : float or None
        None where there are too few rows for any.

    Notes
    -----
    With S_(k) the k-th lowest of n scores, the rate of S_(k) as threshold is at least r
    exactly if F(S_(k)) ≤ 1 − r, which has the probability P(Binomial(n, 1 − r) ≥ k) for
    a continuous distribution F, and a higher one if scores are tied. The largest such k is
    taken: Wilks' tolerance limit.

    Examples
    --------
    >>> threshold_for_true_positives(np.arange(100) / 100, 0.8, 0.95)
    0.13
    """
    # The survival function is P(> k - 1); k = 0 would be no threshold.
    tails = binom.sf(np.arange(len(scores)), len(scores), 1 - rate)
    k = int((tails >= confidence).sum())
    return float(np.sort(scores)[k - 1]) if k else None


def threshold_for_false_positives(scores, rate, confidence):
    """Return the lowest threshold whose false-positive rate is at most `rate`.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Scores of negative rows.
    rate, confidence : float

    Returns
    -------
    threshold : float or None
        The next number above one of the scores. None where there are too few rows.

    Notes
    -----
    Rows above S_(k) are predicted positive. Their share among all negatives is at most r if
    F(S_(k)) ≥ 1 − r, which has the probability P(Binomial(n, 1 − r) ≤ k − 1) or a higher
    one; the smallest such k is taken.

    Examples
    --------
    >>> round(threshold_for_false_positives(np.arange(100) / 100, 0.2, 0.95), 6)
    0.86
    """
    n = len(scores)
    allowed = binom.cdf(np.arange(n), n, 1 - rate) >= confidence
    if not allowed.any():
        return None
    return float(np.nextafter(np.sort(scores)[allowed.argmax()], math.inf))


def rows_needed(rate, confidence, at_least):
    """Return how many rows it takes for a threshold to exist.

    Parameters
    ----------
    rate, confidence : float
    at_least : bool
        Whether the rate is at least `rate`, or at most.

    Returns
    -------
    n : int

    Examples
    --------
    >>> rows_needed(0.8, 0.95, True)
    14
    """
    worst = rate if at_least else 1 - rate
    return max(1, math.ceil(math.log1p(-confidence) / math.log(worst) - 1e-9))
