"""Rows that a gap needs and the gap that rows can show: by approximation, and exactly."""

import math

from scipy.optimize import brentq
from scipy.stats import norm

from ._fisher_power import fisher_power

# The exact power takes time and memory that grow with the square of this.
MOST_EXACT_ROWS = 5_000


def normal_size(gap, rate, ratio, power, alpha):
    """Rows of the reference, by the formula in `audit_size`."""
    other = _other_rate(rate, gap)
    variance = rate * (1 - rate) + other * (1 - other) / ratio
    # Less a billionth, so that rounding does not add a row.
    return max(1, math.ceil(_quantiles(power, alpha) ** 2 * variance / gap**2 - 1e-9))


def normal_gap(n, n_other, rate, power, alpha):
    """The positive root g of g² = z² (p (1 - p) / n + (p - g) (1 - p + g) / m)."""
    squared = _quantiles(power, alpha) ** 2
    a = 1 + squared / n_other
    b = squared / n_other * (2 * rate - 1)
    c = squared * rate * (1 - rate) * (1 / n + 1 / n_other)
    gap = (b + math.sqrt(b**2 + 4 * a * c)) / (2 * a)
    return gap if 0 < gap <= rate else math.nan


def exact_size(gap, rate, ratio, power, alpha):
    """Smallest size from which on the power is large enough."""

    def is_enough(n):
        n_other = math.ceil(n * ratio - 1e-9)
        if max(n, n_other) > MOST_EXACT_ROWS:
            raise ValueError(
                f"`gap` should need at most {MOST_EXACT_ROWS:,} rows a group with "
                f"method='exact'. A gap of {gap:g} needs more. Use method='normal', which "
                "differs little for so many."
            )
        return fisher_power(n, n_other, rate, _other_rate(rate, gap), alpha) >= power

    low, high = 0, normal_size(gap, rate, ratio, power, alpha)
    while not is_enough(high):
        low, high = high, math.ceil(1.1 * high) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    # The power falls a little between some sizes and the next ones: look ahead.
    size = n = high
    while n <= size + 5 + math.sqrt(size):
        n += 1
        if not is_enough(n):
            size = n + 1
    return size


def exact_gap(n, n_other, rate, power, alpha):
    """Root of the power of Fisher's test, less what it should be."""

    def surplus(gap):
        other = _other_rate(rate, gap)
        return fisher_power(int(n), int(n_other), rate, other, alpha) - power

    return brentq(surplus, 0, rate, xtol=1e-6) if surplus(rate) >= 0 else math.nan


def _other_rate(rate, gap):
    return min(max(rate - gap, 0.0), 1.0)  # rounding can leave the range


def _quantiles(power, alpha):
    return norm.isf(alpha / 2) + norm.ppf(power)
