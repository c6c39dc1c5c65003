"""The training weights of each cell have the right numbers and are drawn."""

from types import SimpleNamespace

import numpy as np
import pytest

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import make_biased_classification
from skfairbargain.inspection import SampleWeightDisplay
from tests.inspection._shared import drawn_lines, texts


def test_sample_weights_are_those_of_the_fit(fitted):
    clf, _, y, group = fitted
    display = SampleWeightDisplay.from_estimator(clf, y, group)
    table = display.table.set_index("cell")
    assert list(table.index) == ["g0, 0", "g0, 1", "g1, 0", "g1, 1"]
    weight = clf.applied_weight_ / clf.applied_weight_.mean()
    rows = (group == "g1").to_numpy() & (y == 1).to_numpy()
    row = table.loc["g1, 1"]
    assert row["n"] == rows.sum()
    assert row["share_of_weight"] == pytest.approx(weight[rows].sum() / weight.sum())
    assert row["mean"] == pytest.approx(weight[rows].mean())
    assert row["q90"] == pytest.approx(np.quantile(weight[rows], 0.9))
    assert table["share_of_rows"].sum() == pytest.approx(1)
    assert table["share_of_weight"].sum() == pytest.approx(1)
    means = next(line for line in display.ax_.lines if line.get_marker() == "o")
    np.testing.assert_allclose(means.get_xdata(), table["mean"])
    assert len(texts(display.ax_)) == 4
    assert "average row" in drawn_lines(display.ax_)


def test_held_out_rows_are_left_out_of_the_weights():
    made = make_biased_classification(200, random_state=0)
    clf = NashMetaClassifier(max_epochs=2, batch_size=180, random_state=0)
    clf.fit(made.data.to_numpy(), made.target)
    display = SampleWeightDisplay.from_estimator(clf, made.target)
    assert display.table["n"].sum() == 180
    assert display.table["cell"].tolist() == ["0", "1"]


def test_bars_end_at_the_quantiles():
    weight = np.arange(1.0, 102)
    row = SampleWeightDisplay.from_weights(weight, np.zeros(101)).table.iloc[0]
    found = row[["q10", "q25", "median", "q75", "q90"]].tolist()
    assert found == pytest.approx([w / 51 for w in (11, 26, 51, 76, 91)])


def test_rows_that_move_one_cell_alone_are_not_left_out():
    fit = SimpleNamespace(
        applied_weight_=np.array([1.0, 0.0, 1.0]),
        cell_influence_=np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 2.0]]),
    )
    display = SampleWeightDisplay.from_estimator(fit, ["a", "a", "b"])
    assert display.table["n"].tolist() == [1, 1]
