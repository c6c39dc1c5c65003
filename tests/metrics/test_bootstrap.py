import numpy as np
import pytest

from skfairbargain.metrics._bootstrap import members_of_strata, percentile_interval


def test_members_are_the_rows_of_each_stratum():
    members = members_of_strata(np.array([7, 2, 7, 4, 2, 7]))
    assert [rows.tolist() for rows in members] == [[1, 4], [3], [0, 2, 5]]


def test_interval_is_of_the_resamples_that_have_a_value():
    values = np.arange(101.0)
    assert percentile_interval(values, 0.9) == pytest.approx((5, 95))
    mixed = np.insert(values, [0, 50, 101], np.nan)
    assert percentile_interval(mixed, 0.9) == pytest.approx((5, 95))
    for none in ([], [np.nan, np.nan]):
        assert np.isnan(percentile_interval(none, 0.9)).all()
