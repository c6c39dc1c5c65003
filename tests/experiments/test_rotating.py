"""A few audited rows in each step against all of them: specs, rows, and the command."""

import numpy as np
import pandas as pd
import pytest

from experiments.biased_rows import clean_rows
from experiments.rotating import SHARES, rotating_specs, split_rows
from skfairbargain.model_selection import encode_cells


def test_hundreds_of_rows_a_cell_are_audited_where_there_are_thousands():
    settings = ["titanic_sex", "adult_sex"]
    specs = rotating_specs(settings, [50, 500], SHARES, [5, 20], n_seeds=2, epochs=None)
    sizes = {(spec["setting"], spec["per_cell"]) for spec in specs}
    assert sizes == {("titanic_sex", 50), ("adult_sex", 50), ("adult_sex", 500)}
    assert len(specs) == 3 * 2 * len(SHARES) * 3
    # Those that are compared come one after the other.
    assert [spec["rows"] for spec in specs[:3]] == ["all", 5, 20]
    assert {spec["epochs"] for spec in specs} == {25}


@pytest.mark.parametrize("share", SHARES)
def test_half_of_a_small_cell_is_audited_and_all_cells_are_tested_on(share, data_home):
    spec = {"setting": "student_por_sex", "per_cell": 50, "share": share, "seed": 3}
    train, val, test = split_rows(spec, data_home=data_home)
    _, y, groups, worse_off = clean_rows("student_por_sex", data_home)
    assert len(train.y) + len(val.y) + len(test.y) == len(y)
    audited = encode_cells(val.groups, val.y).counts
    halves = encode_cells(groups, y).counts // 2
    np.testing.assert_array_equal(audited, np.minimum(50, halves))
    assert encode_cells(test.groups, test.y).counts.min() > 0
    # The wronged group's favorable labels fall by the share, in training alone.
    clean, _, _ = split_rows({**spec, "share": 0.0}, data_home=data_home)
    wronged = clean.groups == worse_off
    fell = 1 - train.y[wronged & (clean.y == 1)].mean()
    assert fell == pytest.approx(share, abs=0.01)


def test_the_command_compares_run_by_run_and_keeps_the_runs(invoke, data_home, tmp_path):
    options = [
        *["--data-home", data_home, "--results", tmp_path, "--setting", "student_por_sex"],
        *["--per-cell", 20, "--seeds", 2, "--epochs", 2],
    ]
    shown = invoke("rotating", *options)
    assert "### 20 rows a cell: means over the data sets" in shown
    assert "The same, student_por_sex:" in shown
    table = pd.read_csv(tmp_path / "rotating.csv")
    assert set(table["method"].astype(str)) == {"all", "5", "20"}
    time = table[(table["method"] == "all") & (table["metric"] == "time")]
    assert time["mean"].tolist() == [1.0, 1.0]
    auc = table[table["metric"] == "score_auc"].set_index(["share", "method"])["mean"]
    less = auc[0.4, "5"] - auc[0.4, "all"]
    row = next(
        line for line in shown.partition("Rotating rows less")[2].splitlines()
        if line.startswith("| 0.4 | 5 |")
    )  # fmt: skip
    assert f"{less:+.3f} " in row.replace("*", "")
    # The runs are kept: nothing is trained again.
    assert invoke("rotating", *options) == shown
