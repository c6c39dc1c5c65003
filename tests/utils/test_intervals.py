import numpy as np
import pytest
from scipy import stats

from skfairbargain._utils import mean_and_margin


def test_interval_is_students():
    values = [0.7, 0.8, 0.95, 0.6]
    low, high = stats.t.interval(0.9, 3, np.mean(values), stats.sem(values))
    mean, margin = mean_and_margin(values, 0.9)
    assert (mean - margin, mean + margin) == pytest.approx((low, high))


def test_one_run_has_no_margin_and_none_no_mean():
    mean, margin = mean_and_margin([0.5])
    assert mean == 0.5
    assert np.isnan(margin)
    assert np.isnan(mean_and_margin([])).all()
