"""The commands of the experiments: real data, few epochs, and one real kill."""

import csv
import json
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info, threadpool_limits
from typer.testing import CliRunner

from experiments import cli_rivals
from experiments.baselines import table_of
from experiments.cli import app
from experiments.measures import MEASURES
from experiments.store import RunStore, run_all
from experiments.summaries import crosswise, summarize

QUICK = ["--setting", "student_por_sex", "--epochs", "2", "--jobs", "1"]


@pytest.fixture(scope="module")
def options(shared_dir, data_home):
    """Options that point the commands to the reference data."""
    return [
        *["--splits-dir", str(shared_dir / "paper/splits")],
        *["--data-home", str(data_home)],
    ]


def invoke(*arguments):
    result = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def lines_of(path):
    """The runs in a store; the line that names the versions left out."""
    first, *rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert set(first["made with"]) >= {"skfairbargain", "scikit-learn", "torch"}
    return rows


def without_time(rows):
    """Results by spec, the seconds left out, which no seed repeats."""
    return {
        json.dumps(row["spec"], sort_keys=True): {
            key: value for key, value in row["result"].items() if key != "cpu_seconds"
        }
        for row in rows
    }


def test_a_killed_command_goes_on_and_loses_nothing(options, tmp_path):
    methods = ["--method", "dro", "--method", "ltr", "--method", "nash_forml"]
    arguments = ["table1", *options, *QUICK, *methods, "--seeds", "3"]
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "experiments", *arguments]
    process = subprocess.Popen([*command, "--results", killed], stderr=subprocess.DEVNULL)
    file = killed / "table1.jsonl"
    while not (file.exists() and file.read_text().count("\n") >= 3):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    before = lines_of(file)
    assert 2 <= len(before) < 9
    invoke(*arguments, "--results", killed)
    after = lines_of(file)
    assert after[: len(before)] == before
    assert len(after) == 9  # 3 methods × 3 seeds, each of them once
    invoke(*arguments, "--results", tmp_path / "whole")
    assert without_time(after) == without_time(lines_of(tmp_path / "whole/table1.jsonl"))
    whole, killed_table = (
        (folder / "table1.csv").read_text() for folder in (tmp_path / "whole", killed)
    )
    assert whole == killed_table


def test_a_torn_last_line_is_run_again(tmp_path):
    path = tmp_path / "runs.jsonl"
    specs = [{"seed": seed} for seed in range(3)]
    run_all(double, specs, RunStore(path), n_jobs=1)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    store = RunStore(path)
    assert [spec in store for spec in specs] == [True, True, False]
    assert whole.startswith(path.read_bytes())
    done = []
    results = run_all(double, specs, store, n_jobs=1, on_done=lambda s, r: done.append(s))
    assert done == [{"seed": 2}]
    assert [result["twice"] for result in results] == [0, 2, 4]
    assert len(lines_of(path)) == 3


def test_runs_of_other_versions_are_not_mixed_in(tmp_path):
    path = tmp_path / "runs.jsonl"
    run_all(double, [{"seed": 0}], RunStore(path), n_jobs=1)
    before = path.read_text()
    path.write_text(before.replace('"torch": "', '"torch": "0.'))
    message = f"The runs in {path} should have been made with skfairbargain "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}.* torch 0[.]"):
        RunStore(path)
    path.write_text("".join(before.splitlines(keepends=True)[1:]))
    with pytest.raises(ValueError, match="They were made with versions it does not name"):
        RunStore(path)
    for other in ("[1]\n", "\n", "epoch,loss\n", before + before):
        path.write_text(other)
        message = f"{path} should hold finished runs, one a line. It holds something else."
        with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
            RunStore(path)


def test_one_command_at_a_time_writes(tmp_path):
    path = tmp_path / "runs.jsonl"
    store = RunStore(path)
    message = f"Another command is at work on {path}. Wait for its end"
    with store.alone(), pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        RunStore(path)
    run_all(double, [{"seed": 0}], store, n_jobs=1)
    assert {"seed": 0} in RunStore(path)


def test_what_could_not_be_trained_is_tried_again(tmp_path):
    store = RunStore(tmp_path / "runs")
    specs = [{"seed": 0}, {"seed": 1}]
    first, second = run_all(fail_once, specs, store, n_jobs=1)
    assert (first["failure"], second["twice"]) == ("too few rows", 2)
    again = RunStore(tmp_path / "runs")
    assert [spec in again for spec in specs] == [False, True]


