"""The command line as a user meets it: output, files, exit status, no traceback."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from skfairbargain._cli import app
from skfairbargain._cli._audit import Method
from skfairbargain.auditing import METHODS
from skfairbargain.datasets import make_biased_classification

QUICK = ["audit", "--method", "logistic", "--method", "audited_rows"]


def run(*arguments, **options):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], **options)


def people(n, seed, label_bias=0.0):
    """A table as people have it: numbers, texts, gaps, dates, ids, odd names."""
    made = make_biased_classification(n, label_bias=label_bias, random_state=seed)
    frame = made.data.round(3).assign(
        hired=np.where(made.target, "yes", "no"),
        person=[f"p{seed}-{i}" for i in range(n)],
        since=pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(n) % 50, unit="D"),
    )
    frame["city"] = np.where(frame["x2"] > 0, "Bern", None)
    frame["[/red]"] = np.where(frame["x1"] > 0, ":car:", "[bold]")
    frame.loc[::7, "x3"] = np.nan
    frame["sex, self-reported"] = np.where(made.sensitive["group"] == "g0", "M", "F")
    frame["age"] = 20 + np.arange(n) * 7 % 60
    frame["score"] = (frame["x0"] + 2) / 4
    return frame


SENSITIVE = "sex, self-reported"


@pytest.fixture
def files(tmp_path):
    """Training rows without groups, and audited rows in another format."""
    train = people(400, 0, 0.5).drop(columns=[SENSITIVE, "age", "score"])
    train.to_csv(tmp_path / "train.csv", index=False)
    audited = people(200, 1).assign(was=lambda table: table["hired"])
    text = audited.to_csv(index=False, sep=";", decimal=",")
    (tmp_path / "audited.csv").write_bytes(text.encode("utf-16"))
    people(300, 2).to_csv(tmp_path / "test.csv.gz", index=False)
    return ["--train", tmp_path / "train.csv", "--audit", tmp_path / "audited.csv",
            "--target", "hired", "--sensitive", SENSITIVE]  # fmt: skip


def words(text):
    return " ".join(text.split())


def test_two_files_end_in_a_verdict_and_a_report(files, tmp_path):
    report = tmp_path / "report.json"
    result = run(*QUICK, *files, "--report", report)
    assert result.exit_code == 0, result.stderr
    shown = words(result.stdout)
    assert "train.csv: 400 rows × 15 columns, UTF-8, commas, decimal points." in shown
    assert (
        "audited.csv: 200 rows × 19 columns, UTF-16, semicolons, decimal commas." in shown
    )
    assert "Features (13): x0, x1, x2" in shown
    assert "person (another text in every row, as an id has)" in shown
    contents = json.loads(report.read_text())
    for sentence in contents["verdict"]:
        assert sentence in shown
    assert [row["group"] for row in contents["cells"]] == ["F", "M"]
    assert contents["folds"] == 5
    assert contents["about"]["files"][0]["found"].startswith("train.csv")
    assert "6/7 audited rows alone, fold 5 of 5" in result.stderr


def test_a_plan_is_shown_before_anything_is_trained(files):
    result = run("audit", *files, "--plan")
    assert result.exit_code == 0, result.stderr
    assert "Audited rows by group and label" in result.stdout
    assert "fold" not in result.stderr


def test_test_rows_today_and_recorded_labels(files, tmp_path):
    report = tmp_path / "report.json"
    result = run(
        *QUICK, *files, "--test", tmp_path / "test.csv.gz", "--reference-score", "score",
        "--recorded", "was", "--id", "person", "--report", report,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    contents = json.loads(report.read_text())
    assert contents["n_test"] == 300
    assert contents["methods"][0]["name"] == "today"
    assert contents["label_bias"]["heading"] == "200 rows have both labels; 0 differ."
    assert contents["about"]["left_out"]["person"] == "an id, as --id says"
    assert contents["about"]["rows"][0] == "p0-0"


def test_sensitive_columns_by_list_and_bins(files):
    both = json.dumps([SENSITIVE, "age"])
    result = run("audit", *files[:-2], "--sensitive", both, "--bin", "age=30,50", "--plan")
    assert result.exit_code == 0, result.stderr
    assert "F & 30 to under 50" in result.stdout
    assert result.stdout.count("M & ") == 3
    repeated = ["--sensitive", SENSITIVE, "--sensitive", "age"]
    again = run("audit", *files[:-2], *repeated, "--bin", "age=30,50", "--plan")
    assert again.stdout == result.stdout


def test_names_and_values_are_printed_as_they_are(files):
    result = run("audit", *files, "--drop", "x0,x1", "--plan")
    assert "[/red]" in result.stdout
    assert "x0 (as --drop says)" in words(result.stdout)


def test_predictions_and_a_model_are_written(files, tmp_path):
    output, model = tmp_path / "scores.csv", tmp_path / "model.skf"
    result = run(
        *QUICK, *files, "--predict", tmp_path / "test.csv.gz", "--output", output,
        "--id", "person", "--model", model,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    scores = pd.read_csv(output)
    assert scores.columns.tolist() == [
        "person", "prediction", "probability_no", "probability_yes"
    ]  # fmt: skip
    assert scores["person"].tolist() == [f"p2-{i}" for i in range(300)]
    assert (scores["prediction"] == "yes").eq(scores["probability_yes"] > 0.5).all()
    assert model.stat().st_size > 0


def test_one_file_with_groups_is_told_to_be_one(tmp_path):
    people(900, 3).drop(columns="score").to_csv(tmp_path / "one.csv", index=False)
    result = run(
        *QUICK, "--data", tmp_path / "one.csv", "--target", "hired",
        "--sensitive", SENSITIVE, "--drop", "age",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "rows were drawn from the same file, so their labels are the recorded ones" in (
        words(result.stdout)
    )


def test_standard_input_is_a_file(files, tmp_path):
    data = gzip.compress((tmp_path / "train.csv").read_bytes())
    files[1] = "-"
    result = run("audit", *files, "--plan", input=data)
    assert result.exit_code == 0, result.stderr
    assert "standard input: 400 rows × 15 columns, gzip, UTF-8" in words(result.stdout)


def test_fewer_rows_are_drawn_and_told(files):
    result = run("audit", *files, "--max-rows", 100, "--plan")
    assert "100 of 400 training rows were drawn at random, as --max-rows says." in words(
        result.stdout
    )


def test_without_files_the_data_are_simulated(tmp_path):
    result = run("audit", "--method", "logistic", "--report", tmp_path / "report.html")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("These data are simulated: ")
    assert "These data are simulated: " in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--train", "a.csv", "--audit", "b.csv", "--target", "y", "--sensitive", "s"],
         "Error: There is no file 'a.csv'."),
        (["--train", "a.csv"],
         "Error: --train needs --audit as well. Pass one file that has groups as --data."),
        (["--data", "a.csv"], "Error: Files need --target and --sensitive as well."),
        (["--target", "y"],
         "Error: The options name columns or files of --train; pass it."),
        (["--data", "a.csv", "--train", "b.csv"],
         "Error: --data stands for --train, --audit and --test. Pass it alone."),
        (["--report", "no/where.html"], "Error: --report: there is no folder 'no'."),
        (["--report", "."], "Error: --report should name a file. '.' is a folder."),
        (["--report", "report.pdf"],
         "Error: --report should end in .html, .md or .json. Got 'report.pdf'."),
        (["--train", "a.csv", "--audit", "b.csv", "--target", "y", "--sensitive", "s",
          "--model", "b.csv"],
         "Error: --model should name a file of its own. 'b.csv' is read."),
        (["--report", "audit.html", "--model", "./audit.html"],
         "Error: --model should name a file of its own. 'audit.html' is that of --report."),
        (["--output", "scores.csv"], "Error: --output needs --predict as well."),
        (["--train", "-", "--audit", "-", "--target", "y", "--sensitive", "s"],
         "Error: Standard input, -, can be one of the files only."),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_status_2(arguments, sentence):
    result = run("audit", *arguments)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == sentence
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--sensitive", "race"], "Error: 'audited.csv' has no column 'race'. It has "),
        (["--drop", "none"],
         "Error: No file has a column 'none', which --drop or --keep names."),
        (["--bin", "age"], "Error: --bin should name a column and where to cut it, as in "
         "age=25,45. Got 'age'."),
        (["--bin", "age=25"], "Error: --bin names 'age', which is not among --sensitive."),
        (["--sensitive", "[sex]"],
         "Error: Several columns should be named as --sensitive "),
        (["--favorable", "maybe"],
         "Error: `favorable` should be one of the labels ['no', 'yes']. Got 'maybe'."),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_the_files_are_one_sentence(files, arguments, sentence):
    result = run(*QUICK, *files, *arguments)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(sentence)


@pytest.mark.parametrize("option", ["--train", "--report", "--output"])
@pytest.mark.parametrize("path", ["", " "])
def test_an_empty_path_is_not_the_current_folder(option, path):
    result = run("audit", option, path, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert (
        f"Invalid value for '{option}': should name a file. Got {path!r}." in result.output
    )


def test_the_choices_are_those_of_the_library():
    assert list(Method) == list(METHODS)


def test_help_needs_no_torch():
    lines = (
        "import sys",
        "from skfairbargain.__main__ import main",
        "sys.argv[1:] = ['audit', '--help']",
        "try: main()",
        "finally: assert 'torch' not in sys.modules",
    )
    command = [sys.executable, "-c", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "Usage: skfairbargain audit" in done.stdout


def test_without_a_command_the_help_is_shown():
    result = run()
    assert "audit" in result.output
    assert "Usage" in result.output


def test_an_interrupt_is_no_traceback():
    command = [sys.executable, "-m", "skfairbargain", "audit", "--method", "nash"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while "NashMetaClassifier" not in process.stderr.readline():
            assert time.monotonic() < deadline
        os.kill(process.pid, signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in stderr


def test_groups_of_one_file_give_what_they_have(tmp_path):
    frame = people(900, 4).drop(columns="score")
    frame["area"] = np.where(np.arange(900) % 30 == 0, "hill", "town")
    frame.to_csv(tmp_path / "one.csv", index=False)
    given = ["--data", tmp_path / "one.csv", "--target", "hired", "--drop", "age"]
    result = run("audit", *given, "--sensitive", "area", "--plan")
    assert result.exit_code == 0, result.stderr
    rows = dict(line.split()[::2][:2] for line in result.stdout.splitlines()[-3:] if line)
    assert int(rows["hill"]) < 15 < int(rows["town"]) == 50
    result = run("audit", *given, "--sensitive", "[/red],city", "--missing-group", "keep",
                 "--plan")  # fmt: skip
    assert ":car: & missing" in result.stdout
    frame["area"] = np.where(np.arange(900) < 8, "hill", "town")
    frame.to_csv(tmp_path / "one.csv", index=False)
    result = run("audit", *given, "--sensitive", "area", "--plan")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(
        "Error: An audit cannot be drawn from this file: it needs two groups with 10 rows "
        "or more of each label. Group 'hill' has "
    )


def test_people_of_the_audited_and_test_files_are_not_trained_on(files, tmp_path):
    train, audited = pd.read_csv(tmp_path / "train.csv"), people(200, 1)
    both = pd.concat([train, audited.iloc[:30][train.columns]])
    both.to_csv(tmp_path / "train.csv", index=False)
    test = pd.concat([people(300, 2), audited.iloc[:20]])
    test.to_csv(tmp_path / "test.csv", index=False)
    shown = run(
        "audit", *files, "--test", tmp_path / "test.csv", "--id", "person", "--plan"
    )
    assert shown.exit_code == 0, shown.stderr
    assert (
        "30 rows of 'train.csv' have ids of 'audited.csv' and 'test.csv'. They were left "
        "out of the former."
    ) in words(shown.stdout)
    assert "20 rows of 'test.csv' have ids of 'audited.csv'." in words(shown.stdout)
    audited[train.columns].to_csv(tmp_path / "train.csv", index=False)
    shown = run("audit", *files, "--id", "person", "--plan")
    assert shown.stderr.splitlines()[-1] == (
        "Error: All ids of 'train.csv' are those of audited or test rows."
    )
