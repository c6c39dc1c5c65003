"""The metrics of each group have the right numbers and are drawn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skfairbargain.inspection import GroupMetricsDisplay
from skfairbargain.metrics import group_metrics
from tests.inspection._shared import texts


def test_group_metrics_are_those_of_the_table(cancer):
    y, models, clinic = cancer
    options = {"sensitive_features": clinic, "n_resamples": 50, "random_state": 0}
    display = GroupMetricsDisplay.from_predictions(
        y, models["two"], metrics=["auc", "accuracy"], **options
    )
    table = group_metrics(y, models["two"], metrics=["auc", "accuracy"], **options)
    pd.testing.assert_frame_equal(display.table, table)
    assert [ax.get_xlabel() for ax in display.axes_] == ["AUC", "accuracy"]
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels[0] == "all rows\n569 rows, 357 positive"
    assert [label.partition("\n")[0] for label in labels] == ["all rows", "north", "south"]
    points = [line for line in display.ax_.lines if line.get_marker() == "o"]
    drawn = [line.get_xdata()[0] for line in points]
    assert drawn == table["value"][:3].tolist()
    ends = [path.vertices[:, 0] for c in display.ax_.collections for path in c.get_paths()]
    np.testing.assert_allclose(ends, table[["low", "high"]][:3])


def test_group_metrics_of_an_estimator_take_its_own_threshold(cancer):
    y, _, clinic = cancer
    X = StandardScaler().fit_transform(load_breast_cancer().data[:, :3])
    machine = LinearSVC(random_state=0).fit(X, y)
    display = GroupMetricsDisplay.from_estimator(
        machine, X, y, sensitive_features=clinic, metrics=["accuracy"], n_resamples=10
    )
    assert display.table["value"][0] == pytest.approx(machine.score(X, y))
    model = LogisticRegression().fit(X, y)
    display = GroupMetricsDisplay.from_estimator(
        model, X, y, sensitive_features=clinic, metrics=["accuracy"], n_resamples=10
    )
    assert display.table["value"][0] == pytest.approx(model.score(X, y))


def test_group_metrics_of_three_classes_need_no_list_of_metrics():
    X, y = load_wine(return_X_y=True)
    model = LogisticRegression().fit(X[:, [3, 4]], y)
    display = GroupMetricsDisplay.from_estimator(
        model, X[:, [3, 4]], y, sensitive_features=X[:, 1] > 1.8, n_resamples=10
    )
    titles = [panel.get_xlabel() for panel in display.axes_]
    assert titles == ["AUC", "accuracy"]
    accuracy = display.table.query("metric == 'accuracy' and group == 'overall'")["value"]
    assert accuracy.item() == model.score(X[:, [3, 4]], y)


def test_an_undefined_metric_is_written_as_such():
    with pytest.warns(UserWarning, match="Group 'M' has no"):
        display = GroupMetricsDisplay.from_predictions(
            [0, 1, 0, 1, 1, 1],
            [0.2, 0.7, 0.3, 0.9, 0.8, 0.6],
            sensitive_features=list("FFFFMM"),
            metrics=["auc"],
            undefined="warn",
            n_resamples=10,
        )
    assert texts(display.ax_) == ["undefined"]


def test_the_classes_are_those_of_the_estimator():
    X, y = load_wine(return_X_y=True)
    model = LogisticRegression().fit(StandardScaler().fit_transform(X), y)
    # Of three classes, these rows have two.
    rows = np.flatnonzero(y < 2)
    display = GroupMetricsDisplay.from_estimator(
        model, StandardScaler().fit_transform(X)[rows], y[rows],
        sensitive_features=rows % 2, metrics=["accuracy"], n_resamples=5, random_state=0,
    )  # fmt: skip
    expected = model.score(StandardScaler().fit_transform(X)[rows], y[rows])
    assert display.table["value"][0] == pytest.approx(expected)
