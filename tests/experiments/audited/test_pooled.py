"""Damage repaired and gains: a case by hand, and what intervals redraw."""

import numpy as np
import pandas as pd
import pytest

from experiments.audited.methods import BIASED, CLEAN
from experiments.audited.pooled import CONDITION, POOLED, damage_repaired, gains_over


def runs_of(values):
    """A row for each data set, seed and method; both measures have the same value."""
    condition = dict(zip(CONDITION, ("blind", "uniform", "balanced", False, 0.4, 50),
                         strict=True))  # fmt: skip
    rows = [
        {**condition, "name": name, "seed": seed, "method": method}
        | dict.fromkeys(POOLED, value)
        for name, seed, methods in values
        for method, value in methods.items()
    ]
    return pd.DataFrame(rows)


def methods(biased, clean, other):
    return {BIASED: biased, CLEAN: clean, "other": other}


def test_repaired_by_hand():
    # Means: biased 0.6, clean 0.8, the method 0.75: three quarters, although it repairs
    # all of the first data set's damage and half of the second's.
    runs = runs_of([("a", 0, methods(0.7, 0.9, 0.9)), ("b", 0, methods(0.5, 0.7, 0.6))])
    repaired = damage_repaired(runs).set_index("measure")
    assert repaired["method"].unique().tolist() == ["other"]
    for measure in POOLED:
        row = repaired.loc[measure]
        assert row["value"] == pytest.approx(0.75)
        # Data sets are redrawn: either alone may come twice.
        assert (row["low"], row["high"]) == pytest.approx((0.5, 1.0))
        assert (row["data_sets"], row["runs"]) == (2, 2)


def test_a_data_set_counts_once_however_many_seeds_it_has():
    many = [("a", seed, methods(0.7, 0.9, 0.9)) for seed in range(9)]
    repaired = damage_repaired(runs_of([*many, ("b", 0, methods(0.5, 0.7, 0.6))]))
    assert repaired["value"].tolist() == pytest.approx([0.75, 0.75])
    assert repaired["runs"].tolist() == [10, 10]


def test_seeds_are_redrawn_within_a_data_set():
    runs = runs_of([("a", 0, methods(0.5, 0.9, 0.5)), ("a", 1, methods(0.5, 0.9, 0.9))])
    row = damage_repaired(runs).iloc[0]
    assert (row["low"], row["value"], row["high"]) == pytest.approx((0.0, 0.5, 1.0))


def test_only_runs_of_the_same_problem_are_compared():
    # Of the second seed the method is missing; a comparison of means would see 0.5.
    alone = {BIASED: 0.0, CLEAN: 1.0}
    runs = runs_of([("a", 0, methods(0.6, 0.8, 0.7)), ("a", 1, alone)])
    repaired = damage_repaired(runs)
    assert repaired["value"].tolist() == pytest.approx([0.5, 0.5])
    assert repaired["runs"].tolist() == [1, 1]


def test_gains_are_within_problems():
    runs = runs_of(
        [("a", seed, methods(0.1 * seed, 0.9, 0.1 * seed + 0.02)) for seed in range(5)]
    )
    gain = gains_over(runs, BIASED).query("method == 'other'").iloc[0]
    assert (gain["low"], gain["value"], gain["high"]) == pytest.approx((0.02, 0.02, 0.02))


def test_conditions_are_apart():
    first = runs_of([("a", 0, methods(0.6, 0.8, 0.7))])
    second = runs_of([("a", 0, methods(0.6, 0.8, 0.8))]).assign(per_cell=10)
    repaired = damage_repaired(pd.concat([first, second]))
    values = repaired.groupby("per_cell")["value"].first()
    assert values.to_dict() == pytest.approx({50: 0.5, 10: 1.0})


def test_more_data_sets_narrow_the_interval():
    rng = np.random.default_rng(0)

    def width(n_sets):
        runs = runs_of(
            [(f"{number}", 0, methods(0.6, 0.8, 0.7 + 0.05 * rng.normal()))
             for number in range(n_sets)]
        )  # fmt: skip
        row = damage_repaired(runs).iloc[0]
        return row["high"] - row["low"]

    assert width(40) < width(5)


def test_nothing_is_told_where_the_damage_may_be_none():
    runs = runs_of([("a", 0, methods(0.6, 0.8, 0.7)), ("b", 0, methods(0.6, 0.5, 0.7))])
    assert damage_repaired(runs).empty
    # Means 0.6 and 0.65: but the second data set has no damage, and may come twice.
    clean = gains_over(runs, BIASED).query("method == @CLEAN").iloc[0]
    assert (clean["low"], clean["value"], clean["high"]) == pytest.approx((-0.1, 0.05, 0.2))
