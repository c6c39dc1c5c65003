"""The commands that compare with what a user would do otherwise."""

import re

import numpy as np
import pandas as pd
import pytest

from experiments.commands import sweep


def test_baselines_say_what_they_are_told(tmp_path, splits_dir, quick, invoke):
    methods = [
        "logistic",
        "threshold_logistic",
        "group_dro",
        "ours",
        "ours_paper",
        "ours_boosting",
        "ours_vote",
    ]
    chosen = [part for name in methods for part in ("--method", name)]
    text = invoke(
        "baselines", *splits_dir, *quick, *chosen, "--seeds", "1", "--results", tmp_path
    )
    assert "| method | told besides X and y | student_por_sex |" in text
    told = dict(re.findall(r"^\| (.+?) \| ([a-zXy, ]+) \| ", text, re.M))
    assert told.pop("method") == "told besides X and y"
    assert told == {
        "logistic regression": "nothing",
        "ThresholdOptimizer, logistic": "training and test groups",
        "group DRO": "training groups",
        "ours, defaults": "audited rows, their groups",
        "ours, boosting on the weights": "audited rows, their groups",
        "ours, network and boosting vote": "audited rows, their groups",
        "ours, paper's settings": "audited rows, their groups",
    }
    table = pd.read_csv(tmp_path / "baselines.csv")
    auc = table.query("method == 'logistic' and metric == 'score_auc'")["mean"].item()
    assert f"| logistic regression | nothing | {auc:.3f} |" in text
    ours = table.query("method == 'ours' and metric == 'score_auc'")["mean"].item()
    lead = text[text.index("### Lead of ours, defaults") :]
    assert f"| logistic regression | nothing | {ours - auc:+.3f} |" in lead
    only_decides = table[table["method"] == "threshold_logistic"]["metric"].tolist()
    assert "score_auc" not in only_decides
    assert "balanced_accuracy" in only_decides
    assert (tmp_path / "baselines.png").stat().st_size > 10_000


def test_biased_labels_tell_what_could_not_be_trained(tmp_path, quick, invoke):
    text = invoke(
        "biased-labels",
        *[*quick, "--seeds", "1", "--results", tmp_path],
        *["--method", "logistic", "--method", "val_threshold"],
        *["--method", "threshold_logistic"],
        *["--share", "0", "--share", "0.6"],
        *["--per-cell", "3", "--per-cell", "5", "--per-cell", "50"],
    )
    table = pd.read_csv(tmp_path / "biased_labels.csv")
    auc = table[table["metric"] == "score_auc"].set_index(["method", "share"])["mean"]
    assert (auc["logistic", 0.0] > 0.9).all()
    assert auc["logistic", 0.6].max() < auc["logistic", 0.0].min()
    left_out = (
        "- student_por_sex with 50 rows a cell: the smallest cell has 50 rows, fewer than "
        "three times 50\n"
    )
    assert text.endswith(f"### Left out\n\n{left_out}")
    for name in ("5", "3", "share_0", "share_0.6"):
        assert (tmp_path / f"biased_labels_{name}.png").stat().st_size > 10_000
    assert not (tmp_path / "biased_labels_50.png").exists()


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ([], {("ltr", 0.0), ("meta_gdro", 0.0), ("ltr", 1.0)}),
        (["--vary", "anchor"], {("ltr", 0.0), ("ltr", 1.0)}),
        # Two make another grid of panels than one or three; a second time changes nothing.
        (["--vary", "goal", "--vary", "anchor", "--vary", "goal"],
         {("ltr", 0.0), ("meta_gdro", 0.0), ("ltr", 1.0)}),
        (["--full", "--vary", "goal"], {("ltr", 0.0), ("meta_gdro", 0.0)}),
        (
            ["--full"],
            {("ltr", 0.0), ("meta_gdro", 0.0), ("ltr", 1.0), ("meta_gdro", 1.0)},
        ),
    ],
)  # fmt: skip
def test_sweep_covers_its_grid(how, expected, tmp_path, monkeypatch, quick, invoke):
    grid = {
        "per_cell": (2,),
        "goal": ("ltr", "meta_gdro"),
        "bargain_share": (0.5,),
        "anchor": (0.0, 1.0),
        "meta_lr": (1.0,),
        "optimizer": (("adam", 1e-3),),
    }
    monkeypatch.setattr(sweep, "GRID", grid)
    centre = {name: values[0] for name, values in grid.items()}
    monkeypatch.setattr(sweep, "CENTRE", centre)
    vary = [] if "--vary" in how else [f"--vary={name}" for name in grid]
    arguments = [*quick, "--seeds", "1", "--results", tmp_path]
    invoke("sweep", *how, *vary, *arguments)
    table = pd.read_csv(tmp_path / "sweep.csv")
    assert set(zip(table["goal"], table["anchor"], strict=True)) == expected
    assert table["optimizer"].unique().tolist() == ["adam 0.001"]
    assert np.isfinite(table["mean"]).all()
    assert (tmp_path / "sweep.png").stat().st_size > 10_000
    assert (tmp_path / "sweep_pairs.png").exists() == (how == ["--full"])


