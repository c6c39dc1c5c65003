"""The commands of the tables: real data, few epochs."""

import csv
import re
import subprocess
import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

from experiments.__main__ import main
from experiments.commands import app


def test_table1_writes_its_tables_and_its_figure(tmp_path, splits_dir, quick, invoke):
    text = invoke("table1", *splits_dir, *quick, "--seeds", "1", "--results", tmp_path)
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


def test_curves_reuse_the_runs_of_table1(tmp_path, splits_dir, quick, invoke):
    chosen = ["--method", "dro", "--method", "nash_ltr_weights", "--seeds", "1"]
    chosen += ["--epochs", "5"]
    invoke("table1", *splits_dir, *quick, *chosen, "--results", tmp_path)
    before = (tmp_path / "table1.sqlite").read_bytes()
    invoke("curves", *splits_dir, *quick, *chosen, "--results", tmp_path)
    assert (tmp_path / "table1.sqlite").read_bytes() == before
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


def test_table2_is_the_papers(tmp_path, splits_dir, data_home, invoke):
    invoke("table2", *splits_dir, "--data-home", data_home, "--results", tmp_path)
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


def test_table5_finds_noise_where_the_paper_does(tmp_path, splits_dir, data_home, invoke):
    text = invoke("table5", *splits_dir, "--data-home", data_home, "--results", tmp_path)
    assert text.startswith("| setting | n_val | information | paper |\n")
    table = pd.read_csv(tmp_path / "table5.csv").set_index("setting")
    noisy = table.loc[["default_credit_sex", "us_crime_blackgt6pct"], "information"]
    clear = ["student_por_sex", "bank_age", "adult_sex", "adult_race"]
    assert noisy.max() < table.loc[clear, "information"].min()
    assert table["n_val"].tolist() == [8, 4, 4, 16, 12, 12, 30]


def test_published_numbers_of_another_form_are_refused_before_the_training(
    tmp_path, splits_dir, quick, invoke
):
    path = tmp_path / "numbers.csv"
    results = tmp_path / "results"
    header = "setting,method,metric,mean,ci95\n"
    row = "adult_sex,ltr,overall_auc,{},0.01\n"
    for content, message in (
        ("", f"{path} should be a CSV file in UTF-8. It cannot be read: No columns to "
         "parse from file."),
        ("a,b\n1,2\n",
         f"{path} should have the columns setting, method, metric, mean, ci95. Got a, b."),
        (header + row.format("0.9 +- 0.1"),
         f"The column mean of {path} should hold a number in every row."),
        (header + 2 * row.format(0.9),
         f"{path} should have one row with each of the metrics overall_auc, "
         "worst_group_auc, max_group_auc_disparity for every setting and method it has."),
    ):  # fmt: skip
        path.write_text(content)
        arguments = [*splits_dir, *quick, "--paper-table", path, "--results", results]
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            invoke("table1", *arguments)
    assert not results.exists()


def test_unknown_names_are_refused_with_the_known_ones(tmp_path, invoke):
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
    command, option, value, tmp_path, invoke
):
    arguments = [command, option, value, "--results", str(tmp_path / "results")]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    # The rest of the sentence is typer's, and differs from version to version.
    assert f"Invalid value for '{option}'" in result.output
    assert not (tmp_path / "results").exists()


EMPTY = "should name a {}. Got ''."


@pytest.mark.parametrize(
    ("command", "option", "value", "message"),
    [
        ("table1", "--results", "", EMPTY.format("folder")),
        ("table2", "--splits-dir", "", EMPTY.format("folder")),
        ("sweep", "--data-home", "", EMPTY.format("folder")),
        ("table1", "--paper-table", "", EMPTY.format("file")),
        ("simulation", "--output", "", EMPTY.format("file")),
        ("simulation", "--plot", "", EMPTY.format("file")),
        ("simulation", "--plot", ".", "should name a file. '.' is a folder."),
        ("table1", "--paper-table", ".", "should name a file. '.' is a folder."),
        ("baselines", "--results", "setup.cfg",
         "should name a folder. 'setup.cfg' is a file."),
        ("table5", "--splits-dir", "no[/red]",
         "should name a folder. There is no 'no[/red]'."),
        ("table1", "--paper-table", "no[red]",
         "should name a file. There is no 'no[red]'."),
        ("simulation", "--output", "no/where.csv", "there is no folder 'no'."),
    ],
)  # fmt: skip
def test_paths_are_checked_before_the_training(
    command, option, value, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setup.cfg").touch()
    result = CliRunner().invoke(app, [command, option, value], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert f"Invalid value for '{option}': {message}" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["setup.cfg"]


def test_a_missing_package_is_told_before_anything_is_trained(tmp_path):
    results = tmp_path / "results"
    lines = [
        "import runpy, sys",
        "sys.modules['fairlearn'] = None",
        f"sys.argv[1:] = ['table1', '--results', {str(results)!r}]",
        "runpy.run_module('experiments', run_name='__main__')",
    ]
    command = [sys.executable, "-c", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == (
        "Error: fairlearn is needed here and is not installed. Run: pip install -c "
        'constraints.txt ".[experiments]"\n'
    )
    assert done.returncode == 2
    assert not results.exists()


def test_an_error_is_one_sentence(tmp_path, monkeypatch, capsys):
    path = tmp_path / "numbers.csv"
    path.write_text("a,b\n1,2\n")
    arguments = ["table1", "--paper-table", str(path), "--results", str(tmp_path / "new")]
    monkeypatch.setattr(sys, "argv", ["experiments", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert capsys.readouterr().err == (
        f"Error: {path} should have the columns setting, method, metric, mean, ci95. Got "
        "a, b.\n"
    )
