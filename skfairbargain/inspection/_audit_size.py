"""How many audited rows it takes to see a gap, and which gap a number of rows can show."""

import numpy as np

from ._audit_arguments import check_counts, check_gaps, checked_arrays, is_upwards
from ._gap_sizes import exact_gap, exact_size, normal_gap, normal_size


def audit_size(
    gap, rate, *, power=0.8, alpha=0.05, ratio=1.0, method="normal", n_comparisons=1
):
    r"""Rows of each group that an audit needs to see a gap between two groups' rates.

    Before labels are bought: how many of which rows? For true-positive rates the rows that
    count are a group's positives, for false-positive rates its negatives, for selection
    rates and accuracies all of its rows.

    Parameters
    ----------
    gap : float or array-like
        How far the other group's rate lies below `rate`; a negative gap lies above.
    rate : float or array-like
        Rate of the group that serves as the reference, from 0 to 1.
    power : float or array-like, default=0.8
        Probability that the audit sees a gap of this size.
    alpha : float or array-like, default=0.05
        Probability that it sees a gap where there is none, of both directions together.
    ratio : float or array-like, default=1.0
        Rows of the other group for each row of the reference.
    method : {"normal", "exact"}, default="normal"
        "normal": the normal approximation, without continuity correction. "exact": the
        power of Fisher's exact test, summed over all results, for up to 5,000 rows.
    n_comparisons : int, default=1
        Pairs of groups that are tested, which share `alpha` equally (Bonferroni): all
        pairs of K groups are K (K - 1) / 2.

    Returns
    -------
    n : int, or ndarray of int
        Rows of the reference group; the other group needs `ratio` times as many, rounded
        up. An array if any argument but the last two is one.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the exact method would need more rows than
        it can count.

    See Also
    --------
    detectable_gap : The inverse: the gap that given rows can show.
    validation_report : What the present audit can show.

    Notes
    -----
    With rates p and q = p - gap, and the other group r times as large, the normal
    approximation needs

    .. math:: n = (z_{1 - \alpha / 2} + z_{\text{power}})^2 \,
              \frac{p (1 - p) + q (1 - q) / r}{(p - q)^2}

    rows, where z are quantiles of the normal distribution. Each rate has its own variance,
    as in the interval of a difference. The approximation fails where a group would have
    fewer than about ten rows of either result, n (1 - p) or n q: there use "exact".

    Fisher's test keeps its level for any number of rows, and so needs more of them: about
    2 / gap more in each group. As results are whole numbers, its power falls a little
    between some n and n + 1. The result is the size from which on the power stays.

    Chance alone is counted. That labels of an audit can be wrong as well, and that rows of
    one person or one office are alike, needs more rows.

    References
    ----------
    Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions, 3rd edition, 2003,
    chapter 4.

    Chernick, Liu, The Saw-Toothed Behavior of Power versus Sample Size, American
    Statistician 56(2), 2002.

    Examples
    --------
    >>> from skfairbargain.inspection import audit_size
    >>> audit_size([0.05, 0.1, 0.2, 0.3], rate=0.8)
    array([1091,  291,   79,   36])
    >>> audit_size(0.3, rate=0.8, method="exact")
    44
    """
    numbers = {"gap": gap, "rate": rate, "ratio": ratio, "power": power, "alpha": alpha}
    arrays = checked_arrays(method, n_comparisons, **numbers)
    check_gaps(arrays["gap"], arrays["rate"])
    return _one_by_one(exact_size if method == "exact" else normal_size, arrays)


def detectable_gap(
    n,
    rate,
    *,
    power=0.8,
    alpha=0.05,
    n_other=None,
    direction="down",
    method="normal",
    n_comparisons=1,
):
    r"""Smallest gap between two groups' rates that an audit of this size can show.

    For an audit that is there already: an assessment that found no gap says that it is
    probably smaller than this, and not that there is none.

    Parameters
    ----------
    n : int or array-like of int
        Rows of the reference group: its positives for true-positive rates, its negatives
        for false-positive rates, all of its rows for selection rates and accuracies.
    rate : float or array-like
        Rate of the reference group, from 0 to 1.
    power : float or array-like, default=0.8
        Probability that the audit sees a gap of this size.
    alpha : float or array-like, default=0.05
        Probability that it sees a gap where there is none, of both directions together.
    n_other : int or array-like of int, default=None
        Rows of the other group. None: as many.
    direction : {"down", "up"}, default="down"
        Whether the other group's rate lies below or above `rate`.
    method : {"normal", "exact"}, default="normal"
        As in `audit_size`.
    n_comparisons : int, default=1
        As in `audit_size`.

    Returns
    -------
    gap : float, or ndarray of float
        0 or more in either direction. NaN where no gap is large enough: even a rate of 0
        (for "up", of 1) would be overlooked too often.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    See Also
    --------
    audit_size : The inverse: the rows that a gap needs.

    Notes
    -----
    The formula of `audit_size`, solved for the gap; for "exact" the root of the power of
    Fisher's test. A few rows can have an approximate gap and no exact one: three of each
    group never give a p-value below 0.05.

    Examples
    --------
    >>> from skfairbargain.inspection import detectable_gap
    >>> detectable_gap([10, 50, 300], rate=0.8).round(2)
    array([0.53, 0.25, 0.1 ])
    >>> round(detectable_gap(300, rate=0.8, n_other=50, method="exact"), 2)
    0.19
    """
    n_other = n if n_other is None else n_other
    numbers = {"n": n, "n_other": n_other, "rate": rate, "power": power, "alpha": alpha}
    arrays = checked_arrays(method, n_comparisons, **numbers)
    check_counts(method, n=arrays["n"], n_other=arrays["n_other"])
    if is_upwards(direction):
        # The rate of the opposite result has the same gap downwards.
        arrays["rate"] = 1 - arrays["rate"]
    return _one_by_one(exact_gap if method == "exact" else normal_gap, arrays)


def _one_by_one(function, arrays):
    """A number if all arguments are numbers, and else an array."""
    each = zip(*(array.ravel().tolist() for array in arrays.values()), strict=True)
    result = np.array([function(*numbers) for numbers in each])
    result = result.reshape(arrays["rate"].shape)
    return result if result.ndim else result.item()