def fail_once(spec):
    return double(spec) if spec["seed"] else {"failure": "too few rows"}


def double(spec):
    return {"twice": 2 * spec["seed"]}


def test_two_processes_find_what_one_finds(tmp_path):
    specs = [{"seed": seed} for seed in range(4)]
    one = run_all(double, specs, RunStore(tmp_path / "one"), n_jobs=1)
    two = run_all(double, specs, RunStore(tmp_path / "two"), n_jobs=2)
    assert [r["twice"] for r in one] == [r["twice"] for r in two] == [0, 2, 4, 6]


def test_a_run_has_one_thread(tmp_path):
    with threadpool_limits(2):
        before = count_threads({})["threads"]
        run = run_all(count_threads, [{"seed": 0}], RunStore(tmp_path / "runs"), n_jobs=1)
        after = count_threads({})["threads"]
    assert (before, run[0]["threads"], after) == (2, 1, 2)


def count_threads(spec):
    np.ones((50, 50)) @ np.ones((50, 50))  # a library counts once it is loaded
    return {"threads": max(pool["num_threads"] for pool in threadpool_info())}


def test_a_run_that_fails_keeps_those_before_it(tmp_path):
    store = RunStore(tmp_path / "runs")
    specs = [{"seed": 0}, {"seed": None}]
    with pytest.raises(TypeError):
        run_all(double, specs, store, n_jobs=1)
    assert {"seed": 0} in RunStore(tmp_path / "runs")


def test_table1_writes_its_tables_and_its_figure(options, tmp_path):
    text = invoke("table1", *options, *QUICK, "--seeds", "1", "--results", tmp_path)
    assert (tmp_path / "table1.md").read_text() == text
    for heading in ("By the paper's rule", "By the honest rule", "Conflict and agreement"):
        assert f"### {heading}\n" in text
    assert re.match(
        "One seed; the paper's split sizes, the row numbers in .*; number of epochs: 2.\n",
        text,
    )
    assert "so it is not counted how many means lie near the paper's" in text
    assert (tmp_path / "table1.png").read_bytes().startswith(b"\x89PNG")
    table = pd.read_csv(tmp_path / "table1.csv")
    assert len(table) == 11 * 3
    # The published number, from a cell of the paper's table.
    row = table.query("method == 'ltr' and metric == 'overall_auc'").iloc[0]
    assert (row["paper_mean"], row["paper_ci95"], row["tolerance"]) == (0.9, 0.007, 0.03)
    conflicts = pd.read_csv(tmp_path / "table1_conflicts.csv")
    # DRO has no validation set to conflict with.
    assert set(conflicts["method"]) == set(table["method"]) - {"dro"}


def test_curves_reuse_the_runs_of_table1(options, tmp_path):
    chosen = ["--method", "dro", "--method", "nash_ltr_weights", "--seeds", "1"]
    quick = ["--setting", "student_por_sex", "--epochs", "5", "--jobs", "1"]
    invoke("table1", *options, *quick, *chosen, "--results", tmp_path)
    before = (tmp_path / "table1.jsonl").read_bytes()
    invoke("curves", *options, *quick, *chosen, "--results", tmp_path)
    assert (tmp_path / "table1.jsonl").read_bytes() == before
    with open(tmp_path / "curves.csv") as file:
        rows = list(csv.DictReader(file))
    dro = [row for row in rows if row["method"] == "dro"]
    nash = [row for row in rows if row["method"] == "nash_ltr_weights"]
    assert [row["epoch"] for row in dro] == list("12345")
    assert {row["alignment_rate"] for row in dro} == {""}
    # Ten of the paper's fifty epochs bargain, so one of five; what is bargained over
    # weights that can be applied conflicts with nobody where there is an agreement.
    assert [row["stage"] for row in nash] == ["1.0", "2.0", "2.0", "2.0", "2.0"]
    assert float(nash[0]["bargaining_success_rate"]) == 1.0
    assert float(nash[0]["alignment_rate"]) == 1.0
    assert (tmp_path / "curves.png").stat().st_size > 10_000


