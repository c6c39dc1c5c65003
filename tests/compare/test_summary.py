"""Means over runs and their intervals."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain.compare import summarize


def test_summary_is_students_interval():
    results = pd.DataFrame({"method": ["erm"] * 3, "seed": range(3), "gap": 0.5})
    results["auc"] = [0.7, 0.8, 0.9]
    summary = summarize(results, "method", ["auc", "gap"])
    assert summary.columns.tolist() == ["method", "metric", "mean", "ci95", "n_seeds"]
    assert summary["metric"].tolist() == ["auc", "gap"]
    auc = summary.iloc[0]
    assert auc["mean"] == pytest.approx(0.8)
    # t of 0.975 with 2 degrees of freedom is 4.303, and s/√n = 0.1/√3.
    assert auc["ci95"] == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4)
    alone = summarize(results.query("seed == 0"), "method", ["auc", "gap"])
    assert alone["ci95"].isna().all()


def test_a_summary_has_its_own_groups_and_counts_what_was_measured():
    results = pd.DataFrame(
        [("b", "ours", 0.5, None), ("a", "ours", 0.7, None), ("a", "ours", 0.9, 0.2),
         ("a", "other", None, 0.4)],
        columns=["setting", "method", "auc", "gap"],
    )  # fmt: skip
    summary = summarize(results, ["setting", "method"], ["auc", "gap"])
    assert summary.drop(columns=["mean", "ci95"]).to_numpy().tolist() == [
        ["b", "ours", "auc", 1],
        ["a", "ours", "auc", 2],
        ["a", "ours", "gap", 1],
        ["a", "other", "gap", 1],
    ]
    assert summary["mean"].tolist() == pytest.approx([0.5, 0.8, 0.2, 0.4])
    by_name = summarize(results, "setting", "auc")
    assert by_name.drop(columns=["mean", "ci95"]).to_numpy().tolist() == [
        ["b", "auc", 1],
        ["a", "auc", 2],
    ]


def test_a_summary_keeps_runs_without_a_setting():
    results = pd.DataFrame({"setting": ["a", None, None], "auc": [0.5, 0.6, 0.8]})
    summary = summarize(results, ["setting"], ["auc"])
    assert summary["n_seeds"].tolist() == [1, 2]
    assert summary["mean"].tolist() == pytest.approx([0.5, 0.7])
