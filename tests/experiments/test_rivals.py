"""What a user would train instead."""

import numpy as np
import pytest

from experiments.networks import fit_group_dro
from experiments.rivals import reweighing


def test_reweighing_makes_group_and_label_independent(some_rows):
    rows = some_rows()
    rows = rows._replace(y=((rows.groups == "a") & (rows.X[:, 0] > 0)).astype(int))
    rows.y[rows.groups == "b"] = rows.X[rows.groups == "b", 1] > 1
    rows.y[rows.groups == "c"] = rows.X[rows.groups == "c", 1] > -1
    weights = reweighing(rows)
    rates = [np.average(rows.y[rows.groups == g], weights=weights[rows.groups == g])
             for g in "abc"]  # fmt: skip
    assert rates == pytest.approx([rows.y.mean()] * 3)


def test_a_cell_without_rows_does_no_harm(some_rows):
    rows = some_rows()
    rows.y[rows.groups == "c"] = 1
    assert np.isfinite(reweighing(rows)).all()
    scores, labels = fit_group_dro(rows, None, 0)(rows.X, rows.groups)
    assert np.isfinite(scores).all()
    assert set(labels) <= {0, 1}
