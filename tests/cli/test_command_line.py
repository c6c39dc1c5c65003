"""The command line as a user meets it: output, files, exit status, no traceback."""

import inspect
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from skfairbargain._cli._compare import Goal, Method, compare
from typer.testing import CliRunner

from skfairbargain import NashMetaClassifier
from skfairbargain._cli import app
from skfairbargain.compare import METHODS, METRICS, compare_methods
from skfairbargain.datasets import make_biased_classification
from skfairbargain.protocols import PROTOCOLS

QUICK = ["compare", "--seeds", "2", "--epochs", "3"]


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def file(tmp_path):
    """A CSV with numbers, categories, missing values and string labels."""
    made = make_biased_classification(240, random_state=0)
    frame = made.data.round(3).assign(
        label=np.where(made.target, "hired", "declined"),
        sex=np.where(made.sensitive["group"] == "g0", "M", "F"),
        age=np.where(np.arange(240) % 2, "40+", "under 40"),
    )
    frame["city"] = np.where(frame["x2"] > 0, "Bern", None)
    frame["[/red]"] = np.where(frame["x1"] > 0, ":car:", "[bold]")
    frame.loc[::7, "x1"] = np.nan
    frame.loc[3, "label"] = None
    path = tmp_path / "people.csv"
    frame.to_csv(path, index=False)
    return path


def test_the_default_compares_three_methods_on_embedded_data():
    result = run(*QUICK)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    for title in ("plain (ERM)", "one-stage", "two-stage"):
        assert title in lines[0]
    titles = [line.split("  ")[0] for line in lines[1:7]]
    assert titles == [
        "ROC AUC ↑",
        "balanced accuracy ↑",
        "largest group AUC gap ↓",
        "worst group AUC ↑",
        "conflict rate ↓",
        "seconds",
    ]
    assert all(line.count("±") == 3 for line in lines[1:7])
    assert "442 rows, 2 groups (sex), 2 classes." in result.stdout
    assert "6/18 epochs" not in result.stdout
    assert "18/18 epochs" in result.stderr


def test_a_users_file_with_results_and_figure(file, tmp_path):
    output, plot = tmp_path / "results.csv", tmp_path / "figure.png"
    result = run(
        *QUICK, "--data", file, "--target", "label", "--sensitive", "sex, age",
        "--method", "erm", "--method", "two-stage", "--goal", "forml",
        "--output", output, "--plot", plot,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "239 rows, 4 groups (sex, age), 2 classes; 1 rows without a label" in " ".join(
        result.stdout.split()
    )
    written = pd.read_csv(output)
    assert written.columns.tolist() == ["method", "seed", *METRICS]
    assert written["method"].tolist() == ["erm", "two-stage"] * 2
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_names_and_values_are_printed_as_they_are(file):
    result = run(*QUICK, "--data", file, "--target", "label", "--sensitive", "[/red]")
    assert result.exit_code == 0, result.stderr
    assert "239 rows, 2 groups ([/red]), 2 classes" in result.stdout
    renamed = pd.read_csv(file).rename(columns={"sex": "sex [self-reported] :car:"})
    renamed.to_csv(file, index=False)
    quick = ["compare", "--seeds", 1, "--epochs", 1, "--method", "erm", "--data", file]
    result = run(*quick, "--target", "label", "--sensitive", "sex [self-reported] :car:")
    assert "2 groups (sex [self-reported] :car:)" in " ".join(result.stdout.split())


def test_notes_are_a_line_each_with_the_columns_name(file):
    frame = pd.read_csv(file).astype(object)
    frame.loc[:3, "x2"] = "unknown"
    frame.loc[4:6, "sex"] = " f "
    frame.to_csv(file, index=False, sep=";")
    quick = ["compare", "--seeds", 1, "--epochs", 1, "--method", "erm", "--data", file]
    result = run(*quick, "--target", "label", "--sensitive", "sex")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.splitlines()[:3] == [
        "Note: 'people.csv' was read with semicolons between values.",
        "Note: 'sex': 'f ' was read as 'F' (3 rows).",
        "Note: 'x2' was read as numbers, and 'unknown' (3 rows) as missing.",
    ]


def test_missing_groups_are_refused_dropped_or_kept(file):
    quick = ["compare", "--seeds", 1, "--epochs", 1, "--method", "erm", "--data", file]
    quick += ["--target", "label", "--sensitive", "city"]
    result = run(*quick)
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "Error: Every one of the 239 rows should have a group. There is no value of 'city' "
    )
    assert "2 groups (city)" in run(*quick, "--missing-group", "keep").stdout
    result = run(*quick, "--missing-group", "drop")
    assert result.stderr.splitlines()[-1] == (
        "Error: Comparing needs two groups or more, but every row is of group 'Bern'."
    )


