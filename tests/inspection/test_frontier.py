"""The frontier has the right numbers, intervals and Pareto front."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.inspection import FairnessFrontierDisplay
from skfairbargain.metrics import (
    demographic_parity_difference,
    group_metrics,
    max_group_auc_disparity,
    overall_auc,
)


def beats(a, b):
    return a[0] <= b[0] and a[1] >= b[1] and tuple(a) != tuple(b)


@pytest.mark.parametrize("seed", range(5))
def test_front_is_the_models_that_no_other_beats(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(6, size=(8, 2)), columns=["fairness", "performance"])
    for axis in ("fairness", "performance"):
        table[f"{axis}_low"] = table[f"{axis}_high"] = np.nan
    display = FairnessFrontierDisplay(
        table, fairness="max_group_auc_disparity", performance="overall_auc"
    )
    points = table[["fairness", "performance"]].to_numpy()
    unbeaten = [i for i, b in enumerate(points) if not any(beats(a, b) for a in points)]
    assert sorted(display.front) == unbeaten
    along = points[display.front]
    assert (np.diff(along, axis=0) >= 0).all()


def test_frontier_measures_and_draws_every_model(cancer):
    y, models, clinic = cancer
    display = FairnessFrontierDisplay.from_predictions(
        y, models, sensitive_features=clinic, n_resamples=40, random_state=0
    )
    for name, proba in models.items():
        row = display.table.loc[name]
        groups = {"sensitive_features": clinic}
        assert row["fairness"] == max_group_auc_disparity(y, proba, **groups)
        assert row["performance"] == overall_auc(y, proba, **groups)
        assert row["performance_low"] < row["performance"] < row["performance_high"]
        # The normal approximation of a bootstrap is near to its percentiles.
        reference = group_metrics(
            y, proba, metrics=["auc"], n_resamples=2000, random_state=1, **groups
        )
        assert row["performance_low"] == pytest.approx(reference["low"][0], abs=0.01)
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert {"two", "one"} <= set(legend)
    assert display.ax_.get_xlabel() == "max group AUC disparity  (lower is better)"
    assert display.ax_.get_ylabel() == "overall AUC  (higher is better)"


def test_frontier_of_decisions_reads_the_most_probable_class(cancer):
    y, models, clinic = cancer
    display = FairnessFrontierDisplay.from_predictions(
        y,
        {"columns": models["two"], "positive": models["two"][:, 1]},
        sensitive_features=clinic,
        fairness="demographic_parity_difference",
        n_resamples=0,
    )
    expected = demographic_parity_difference(
        y, models["two"].argmax(axis=1), sensitive_features=clinic
    )
    assert display.table["fairness"].tolist() == [expected, expected]
    assert display.table["fairness_low"].isna().all()


def test_frontier_of_estimators_is_that_of_their_predictions(cancer):
    y, models, clinic = cancer
    X = StandardScaler().fit_transform(load_breast_cancer().data)
    model = LogisticRegression().fit(X[:, :2], y)
    options = {"sensitive_features": clinic, "n_resamples": 5, "random_state": 0}
    one = FairnessFrontierDisplay.from_estimators({"two": model}, X[:, :2], y, **options)
    other = FairnessFrontierDisplay.from_predictions(y, {"two": models["two"]}, **options)
    pd.testing.assert_frame_equal(one.table, other.table)


@pytest.mark.parametrize("estimators", [{}, ["a model"]])
def test_frontier_wants_names_for_its_models(estimators, cancer):
    message = (
        "`estimators` should be a dict from names to fitted classifiers, with one or more "
        f"of them. Got {estimators!r}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FairnessFrontierDisplay.from_estimators(estimators, [], [], sensitive_features=[])


def test_frontier_of_results_has_students_intervals():
    results = pd.DataFrame(
        {
            "method": ["a", "a", "a", "b"],
            "overall_auc": [0.7, 0.8, 0.9, 0.6],
            "max_group_auc_disparity": [0.1, 0.2, 0.1, 0.0],
        }
    )
    display = FairnessFrontierDisplay.from_results(results)
    low, high = stats.t.interval(0.95, 2, 0.8, stats.sem([0.7, 0.8, 0.9]))
    row = display.table.loc["a"]
    assert [row["performance_low"], row["performance_high"]] == pytest.approx([low, high])
    assert np.isnan(display.table.loc["b", "performance_low"])
    assert display.front == ["b", "a"]
    assert "front" in [t.get_text() for t in display.ax_.get_legend().get_texts()]


def test_three_groups_are_measured_each_by_its_own_rows():
    rng = np.random.default_rng(0)
    y, proba, groups = rng.integers(2, size=90), rng.random(90), np.arange(90) % 3
    display = FairnessFrontierDisplay.from_predictions(
        y, {"model": proba}, sensitive_features=groups, n_resamples=0
    )
    expected = max_group_auc_disparity(y, proba, sensitive_features=groups)
    assert display.table["fairness"].item() == expected


def test_an_undefined_group_gets_advice_that_can_be_followed():
    message = (
        "Group 'F' has no negative sample, so its AUC is undefined. Merge it with another "
        "group, measure more rows, or leave the rows of this group out."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        FairnessFrontierDisplay.from_predictions(
            [1, 1, 0, 1], {"a": [0.1, 0.2, 0.3, 0.4]}, sensitive_features=list("FFMM")
        )


def test_one_half_is_not_the_larger_class():
    y, half = [0, 1, 0, 1], np.full(4, 0.5)
    display = FairnessFrontierDisplay.from_predictions(
        y,
        {"columns": np.c_[half, half], "positive": half},
        sensitive_features=list("aabb"),
        fairness="worst_group_selection_rate_score",
        n_resamples=0,
    )
    assert display.table["fairness"].tolist() == [0, 0]


def test_intervals_follow_the_level_and_the_seed(cancer):
    y, models, clinic = cancer

    def width(**options):
        options = {"n_resamples": 40, "random_state": 0, **options}
        row = FairnessFrontierDisplay.from_predictions(
            y, {"two": models["two"]}, sensitive_features=clinic, **options
        ).table.iloc[0]
        return row["performance_high"] - row["performance_low"]

    assert width() == width(confidence_level=0.95)
    assert width(confidence_level=0.5) < 0.7 * width() < width(confidence_level=0.99)
    assert width(random_state=1) not in (width(), width(random_state=2))


def test_a_smaller_loss_is_the_better_performance():
    table = pd.DataFrame(
        {"fairness": [0.1, 0.2, 0.3], "performance": [0.9, 0.7, 0.8]}, index=list("abc")
    )
    for axis in ("fairness", "performance"):
        table[f"{axis}_low"] = table[f"{axis}_high"] = np.nan
    display = FairnessFrontierDisplay(
        table, fairness="max_group_auc_disparity", performance="overall_log_loss"
    )
    assert display.front == ["a", "b"]
    # From a model on, its performance can be had until the next one's.
    (stairs,) = (line for line in display.plot().ax_.lines if line.get_label() == "front")
    assert stairs.get_drawstyle() == "steps-post"
    assert stairs.get_ydata().tolist() == [0.9, 0.7]


def test_runs_without_a_value_do_not_count():
    results = pd.DataFrame(
        {
            "method": ["a", "a", "a"],
            "overall_auc": [0.7, None, 0.9],
            "max_group_auc_disparity": [0.1, 0.2, 0.1],
        }
    )
    row = FairnessFrontierDisplay.from_results(results).table.loc["a"]
    interval = stats.t.interval(0.95, 1, 0.8, stats.sem([0.7, 0.9]))
    assert row["performance"] == pytest.approx(0.8)
    assert (row["performance_low"], row["performance_high"]) == pytest.approx(interval)
