"""Rows that a gap needs: the formula, Fisher's exact power, and simulated audits."""

import re

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact, norm

from skfairbargain.inspection import audit_size, detectable_gap


def wald_test(hits, other_hits, n, n_other):
    """Whether the interval of a difference of two rates, by its own variances, misses 0."""
    rate, other = hits / n, other_hits / n_other
    error = np.sqrt(rate * (1 - rate) / n + other * (1 - other) / n_other)
    return np.abs(rate - other) > norm.isf(0.025) * error


def counted_power(n, n_other, rate, other_rate, alpha=0.05):
    """Power of scipy's Fisher test, table by table."""
    of_n = binom.pmf(range(n + 1), n, rate)
    of_other = binom.pmf(range(n_other + 1), n_other, other_rate)
    return sum(
        of_n[a] * of_other[b]
        for a in range(n + 1)
        for b in range(n_other + 1)
        if fisher_exact([[a, n - a], [b, n_other - b]])[1] <= alpha * (1 + 1e-9)
    )


# -- the normal approximation -----------------------------------------------------------


def test_rows_for_a_true_positive_rate_of_four_fifths():
    # (1.959964 + 0.841621)² = 7.848880; with q = 0.7: (0.16 + 0.21) / 0.01 = 37 times it
    # is 290.4; with q = 0.75, 0.6 and 0.5 it is 1090.99, 78.5 and 35.8.
    sizes = audit_size([0.05, 0.1, 0.2, 0.3], rate=0.8)
    assert sizes.tolist() == [1091, 291, 79, 36]
    assert sizes.dtype == np.int64
    one = audit_size(0.1, 0.8)
    assert (one, type(one)) == (291, int)


@pytest.mark.parametrize(("rate", "gap", "ratio"), [(0.8, 0.1, 1), (0.5, -0.2, 3)])
def test_simulated_audits_of_that_size_see_the_gap_as_often_as_they_should(
    rate, gap, ratio
):
    rng = np.random.default_rng(0)
    n = audit_size(gap, rate, ratio=ratio)
    hits = rng.binomial(n, rate, size=40_000)
    other_hits = rng.binomial(ratio * n, rate - gap, size=40_000)
    seen = wald_test(hits, other_hits, n, ratio * n)
    assert seen.mean() == pytest.approx(0.8, abs=0.02)


def test_more_power_smaller_alpha_and_a_smaller_partner_need_more_rows():
    assert audit_size(0.1, 0.8, power=[0.5, 0.8, 0.9]).tolist() == [143, 291, 389]
    assert audit_size(0.1, 0.8, alpha=[0.1, 0.05, 0.01]).tolist() == [229, 291, 433]
    # The variances 0.16 and 0.21 / ratio.
    assert audit_size(0.1, 0.8, ratio=[0.5, 1, 2]).tolist() == [456, 291, 208]


def test_comparisons_share_alpha():
    assert audit_size(0.1, 0.8, n_comparisons=3) == audit_size(0.1, 0.8, alpha=0.05 / 3)
    assert audit_size(0.1, 0.8, n_comparisons=3) == 388
    assert detectable_gap(291, 0.8, n_comparisons=3) > 0.11


def test_a_gap_upwards_is_one_of_the_opposite_result():
    assert audit_size(-0.1, 0.2) == audit_size(0.1, 0.8)
    up = detectable_gap([20, 100], rate=0.2, direction="up")
    assert up.tolist() == detectable_gap([20, 100], rate=0.8).tolist()
    # 0.0785 · (0.1 · 0.9 + 0.011 · 0.989) = 0.0890²,
    # 0.0785 · (0.1 · 0.9 + 0.247 · 0.753) = 0.147²
    assert detectable_gap(100, 0.1) == pytest.approx(0.0890, abs=1e-4)
    assert detectable_gap(100, 0.1, direction="up") == pytest.approx(0.1472, abs=1e-4)


@pytest.mark.parametrize("rate", [0.02, 0.3, 0.5, 0.8, 1.0])
def test_the_detectable_gap_is_the_inverse(rate):
    n, n_other = 400, 100
    gap = detectable_gap(n, rate, n_other=n_other)
    if np.isnan(gap):
        assert audit_size(rate, rate, ratio=0.25) > n
    else:
        assert abs(audit_size(gap, rate, ratio=0.25) - n) <= 1
        assert gap**2 == pytest.approx(
            7.848880 * (rate * (1 - rate) / n + (rate - gap) * (1 - rate + gap) / n_other)
        )


# -- Fisher's exact test ----------------------------------------------------------------


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize(("rate", "gap"), [(0.8, 0.6), (0.05, -0.6), (1.0, 1.0)])
def test_exact_size_has_the_power_by_scipys_fisher_test_and_keeps_it(rate, gap, ratio):
    n = audit_size(gap, rate, ratio=ratio, method="exact")
    power = [counted_power(k, k * ratio, rate, rate - gap) for k in range(n - 1, n + 4)]
    assert power[0] < 0.8
    assert min(power[1:]) >= 0.8


