"""Where a finding about a validation set begins."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain.inspection import validation_report
from skfairbargain.inspection._mutual_information import MutualInformation
from skfairbargain.inspection._validation_findings import (
    number_of_groups,
    small_cells,
    unrelated_features,
)


def counts(n_groups, rows=2):
    """Numbers of rows by group and label."""
    return pd.DataFrame(rows, index=[f"g{i}" for i in range(n_groups)], columns=[0, 1])


@pytest.mark.parametrize(
    ("n_groups", "rows", "found"), [(4, 2, 0), (5, 2, 1), (5, 4, 1), (5, 5, 0), (2, 1, 0)]
)
def test_more_than_four_groups_need_five_rows_a_cell(n_groups, rows, found):
    assert len(number_of_groups(counts(n_groups, rows))) == found


@pytest.mark.parametrize(("rows", "found"), [(1, 1), (2, 1), (4, 1), (5, 0)])
def test_a_cell_is_small_below_five_rows(rows, found):
    assert len(small_cells(counts(2, rows))) == found


@pytest.mark.parametrize(("n_small", "last"), [(6, "'g4, 1' and 'g5, 1'"), (7, "2 more")])
def test_up_to_six_cells_are_named(n_small, last):
    cells = counts(8, rows=9)
    cells.iloc[:n_small, 1] = 3
    (sentence,) = small_cells(cells)
    assert sentence.startswith("Cells 'g0, 1', 'g1, 1', 'g2, 1', 'g3, 1'")
    assert f"{last} have fewer than 5 rows" in sentence


@pytest.mark.parametrize(("p_value", "found"), [(0.04, 0), (0.05, 0), (0.051, 1)])
def test_chance_is_a_p_value_above_a_twentieth(p_value, found):
    information = MutualInformation(0.5, 0.1, p_value, smallest_p=0.01)
    assert len(unrelated_features(information)) == found


@pytest.mark.parametrize(("apart", "found"), [(0.009, [0.009]), (0.011, [])])
def test_near_is_a_hundredth_on_average_over_the_columns(apart, found):
    rng = np.random.default_rng(0)
    X_train = rng.normal(size=(200, 9)) * np.arange(1, 10)
    X, y, group = rng.normal(size=(8, 9)) + 40, np.tile([0, 1], 4), list("aabbaabb")
    X[3] = X_train[7] + apart * X_train.std(axis=0)
    near = validation_report(X, y, group, X_train, random_state=0).near_duplicates
    assert near["distance"].tolist() == pytest.approx(found)
