"""The figure of a comparison."""

import pandas as pd
import pytest

from skfairbargain.compare import METRICS, summarize
from skfairbargain.inspection import plot_comparison


def test_the_figure_stays_within_what_a_metric_can_be(tmp_path):
    results = pd.DataFrame(
        {"method": "erm", "seed": range(2), **dict.fromkeys(METRICS, 0.5)}
    )
    results["worst_group_auc"] = [0.5, 0.99]
    results["max_group_auc_disparity"] = [0.0, 0.3]
    results["seconds"] = [2.0, 4.0]
    figure = plot_comparison(
        results,
        summarize(results),
        tmp_path / "figure.png",
        methods={"erm": "plain"},
        metrics=METRICS,
    )
    for panel, metric in zip(figure.axes, METRICS, strict=True):
        low, high = panel.get_xlim()
        assert low >= -0.01
        assert metric == "seconds" or high <= 1.01
    assert figure.axes[-1].get_xlim()[1] > 4
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_the_figure_shows_every_seed_and_the_mean(tmp_path):
    results = pd.DataFrame(
        {"method": ["erm", "erm", "two-stage"], **dict.fromkeys(METRICS, 0.5)}
    )
    results["overall_auc"] = [0.6, 0.8, 0.9]
    methods = {"erm": "plain", "two-stage": "two-stage"}
    figure = plot_comparison(
        results,
        summarize(results),
        tmp_path / "figure.svg",
        methods=methods,
        metrics=METRICS,
    )
    panel = figure.axes[0]
    assert panel.get_title() == "ROC AUC (higher is better)"
    assert [label.get_text() for label in panel.get_yticklabels()] == ["plain", "two-stage"]
    # Grey points of the seeds, then the mean, a method after the other.
    drawn = [
        line.get_xdata().tolist() for line in panel.get_lines() if line.get_marker() == "o"
    ]
    assert drawn[0] == [0.6, 0.8]
    assert drawn[1] == pytest.approx([0.7])
    assert drawn[2:] == [[0.9], [0.9]]