def test_a_small_group_is_named_beside_the_table(file):
    frame = pd.read_csv(file).dropna(subset="label")
    frame["sex"] = frame["sex"].where(np.arange(239) > 11, "X")
    frame.to_csv(file, index=False)
    quick = ["compare", "--seeds", 1, "--epochs", 1, "--method", "erm", "--data", file]
    quick += ["--target", "label", "--sensitive", "sex", "--per-cell", 5]
    result = run(*quick)
    assert result.exit_code == 0, result.stderr
    (warning,) = (
        line for line in result.stderr.splitlines() if line.startswith("Warning: ")
    )
    assert warning.startswith(
        "Warning: Groups with fewer than 10 rows of a class are not compared. Group 'X' "
    )
    printed = " ".join(result.stdout.split())
    assert warning.removeprefix("Warning: ") in printed
    result = run(*quick, "--small-groups", "keep")
    assert result.stderr.splitlines()[-1].startswith(
        "Error: Every group should have 10 rows or more of each class, twice the per_cell "
        "of 5. Group 'X' has "
    )


@pytest.mark.parametrize("option", ["--data", "--output", "--plot"])
@pytest.mark.parametrize("path", ["", " "])
def test_an_empty_path_is_not_the_current_folder(option, path):
    result = CliRunner().invoke(app, [*QUICK, option, path], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert (
        f"Invalid value for '{option}': should name a file. Got {path!r}." in result.output
    )


def test_one_seed_has_no_interval():
    result = run("compare", "--seeds", 1, "--epochs", 1, "--method", "erm")
    assert "one alone gives no interval" in " ".join(result.stdout.split())
    assert result.stdout.splitlines()[1].count("±") == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "none.csv", "--target", "y", "--sensitive", "s"],
         "Error: There is no file 'none.csv'."),
        (["--data", "none.csv"], "Error: --data needs --target and --sensitive as well."),
        (["--target", "y"],
         "Error: --target and --sensitive name columns of --data; pass it."),
        (["--output", "no/where.csv"], "Error: --output: there is no folder 'no'."),
        (["--plot", "."], "Error: --plot should name a file. '.' is a folder."),
        (["--per-cell", "200"],
         "Error: Comparing needs two groups with 400 rows or more of each class, twice the "
         "per_cell of 200. Group 'sex=2' has 103 of class 0, group 'sex=1' has 117 of "
         "class 1. Lower per_cell, merge groups, or add rows."),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_status_2(arguments, sentence):
    result = run(*QUICK, *arguments)
    assert result.exit_code == 2
    # On standard error the progress bar stands before it.
    assert result.stderr.splitlines()[-1] == sentence
    assert result.stdout == ""


def test_an_unknown_format_is_refused_before_training():
    result = run(*QUICK, "--plot", "figure.docx")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --plot should end in one of ")
    assert result.stderr.endswith("Got 'figure.docx'.\n")


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"label": "same"}, "Error: Comparing needs two classes or more, but every row is "
         "of class 'same'."),
        ({"sex": "F"},
         "Error: Comparing needs two groups or more, but every row is of group 'F'."),
    ],
)  # fmt: skip
def test_data_without_a_comparison_in_it(file, columns, sentence):
    frame = pd.read_csv(file).dropna(subset="label").assign(**columns)
    frame.to_csv(file, index=False)
    result = run(*QUICK, "--data", file, "--target", "label", "--sensitive", "sex")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == sentence


def test_the_choices_are_those_of_the_library():
    assert list(Method) == list(METHODS)
    assert list(Goal) == list(PROTOCOLS)


def test_the_default_goal_is_that_of_the_library():
    default = inspect.signature(compare).parameters["goal"].default
    assert default == inspect.signature(compare_methods).parameters["goal"].default
    assert default == NashMetaClassifier().goal


def test_any_protocol_is_a_goal():
    quick = ["compare", "--seeds", 1, "--epochs", 1, "--method", "two-stage"]
    assert run(*quick, "--goal", "generalized_mean").exit_code == 0


def test_help_needs_no_torch():
    lines = (
        "import sys",
        "from skfairbargain.__main__ import main",
        "sys.argv[1:] = ['compare', '--help']",
        "try: main()",
        "finally: assert 'torch' not in sys.modules",
    )
    command = [sys.executable, "-c", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "Usage: skfairbargain compare" in done.stdout


def test_without_a_command_the_help_is_shown():
    result = run()
    assert "compare" in result.output
    assert "Usage" in result.output


def test_interrupting_keeps_what_was_finished(tmp_path):
    output = tmp_path / "results.csv"
    command = [sys.executable, "-m", "skfairbargain", "compare", "--method", "erm",
               "--seeds", "500", "--epochs", "2", "--output", str(output)]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while not (output.exists() and len(output.read_text().splitlines()) > 3):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in stderr
    finished = pd.read_csv(output)
    assert len(finished) >= 3
    assert f"Interrupted; {len(finished)} runs were finished." in " ".join(stdout.split())
    assert "ROC AUC" in stdout
