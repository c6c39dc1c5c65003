"""What the figures leave out and keep."""

import itertools

import numpy as np
import pandas as pd
import pytest

from experiments.figures_of_methods import pareto_front
from experiments.figures_of_sweep import pairs, with_every_point


def test_a_map_compares_only_settings_that_have_every_point(tmp_path):
    grid = {"share": (0.0, 0.4), "per_cell": (3, 10), "anchor": (0.0, 0.5)}
    points = pd.DataFrame(list(itertools.product(*grid.values())), columns=list(grid))
    points["score_auc"] = np.linspace(0.5, 0.9, len(points))
    drawing = {
        "parameters": ["per_cell", "anchor"],
        "centre": {"per_cell": 3, "anchor": 0.5},
        "metrics": {"score_auc": "score AUC"},
        "path": tmp_path / "pairs.png",
    }
    lacks_one = points[1:].assign(setting="b")
    assert not pairs(lacks_one, **drawing)
    assert not drawing["path"].exists()
    table = pd.concat([points.assign(setting="a"), lacks_one])
    assert with_every_point(table, list(grid)) == ["a"]
    assert pairs(table, **drawing)
    assert drawing["path"].stat().st_size > 10_000


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2]])
def test_thepareto_front_keeps_what_no_other_beats(order):
    points = np.array([[1, 0.5], [1, 0.6], [0.5, 0.9], [0.4, 0.9]])[order]
    assert pareto_front(points).tolist() == [[0.5, 0.9], [1, 0.6]]
