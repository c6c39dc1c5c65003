"""Who loses when a model in use is replaced."""

import numpy as np
import pandas as pd
import pytest

from experiments.audited.against_reference import (
    loss_differences,
    random_problems,
    who_loses,
)
from experiments.audited.calibration import calibration_errors


def test_changes_by_hand():
    # Group a: log-odds of the right label go from 0 to log 3 in both labels: the loss from
    # log 2 to log 4/3. Group b: one label gains that, the other loses log 4 - log 2.
    y = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    groups = np.repeat(["a", "b"], 4).astype(object)
    after = np.log(3) * np.array([-1, -1, 1, 1, -1, -1, -1, -1])
    found = loss_differences(y, np.zeros(8), after, groups)
    gain = np.log(4 / 3) - np.log(2)
    assert found["a"] == pytest.approx([gain, 0.0])
    assert found["b"] == pytest.approx([(gain + np.log(2)) / 2, 0.0])


def test_the_interval_holds_the_change_of_the_population():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(300):
        y = rng.permutation(np.repeat([0, 1], [150, 50]))
        before, after = rng.normal(size=(2, 200))
        groups = np.full(200, "a", dtype=object)
        mean, half_width = loss_differences(y, before, after, groups)["a"]
        # Neither knows anything, so in the population the loss is the same.
        held.append(abs(mean) <= half_width)
    assert 0.91 < np.mean(held) < 0.98


def test_calibration_errors_by_hand():
    # Group a: every second row has label 1, as often as said. Group b: said to be sure.
    y = np.tile([0, 1], 40)
    groups = np.repeat(["a", "b"], 40).astype(object)
    log_odds = np.where(groups == "a", 0.0, np.log(9))
    errors = calibration_errors(y, log_odds, groups)
    assert errors == {"a": pytest.approx(0), "b": pytest.approx(0.4)}
    # Rows of label 0 three times: labels still weigh the same, so nothing changes.
    rows = np.repeat(np.arange(80), np.where(y == 0, 3, 1))
    again = calibration_errors(y[rows], log_odds[rows], groups[rows])
    assert again["b"] == pytest.approx(0.4)


def test_problems_are_random_and_repeat():
    problems = random_problems(["german_sex", "dutch_sex"], 60)
    assert problems[:10] == random_problems(["german_sex", "dutch_sex"], 10)
    assert {problem["name"] for problem in problems} == {"german_sex", "dutch_sex"}
    assert len({problem["kind"] for problem in problems}) == 5
    assert max(problem["share"] for problem in problems) <= 0.6


def test_who_loses_counts_problems():
    specs = [{"method": "vote"}] * 3
    results = [
        {"agreed": None, "groups": {"a": [0.2, 0.1], "b": [-0.2, 0.1]}},
        {"agreed": None, "groups": {"a": [-0.1, 0.1], "b": [-0.1, 0.1]}},
        {"agreed": None, "groups": {"a": [0.05, 0.1], "b": [-0.5, 0.1]}},
    ]
    for result in results:
        result["calibration"] = {"a": [0.1, 0.3], "b": [0.2, 0.1]}
    (row,) = who_loses(specs, results).to_dict("records")
    assert row["problems"] == 3
    assert row["a group loses"] == pytest.approx(1 / 3)
    assert row["all gain"] == pytest.approx(1 / 3)
    assert row["worst group"] == pytest.approx((0.2 - 0.1 + 0.05) / 3)
    assert np.isnan(row["kept"])
    for result in results:
        result["agreed"] = False
    (row,) = who_loses(specs, results).to_dict("records")
    # What is kept is no gain, and no loss but for the last digits.
    assert (row["kept"], row["all gain"], row["a group loses"]) == (1, 0, 0)
    assert (row["calibration error"], row["the reference's"]) == pytest.approx((0.3, 0.2))


def test_the_command_writes_its_table(data_home, tmp_path, invoke):
    chosen = ["--data-set", "student_por_sex", "--data-set", "titanic_sex"]
    chosen += ["--method", "continued", "--method", "audited", "--problems", 3]
    folders = ["--data-home", data_home, "--results", tmp_path]
    text = invoke("reference", *chosen, *folders)
    assert (tmp_path / "reference.md").read_text() == text
    assert text.startswith("3 random problems; log loss of clean test rows, ")
    assert "\n| boosting continued on audited rows | " in text
    table = pd.read_csv(tmp_path / "reference.csv")
    assert table[["method", "problems"]].to_numpy().tolist() == [
        ["continued", 3],
        ["audited", 3],
    ]
    # Only ours is told the reference, and may keep it.
    assert table["kept"].isna().tolist() == [True, False]