def test_table2_is_the_papers(options, tmp_path):
    invoke("table2", *options, "--results", tmp_path)
    table = pd.read_csv(tmp_path / "table2.csv")
    sizes = table.drop_duplicates("setting").set_index("setting")[["samples", "features"]]
    assert sizes.T.to_dict("list") == {
        "student_por_sex": [649, 58],
        "titanic_sex": [1309, 1526],
        "us_crime_blackgt6pct": [1994, 1929],
        "default_credit_sex": [30000, 24],
        "bank_age": [45211, 51],
        "adult_sex": [48842, 105],
        "adult_race": [48842, 105],
    }
    # The row of the paper's Table 2 that its text has kept, in the paper's words:
    # False ({1: 1002, 0: 0}) True ({1: 841, 0: 101}) and so on.
    crime = table[table["setting"] == "us_crime_blackgt6pct"].set_index("group")
    assert crime.loc["False"].tolist()[3:] == [0, 1002, 1, 1, 14, 14]
    assert crime.loc["True"].tolist()[3:] == [101, 841, 1, 1, 14, 14]


def test_table5_finds_noise_where_the_paper_does(options, tmp_path):
    text = invoke("table5", *options, "--results", tmp_path)
    assert text.startswith("| setting | n_val | information | paper |\n")
    table = pd.read_csv(tmp_path / "table5.csv").set_index("setting")
    noisy = table.loc[["default_credit_sex", "us_crime_blackgt6pct"], "information"]
    clear = ["student_por_sex", "bank_age", "adult_sex", "adult_race"]
    assert noisy.max() < table.loc[clear, "information"].min()
    assert table["n_val"].tolist() == [8, 4, 4, 16, 12, 12, 30]


def test_baselines_say_what_they_are_told(options, tmp_path):
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
        "baselines", *options, *QUICK, *chosen, "--seeds", "1", "--results", tmp_path
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