def test_exact_gap_has_the_power_by_scipys_fisher_test():
    gap = detectable_gap(25, 0.8, n_other=12, method="exact")
    assert counted_power(25, 12, 0.8, 0.8 - gap) == pytest.approx(0.8, abs=1e-4)
    gap = detectable_gap(12, 0.3, n_other=25, method="exact", direction="up", alpha=0.01)
    assert counted_power(12, 25, 0.3, 0.3 + gap, 0.01) == pytest.approx(0.8, abs=1e-4)


def test_exact_sizes_are_larger_by_about_two_over_the_gap():
    gaps = np.array([0.1, 0.2, 0.3])
    exact = audit_size(gaps, 0.8, method="exact")
    assert exact.tolist() == [311, 90, 44]
    more = exact - audit_size(gaps, 0.8)
    assert np.allclose(more, 2 / gaps, atol=2)


def test_an_exact_size_stays_enough_for_all_larger_audits():
    n = audit_size(0.3, 0.8, method="exact")
    gaps = detectable_gap(np.arange(n - 10, n + 40), 0.8, method="exact")
    assert gaps[9] > 0.3  # one row less
    assert (gaps[10:] <= 0.3).all()


def test_a_size_after_which_the_power_falls_again_is_not_enough():
    n = audit_size(0.45, 0.95, ratio=0.5, method="exact")
    power = [counted_power(k, -(-k // 2), 0.95, 0.5) for k in (19, 20, 21, 22)]
    assert [each >= 0.8 for each in power] == [True, False, True, True]
    assert n == 21


def test_few_rows_show_no_gap():
    # Of three against three, the smallest p-value is 2 / C(6, 3) = 0.1.
    assert np.isnan(detectable_gap(3, 1.0, method="exact"))
    assert detectable_gap(4, 1.0, method="exact", power=0.5) < 1  # 2 / C(8, 4) = 0.029
    assert np.isnan(detectable_gap([1, 100], rate=0.0)).all()
    assert np.isnan(detectable_gap(2, 0.3))


def test_arrays_have_the_shape_of_all_arguments():
    sizes = audit_size([[0.1], [0.2]], [0.8, 0.7, 0.6])
    assert sizes.shape == (2, 3)
    assert sizes[1, 0] == audit_size(0.2, 0.8)
    assert type(detectable_gap(30, 0.8)) is float


# -- what is refused --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gap": 0}, "`gap` should be 0.0001 or more in size. Got 0."),
        ({"gap": 2}, "`gap` should be between -1 and 1, as 0.1 is. Got 2."),
        ({"gap": 0.9},
         "`rate` less `gap`, the other group's rate, should lie between 0 and 1. Got 0.8 "
         "less 0.9. A negative `gap` lies above `rate`."),
        ({"gap": np.nan}, "`gap` should be between -1 and 1, as 0.1 is. Got nan."),
        ({"rate": 80}, "`rate` should be between 0 and 1, as 0.8 is. Got 80."),
        ({"power": 1}, "`power` should be above 0 and below 1, as 0.8 is. Got 1."),
        ({"alpha": 0}, "`alpha` should be above 0 and below 1, as 0.05 is. Got 0."),
        ({"power": 0.05},
         "`power` should be larger than `alpha`, the power without any gap. Got 0.05 and "
         "0.05."),
        ({"ratio": -1}, "`ratio` should be between 0.001 and 1000, as 2 is. Got -1."),
        ({"method": "fisher"}, "`method` should be 'normal' or 'exact'. Got 'fisher'."),
        ({"method": ["exact"]},
         "`method` should be 'normal' or 'exact'. Got ['exact']."),
        ({"n_comparisons": 0},
         "`n_comparisons` should be a whole number from 1 to 10,000. Got 0."),
        ({"gap": [0.1, 0.2], "rate": [0.8, 0.7, 0.6]},
         "Arguments that are arrays should have shapes that fit. Got `gap` (2,), `rate` "
         "(3,)."),
        ({"gap": [[0.1], [0.1, 0.2]]},
         "`gap` should be a number or an array of numbers. Got [[0.1], [0.1, 0.2]]."),
        ({"gap": 0.01, "method": "exact"},
         "`gap` should need at most 5,000 rows a group with method='exact'. A gap of 0.01 "
         "needs more. Use method='normal', which differs little for so many."),
    ],
)  # fmt: skip
def test_sizes_of_impossible_gaps_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        audit_size(**{"gap": 0.1, "rate": 0.8, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "`n` should be a number of rows, 1 or more. Got 0."),
        ({"n": True}, "`n` should be a number of rows, 1 or more. Got True."),
        ({"n": 2.5}, "`n` should be a whole number of rows. Got 2.5."),
        ({"n_other": -1}, "`n_other` should be a number of rows, 1 or more. Got -1."),
        ({"n": 6000, "method": "exact"},
         "`n` should be at most 5,000 with method='exact'. Got 6000. Use method='normal', "
         "which differs little for so many."),
        ({"direction": "sideways"},
         "`direction` should be 'down' or 'up'. Got 'sideways'."),
        ({"n": "ten"},
         "`n` should hold numbers. Got text. Convert it by astype(float)."),
    ],
)  # fmt: skip
def test_gaps_of_impossible_sizes_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        detectable_gap(**{"n": 100, "rate": 0.8, **arguments})
