"""Training rows made unjust, and the rows that are left alone."""

import numpy as np
import pandas as pd
import pytest

from experiments.biased_rows import bias_labels, biased_rows, thin_out


def test_biased_labels_are_turned_where_they_should_be(some_rows):
    rows = some_rows(3000)
    turned = bias_labels(rows, "b", 0.4, seed=0)
    changed = pd.crosstab(rows.groups, [rows.y, turned.y])
    hit, others = rows.groups == "b", rows.groups != "b"
    assert changed.loc["b", (1, 0)] == round(0.4 * np.sum(hit & (rows.y == 1)))
    assert changed.loc["b", (0, 0)] == np.sum(hit & (rows.y == 0))
    assert changed.loc[["a", "c"], (0, 1)].sum() == round(
        0.12 * np.sum(others & (rows.y == 0))
    )
    assert changed.loc[["a", "c"], (1, 1)].sum() == np.sum(others & (rows.y == 1))
    assert bias_labels(rows, "b", 0.0, seed=0).y.tolist() == rows.y.tolist()


def test_thinning_out_keeps_a_share_of_one_group(some_rows):
    rows = some_rows(1000)
    left = thin_out(rows, "b", 0.05, seed=0)
    n_before = dict(zip(*np.unique(rows.groups, return_counts=True), strict=True))
    n_after = dict(zip(*np.unique(left.groups, return_counts=True), strict=True))
    assert n_after == {**n_before, "b": round(0.05 * n_before["b"])}


def test_bias_leaves_the_audited_rows_and_the_test_set_alone(data_home):
    clean = biased_rows("student_por_sex", "labels", 0.0, 5, seed=0, data_home=data_home)
    biased = biased_rows("student_por_sex", "labels", 0.6, 5, seed=0, data_home=data_home)
    assert not np.array_equal(clean[0].y, biased[0].y)
    for one, other in zip(clean[1:], biased[1:], strict=True):
        assert all(map(np.array_equal, one, other))
    counts = np.unique(list(zip(biased[1].groups, biased[1].y, strict=True)), axis=0)
    assert len(counts) == 4
    assert len(biased[1].y) == 20


@pytest.mark.parametrize(
    ("setting", "most", "per_cell"),
    [("student_por_sex", 10, 2), ("default_credit_sex", 50, 30)],
)
def test_rows_apart_are_not_those_of_the_tables(setting, most, per_cell, data_home):
    def drawn(per_cell, seed, **apart):
        rows = setting, "labels", 0.0, per_cell
        split = biased_rows(*rows, seed=seed, data_home=data_home, **apart)
        return [set(map(bytes, part.X)) for part in split]

    reported = set().union(*(drawn(most, seed)[2] for seed in range(5)))
    for part in drawn(per_cell, 10_000, apart=True):
        assert not reported & part
    # Without the option they are.
    assert len(reported & drawn(per_cell, 10_000)[2]) > 10