def test_biased_labels_tell_what_could_not_be_trained(options, tmp_path):
    text = invoke(
        "biased-labels",
        *[*options[2:], *QUICK, "--seeds", "1", "--results", tmp_path],
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
def test_sweep_covers_its_grid(how, expected, options, tmp_path, monkeypatch):
    grid = {
        "per_cell": (2,),
        "goal": ("ltr", "meta_gdro"),
        "bargain_share": (0.5,),
        "anchor": (0.0, 1.0),
        "meta_lr": (1.0,),
        "optimizer": (("adam", 1e-3),),
    }
    monkeypatch.setattr(cli_rivals, "GRID", grid)
    centre = {name: values[0] for name, values in grid.items()}
    monkeypatch.setattr(cli_rivals, "CENTRE", centre)
    vary = [] if "--vary" in how else [f"--vary={name}" for name in grid]
    arguments = [*options[2:], *QUICK, "--seeds", "1", "--results", tmp_path]
    invoke("sweep", *how, *vary, *arguments)
    table = pd.read_csv(tmp_path / "sweep.csv")
    assert set(zip(table["goal"], table["anchor"], strict=True)) == expected
    assert table["optimizer"].unique().tolist() == ["adam 0.001"]
    assert np.isfinite(table["mean"]).all()
    assert (tmp_path / "sweep.png").stat().st_size > 10_000
    assert (tmp_path / "sweep_pairs.png").exists() == (how == ["--full"])


def test_sweep_tells_where_the_audited_rows_are_too_few(options, tmp_path, monkeypatch):
    monkeypatch.setattr(cli_rivals, "GRID", {"per_cell": (2, 100)})
    centre = {**cli_rivals.CENTRE, "per_cell": 2}
    monkeypatch.setattr(cli_rivals, "CENTRE", centre)
    arguments = [*options[2:], *QUICK, "--seeds", "1", "--results", tmp_path]
    text = invoke("sweep", "--vary", "per_cell", *arguments)
    assert "the smallest cell has 50 rows, fewer than three times 100" in text
    monkeypatch.setattr(cli_rivals, "GRID", {"per_cell": (100,)})
    monkeypatch.setattr(cli_rivals, "CENTRE", {**centre, "per_cell": 100})
    message = "Nothing is left to run. student_por_sex with 100 rows a cell: "
    with pytest.raises(ValueError, match=f"^{message}.* fewer rows a cell, or another"):
        invoke("sweep", "--vary", "per_cell", *arguments)


def test_sweep_apart_says_so_and_keeps_its_runs_apart(options, tmp_path, monkeypatch):
    monkeypatch.setattr(cli_rivals, "GRID", {"anchor": (0.5, 1.0)})
    monkeypatch.setattr(cli_rivals, "CENTRE", {**cli_rivals.CENTRE, "per_cell": 2})
    arguments = [*options[2:], "--epochs", "1", "--jobs", "1", "--seeds", "1"]
    arguments += ["--setting", "default_credit_sex", "--results", tmp_path]
    invoke("sweep", "--vary", "anchor", *arguments)
    text = invoke(
        "sweep", "--apart", "--vary", "anchor", "--setting", "bank_age", *arguments
    )
    assert "of rows that biased-labels does not test on with 5 seeds and 50 rows" in text
    assert "bank_age with 2 rows a cell: the smallest cell has 3 rows that " in text
    assert "fewer than 100\n" in text
    lines = lines_of(tmp_path / "sweep.jsonl")
    # Two points and two shares each.
    assert [line["spec"].get("apart") for line in lines] == [None] * 4 + [True] * 4
    for plain, apart in zip(lines[:4], lines[4:], strict=True):
        assert plain["spec"] | {"apart": True} == apart["spec"]
        assert plain["result"]["score_auc"] != apart["result"]["score_auc"]
    for name in ("sweep", "sweep_apart"):
        assert (tmp_path / f"{name}.md").read_text().count("anchor") > 0
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000


def test_a_value_given_twice_counts_once(options, tmp_path):
    twice = ["--method", "logistic", "--share", "0.4", "--per-cell", "3"] * 2
    arguments = [*options[2:], *QUICK, "--seeds", "2", "--results", tmp_path]
    invoke("biased-labels", *twice, *twice[:2], *arguments)
    assert set(pd.read_csv(tmp_path / "biased_labels.csv")["n_seeds"]) == {2}
    assert len(lines_of(tmp_path / "biased.jsonl")) == 2


def test_a_missing_extra_is_told_before_the_training(options, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fairlearn", None)
    results = tmp_path / "results"
    arguments = [*options, *QUICK, "--method", "threshold_logistic", "--results", results]
    with pytest.raises(ImportError, match="fairlearn is needed here"):
        invoke("baselines", *arguments)
    assert not results.exists()


def test_published_numbers_of_another_form_are_refused_before_the_training(
    options, tmp_path
):
    path = tmp_path / "numbers.csv"
    results = tmp_path / "results"
    header = "setting,method,metric,mean,ci95\n"
    row = "adult_sex,ltr,overall_auc,{},0.01\n"
    for content, message in (
        ("a,b\n1,2\n",
         f"{path} should have the columns setting, method, metric, mean, ci95. Got a, b."),
        (header + row.format("0.9 +- 0.1"),
         f"The column mean of {path} should hold a number in every row."),
        (header + 2 * row.format(0.9),
         f"{path} should have one row with each of the metrics overall_auc, "
         "worst_group_auc, max_group_auc_disparity for every setting and method it has."),
    ):  # fmt: skip
        path.write_text(content)
        arguments = [*options, *QUICK, "--paper-table", path, "--results", results]
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            invoke("table1", *arguments)
    assert not results.exists()


def test_unknown_names_are_refused_with_the_known_ones(tmp_path):
    result = CliRunner().invoke(
        app, ["table2", "--setting", "mars", "--results", str(tmp_path)]
    )
    assert result.exit_code == 2
    message = re.sub(r"[│\s]+", " ", result.output)
    assert (
        "Invalid value for --setting: should be among student_por_sex, titanic_sex, "
        "us_crime_blackgt6pct, default_credit_sex, bank_age, adult_sex, adult_race. "
        "Got mars."
    ) in message


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [
        ("biased-labels", "--share", "2"),
        ("biased-labels", "--per-cell", "0"),
        ("table1", "--paper-table", "nowhere.csv"),
    ],
)
def test_impossible_options_are_refused_before_the_training(
    command, option, value, tmp_path
):
    arguments = [command, option, value, "--results", str(tmp_path / "results")]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    # The rest of the sentence is typer's, and differs from version to version.
    assert f"Invalid value for '{option}'" in result.output
    assert not (tmp_path / "results").exists()


def test_a_comparison_in_which_nothing_could_be_trained_says_why():
    message = "No method could be trained in any of these runs: too few rows"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        table_of([{"method": "ours"}], [{"failure": "too few rows"}], ["method"])


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
