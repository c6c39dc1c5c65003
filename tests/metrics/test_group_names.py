"""Groups that read alike stay apart, and models keep their own classes."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from skfairbargain import metrics
from skfairbargain.inspection import (
    FairnessFrontierDisplay,
    GroupMetricsDisplay,
    SampleWeightDisplay,
    validation_report,
)
from skfairbargain.metrics import group_metrics

pyplot.switch_backend("Agg")

DAY = pd.Timestamp("2024-01-01")
ALIKE = {  # groups of four, and what they are called
    "number and text": ([1, "1"], ["1", "'1'"]),
    "three": ([1, "1", "'1'"], ["1", "'1'", "\"'1'\""]),
    "columns": ([("a & b", "c"), ("a", "b & c")], ["('a & b', 'c')", "('a', 'b & c')"]),
    "column and text": ([("a", "b"), ("a & b", "")], ["a & b", "a & b & "]),
    "overall": (["overall", "F"], ["'overall'", "'F'"]),
    "bytes": ([b"a", "b'a'"], ["b'a'", "\"b'a'\""]),
    "date": ([DAY, str(DAY)], [repr(DAY), repr(str(DAY))]),
}


def rows_of(labels):
    """Two rows of each label for each group, whose scores rank each group differently."""
    groups = [label for label in labels for _ in range(4)]
    y = [0, 1, 0, 1] * len(labels)
    score = np.random.default_rng(0).random(len(y))
    kinds = pd.DataFrame(groups) if isinstance(labels[0], tuple) else pd.Series(groups)
    return np.array(y), score, kinds


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    pyplot.close("all")


@pytest.mark.parametrize(("labels", "names"), ALIKE.values(), ids=ALIKE)
def test_groups_that_read_alike_stay_apart(labels, names):
    y, score, groups = rows_of(labels)
    alone = {
        name: roc_auc_score(y[4 * i : 4 * i + 4], score[4 * i : 4 * i + 4])
        for i, name in enumerate(names)
    }
    given = {"sensitive_features": groups, "n_resamples": 5, "random_state": 0}
    display = GroupMetricsDisplay.from_predictions(y, score, metrics=["auc"], **given)
    values = display.table.set_index("group")["value"]
    assert values.drop("overall").to_dict() == pytest.approx(alone)
    assert values["overall"] == pytest.approx(roc_auc_score(y, score))
    worst = metrics.worst_group_auc(y, score, sensitive_features=groups)
    assert worst == pytest.approx(min(alone.values()))
    frontier = FairnessFrontierDisplay.from_predictions(
        y, {"model": score}, fairness="worst_group_auc", **given
    )
    assert frontier.table["fairness"].item() == worst
    weights = SampleWeightDisplay.from_weights(np.arange(len(y)) + 1.0, y, groups)
    assert weights.table["n"].tolist() == [2] * 2 * len(labels)
    assert weights.table["cell"].is_unique
    report = validation_report(score[:, None], y, groups, n_shuffles=9, random_state=0)
    assert report.cells.index.is_unique
    assert (report.cells == 2).all(axis=None)


def test_a_list_keeps_numbers_and_texts_apart():
    y, score = [0, 1, 0, 1], [0.1, 0.9, 0.9, 0.1]
    table = group_metrics(
        y, score, sensitive_features=[1, 1, "1", "1"], metrics=["auc"], n_resamples=5
    )
    assert table["value"].tolist() == [0.5, 1, 0]
    message = (
        "`sensitive_features` should have a group for every row. Got missing values in 1 "
        "of 4 rows. Give these rows a group of their own, such as 'unknown', or leave them "
        "out."
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        metrics.worst_group_auc(y, score, sensitive_features=["a", "a", "b", float("nan")])


def test_equal_values_are_one_group():
    y, score = [0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8]
    for groups in ([True, True, 1, 1], [1.0, 1, True, 1], np.array(["a"] * 2 + ["a"] * 2)):
        table = group_metrics(
            y, score, sensitive_features=groups, metrics=["auc"], n_resamples=5
        )
        assert len(table) == 2


def test_the_error_says_which_of_two_groups():
    message = "Group \"'1'\" has no positive sample, so its AUC is undefined"
    with pytest.raises(ValueError, match=f"^{message}"):
        metrics.worst_group_auc(
            [0, 1, 0, 0], [0.1, 0.2, 0.3, 0.4], sensitive_features=[1, 1, "1", "1"]
        )


@pytest.mark.parametrize("fairness", ["demographic_parity_difference", "worst_group_auc",
                                      "worst_group_log_loss"])  # fmt: skip
def test_a_model_may_know_more_classes_than_the_rows(fairness):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), rng.integers(3, size=60)
    model = LogisticRegression().fit(X, y)
    rows = y > 0
    given = {"sensitive_features": np.arange(60)[rows] % 2, "fairness": fairness,
             "performance": "overall_accuracy_score", "n_resamples": 5}  # fmt: skip
    if fairness == "worst_group_log_loss":
        display = FairnessFrontierDisplay.from_estimators(
            {"three": model}, X[rows], y[rows], **given
        )
        assert display.table["performance"].item() == model.score(X[rows], y[rows])
        return
    expected = "needs two classes|has no sample of class 0"
    with pytest.raises(ValueError, match=expected):
        FairnessFrontierDisplay.from_estimators({"three": model}, X[rows], y[rows], **given)


def test_models_of_other_classes_are_measured_by_their_own():
    X, y = np.arange(8.0)[:, None], np.array(["b", "b", "b", "c", "b", "c", "c", "c"])
    two = LogisticRegression().fit(X, y)
    three = LogisticRegression().fit([*X, [-9.0]], [*y, "a"])
    display = FairnessFrontierDisplay.from_estimators(
        {"two": two, "three": three}, X, y, sensitive_features=list("FFFFMMMM"),
        fairness="worst_group_accuracy_score", performance="overall_accuracy_score",
        n_resamples=5,
    )  # fmt: skip
    expected = {"two": two.score(X, y), "three": three.score(X, y)}
    assert display.table["performance"].to_dict() == expected


def test_the_frontier_takes_the_classes_of_columns():
    y, proba = np.array(["b", "c"] * 4), np.tile([[0, 0.6, 0.4], [0, 0.3, 0.7]], (4, 1))
    display = FairnessFrontierDisplay.from_predictions(
        y, {"model": proba}, sensitive_features=list("FFFFMMMM"), labels=["a", "b", "c"],
        fairness="worst_group_accuracy_score", performance="overall_log_loss",
        n_resamples=5,
    )  # fmt: skip
    assert display.table["fairness"].item() == 1
    expected = -np.log([0.6, 0.7]).mean()
    assert display.table["performance"].item() == pytest.approx(expected)


def test_the_frontier_of_a_model_of_one_class():
    X, y = np.zeros((4, 1)), np.ones(4, int)
    model = DummyClassifier().fit(X, y)
    display = FairnessFrontierDisplay.from_estimators(
        {"one": model}, X, y, sensitive_features=list("FFMM"),
        fairness="worst_group_accuracy_score", performance="overall_log_loss",
        n_resamples=5,
    )  # fmt: skip
    assert display.table["fairness"].item() == 1
    assert display.table["performance"].item() == pytest.approx(0, abs=1e-12)
