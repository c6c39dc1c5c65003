"""Exact power of Fisher's exact test of two rates."""

import math

import numpy as np
from scipy.special import gammaln
from scipy.stats import binom

# Values within this many standard deviations count; beyond them is less than 1e-14.
REACH = 8
# Tables whose logarithms of the probability differ by less are equally probable.
SAME = 1e-9


def fisher_power(n, n_other, rate, other_rate, alpha):
    """Probability that Fisher's two-sided exact test at level alpha finds a difference.

    The sum over all tables with a p-value of at most alpha, of their probabilities under
    two binomial distributions. The p-value is that of ``scipy.stats.fisher_exact``.

    Parameters
    ----------
    n, n_other : int
        Rows of the two groups.
    rate, other_rate : float
        Their true rates.
    alpha : float

    Returns
    -------
    power : float
    """
    if n > n_other:  # the smaller group's counts span fewer columns
        n, n_other, rate, other_rate = n_other, n, other_rate, rate
    total = _likely_totals(n, n_other, rate, other_rate)[:, None]
    count = _middle_counts(n, n_other, total)
    other = total - count
    possible = (count >= 0) & (count <= n) & (other >= 0) & (other <= n_other)
    log_table = _log_choose(n, count) + _log_choose(n_other, other)
    log_table = np.where(possible, log_table - _log_choose(n + n_other, total), -np.inf)
    accepted = possible & (log_table >= _least_accepted(log_table, alpha)[:, None] - SAME)
    of_count = binom.pmf(np.arange(n + 1), n, rate)
    of_other = binom.pmf(np.arange(n_other + 1), n_other, other_rate)
    of_table = of_count[count[accepted]] * of_other[other[accepted]]
    missed = of_table.sum()
    # Totals that were left out are so rare that it does not matter which way they go.
    return float(np.clip(1 - missed, 0, 1))


def _likely_totals(n, n_other, rate, other_rate):
    mean = n * rate + n_other * other_rate
    spread = math.sqrt(n * rate * (1 - rate) + n_other * other_rate * (1 - other_rate))
    reach = REACH * spread + REACH
    return np.arange(
        max(0, math.floor(mean - reach)), min(n + n_other, math.ceil(mean + reach)) + 1
    )


def _middle_counts(n, n_other, total):
    """Counts around the one expected under equal rates; the test rejects all others."""
    size = n + n_other
    share = total / size
    spread = np.sqrt(share * (1 - share) * n * n_other / size).max()
    reach = math.ceil(REACH * spread) + 2 * REACH
    return np.rint(share * n).astype(int) + np.arange(-reach, reach + 1)


def _least_accepted(log_table, alpha):
    """For each total, the logarithm of the least probable table that is not rejected.

    Tables are rejected from the least probable one on, as long as all that are at most as
    probable add up to alpha or less.
    """
    ordered = np.sort(log_table, axis=1)
    rejected = np.cumsum(np.exp(ordered), axis=1) <= alpha * (1 + SAME)
    return np.take_along_axis(ordered, rejected.sum(axis=1)[:, None], axis=1)[:, 0]


def _log_choose(n, k):
    return (
        gammaln(n + 1) - gammaln(np.clip(k, 0, n) + 1) - gammaln(np.clip(n - k, 0, n) + 1)
    )
