"""Means over seeds as text, and leads."""

import numpy as np
import pandas as pd
import pytest

from experiments.baselines import table_of
from experiments.measures import MEASURES
from experiments.summaries import crosswise, lead_with_ci, leads
from skfairbargain.compare import summarize


@pytest.mark.parametrize(
    ("mean", "ci95", "text"),
    [
        (0.0314, 0.0101, "**+0.031 ± 0.010**"),
        (-0.0314, 0.0101, "**-0.031 ± 0.010**"),
        (-0.0314, 0.04, "-0.031 ± 0.040"),
        (0.03, 0.03, "+0.030 ± 0.030"),
        (0.0314, np.nan, "+0.031"),
        (np.nan, np.nan, "–"),
    ],
)
def test_a_lead_is_bold_where_its_interval_excludes_0(mean, ci95, text):
    assert lead_with_ci(mean, ci95) == text


def test_a_lead_is_over_the_seeds_that_both_have():
    runs = pd.DataFrame(
        [
            ("a", "ours", 0, 0.9), ("a", "ours", 1, 0.7), ("a", "other", 0, 0.6),
            ("a", "other", 1, 0.6), ("a", "other", 2, 0.1), ("b", "other", 0, 0.5),
        ],
        columns=["setting", "method", "seed", "auc"],
    )  # fmt: skip
    found = leads(runs, ["setting", "method"], ["auc"], "ours")
    assert found[["setting", "method", "n_seeds"]].to_numpy().tolist() == [
        ["a", "other", 2]
    ]
    assert found["mean"].item() == pytest.approx(0.2)
    # t of 0.975 with one degree of freedom is 12.706, and s/√n of 0.3 and 0.1 is 0.1.
    assert found["ci95"].item() == pytest.approx(1.2706, rel=1e-3)


def test_a_mean_over_some_of_the_seeds_says_so():
    specs = [{"setting": "c", "method": m, "seed": s} for m in ("a", "b") for s in range(3)]
    results = [dict.fromkeys(MEASURES, 0.5 + spec["seed"] / 10) for spec in specs]
    results[4] = {"failure": "no group"}
    table, failures = table_of(specs, results, ["method"])
    assert failures == ["b (1 of its runs): no group"]
    summary = summarize(table, ["setting", "method"], ["score_auc"])
    shown = crosswise(summary, ["method"], "setting", "score_auc", n_seeds=3)["c"]
    assert shown.tolist() == ["0.600 ± 0.248", "0.600 ± 1.271 (of 2)"]
    alone = crosswise(summary[1:], ["method"], "setting", "score_auc", n_seeds=3)["c"]
    assert alone.tolist() == ["0.600 ± 1.271 (of 2)"]


def test_without_a_number_of_seeds_the_largest_is_all():
    columns = ["method", "setting", "metric", "mean", "ci95", "n_seeds"]
    rows = [("a", "c", "auc", 0.5, 0.1, 3), ("b", "c", "auc", 0.6, 0.2, 2)]
    shown = crosswise(pd.DataFrame(rows, columns=columns), ["method"], "setting", "auc")
    assert shown["c"].tolist() == ["0.500 ± 0.100", "0.600 ± 0.200 (of 2)"]


def test_columns_keep_the_order_of_the_summary():
    columns = ["method", "setting", "metric", "mean", "ci95", "n_seeds"]
    rows = [("a", setting, "auc", 0.5, 0.1, 3) for setting in ("z", "b", "m")]
    shown = crosswise(pd.DataFrame(rows, columns=columns), ["method"], "setting", "auc")
    assert shown.columns.tolist() == ["method", "z", "b", "m"]