def test_sweep_tells_where_the_audited_rows_are_too_few(
    tmp_path, monkeypatch, quick, invoke
):
    monkeypatch.setattr(sweep, "GRID", {"per_cell": (2, 100)})
    centre = {**sweep.CENTRE, "per_cell": 2}
    monkeypatch.setattr(sweep, "CENTRE", centre)
    arguments = [*quick, "--seeds", "1", "--results", tmp_path]
    text = invoke("sweep", "--vary", "per_cell", *arguments)
    assert "the smallest cell has 50 rows, fewer than three times 100" in text
    monkeypatch.setattr(sweep, "GRID", {"per_cell": (100,)})
    monkeypatch.setattr(sweep, "CENTRE", {**centre, "per_cell": 100})
    message = "Nothing is left to run. student_por_sex with 100 rows a cell: "
    with pytest.raises(ValueError, match=f"^{message}.* fewer rows a cell, or another"):
        invoke("sweep", "--vary", "per_cell", *arguments)


def test_sweep_apart_says_so_and_keeps_its_runs_apart(
    tmp_path, monkeypatch, data_home, invoke, runs_in
):
    monkeypatch.setattr(sweep, "GRID", {"anchor": (0.5, 1.0)})
    monkeypatch.setattr(sweep, "CENTRE", {**sweep.CENTRE, "per_cell": 2})
    arguments = ["--data-home", data_home, "--epochs", "1", "--jobs", "1", "--seeds", "1"]
    arguments += ["--setting", "default_credit_sex", "--results", tmp_path]
    invoke("sweep", "--vary", "anchor", *arguments)
    text = invoke(
        "sweep", "--apart", "--vary", "anchor", "--setting", "bank_age", *arguments
    )
    assert "of rows that biased-labels does not test on with 5 seeds and 50 rows" in text
    assert "bank_age with 2 rows a cell: the smallest cell has 3 rows that " in text
    assert "fewer than 100\n" in text
    rows = runs_in(tmp_path / "sweep.sqlite")
    # Two points and two shares each.
    assert [spec.get("apart") for spec, _ in rows] == [None] * 4 + [True] * 4
    for (plain, one), (apart, other) in zip(rows[:4], rows[4:], strict=True):
        assert plain | {"apart": True} == apart
        assert one["score_auc"] != other["score_auc"]
    for name in ("sweep", "sweep_apart"):
        assert (tmp_path / f"{name}.md").read_text().count("anchor") > 0
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000


def test_a_value_given_twice_counts_once(tmp_path, quick, invoke, runs_in):
    twice = ["--method", "logistic", "--share", "0.4", "--per-cell", "3"] * 2
    arguments = [*quick, "--seeds", "2", "--results", tmp_path]
    invoke("biased-labels", *twice, *twice[:2], *arguments)
    assert set(pd.read_csv(tmp_path / "biased_labels.csv")["n_seeds"]) == {2}
    assert len(runs_in(tmp_path / "biased.sqlite")) == 2
