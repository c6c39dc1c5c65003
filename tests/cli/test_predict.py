"""Predictions by a stored model, as files."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from typer.testing import CliRunner

from skfairbargain import AuditedClassifier
from skfairbargain._cli import app
from skfairbargain.persistence import save
from skfairbargain.tables import TableEncoder


def run(*arguments, **options):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], **options)


@pytest.fixture
def table():
    n = 60
    return pd.DataFrame(
        {
            "age": np.arange(n) * 0.5 + 20,
            "city": np.where(np.arange(n) % 3 == 0, "Bern", "Basel"),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(n), unit="D"),
        }
    )


def pipeline(table, y):
    return make_pipeline(TableEncoder(), LogisticRegression()).fit(table, y)


def audited(table, y):
    clf = AuditedClassifier([("logistic", LogisticRegression())], cv=2, random_state=0)
    return clf.fit(table[::2], y[::2], X_val=table[1::2], y_val=y[1::2])


@pytest.fixture(params=[pipeline, audited])
def model(request, table, tmp_path):
    y = np.where(table["age"] + 10 * (table["city"] == "Bern") > 38, "yes", "no")
    fitted = request.param(table, y)
    save(fitted, tmp_path / "model.skf")
    return fitted


def test_a_file_is_predicted_as_the_table_is(model, table, tmp_path):
    text = (
        table.iloc[:, ::-1]
        .assign(person="p", more=1)
        .to_csv(index=False, sep=";", decimal=",")
    )
    (tmp_path / "new.csv").write_text(text.replace("Bern", "BERN "))
    result = run(
        "predict", tmp_path / "model.skf", tmp_path / "new.csv", "--output",
        tmp_path / "scores.csv", "--id", "person",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "(60 rows)" in result.stdout
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert scores["prediction"].tolist() == model.predict(table).tolist()
    np.testing.assert_allclose(
        scores[["probability_no", "probability_yes"]], model.predict_proba(table)
    )
    assert set(scores["person"]) == {"p"}


def test_one_row_of_standard_input(model, table, tmp_path):
    text = table.head(1).to_csv(index=False)
    result = run(
        "predict", tmp_path / "model.skf", "-", "--output", tmp_path / "s.csv", input=text
    )
    assert result.exit_code == 0, result.stderr
    assert pd.read_csv(tmp_path / "s.csv")["row"].tolist() == [1]


def refusal(tmp_path, name="model.skf"):
    result = run("predict", tmp_path / name, tmp_path / "new.csv", "--output",
                 tmp_path / "s.csv")  # fmt: skip
    assert result.exit_code == 2
    assert not (tmp_path / "s.csv").exists()
    return result.stderr.splitlines()[-1]


def test_what_cannot_be_predicted_is_one_sentence(model, table, tmp_path):
    table[["age"]].to_csv(tmp_path / "new.csv", index=False)
    assert refusal(tmp_path) == (
        "Error: 'new.csv' should have the 3 columns that the model was trained on. It "
        "lacks 'city', 'since'."
    )
    table.assign(age="old").to_csv(tmp_path / "new.csv", index=False)
    assert refusal(tmp_path).startswith(
        "Error: The column 'age' of 'new.csv' should hold numbers, as it does in the "
        "training file. Got 'old' and the like in 60 rows."
    )
    assert re.match("Error: .*new.csv cannot be loaded", refusal(tmp_path, "new.csv"))
    bare = LogisticRegression().fit(np.arange(4)[:, None], [0, 0, 1, 1])
    save(bare, tmp_path / "bare.skf")
    assert refusal(tmp_path, "bare.skf") == (
        "Error: The model was trained on columns without names, so which columns of a file "
        "they are is unclear. Load it in Python, by skfairbargain.persistence.load."
    )


def test_a_separator_of_two_characters_is_refused(model, tmp_path):
    result = run("predict", tmp_path / "model.skf", "x.csv", "--output", tmp_path / "s.csv",
                 "--separator", "::")  # fmt: skip
    assert result.stderr == (
        "Error: --separator should be one character, or tab. Got '::'.\n"
    )
