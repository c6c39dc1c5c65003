"""Precision: undefined where nobody is selected, which true labels alone cannot tell."""

import re

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from skfairbargain import metrics
from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.inspection import GroupMetricsDisplay

GROUP_FORMS = (
    "worst_group_precision_score",
    "max_group_precision_disparity",
    "group_precision_ratio",
)
REASON = "Group 'F' has no predicted positive, so its precision is undefined"


def test_worked_by_hand():
    y_true = ["no", "yes", "yes", "no", "no", "yes", "yes", "no", "no"]
    y_pred = ["no", "yes", "no", "no", "yes", "yes", "yes", "yes", "no"]
    # F: the one selected is a yes. M: of four selected, two are. Together three of five.
    given = {"sensitive_features": list("FFFFMMMMM")}
    assert metrics.overall_precision_score(y_true, y_pred) == 3 / 5
    assert metrics.worst_group_precision_score(y_true, y_pred, **given) == 1 / 2
    assert metrics.max_group_precision_disparity(y_true, y_pred, **given) == 1 / 2
    assert metrics.group_precision_ratio(y_true, y_pred, **given) == 1 / 2
    # Of those called "no": two of three in F, the only one in M.
    given["pos_label"] = "no"
    worst = metrics.worst_group_precision_score(y_true, y_pred, **given)
    assert worst == pytest.approx(2 / 3)
    # Weights 1, 3, 1, 1 of those selected in M: 3 + 1 of 6 are a yes.
    given = {
        "sensitive_features": list("FFFFMMMMM"),
        "sample_weight": [1] * 5 + [3, 1, 1, 1],
    }
    worst = metrics.worst_group_precision_score(y_true, y_pred, **given)
    assert worst == pytest.approx(4 / 6)


@pytest.mark.parametrize("name", GROUP_FORMS)
def test_undefined_without_a_predicted_positive(name):
    # F has positives and negatives, and nobody of F is selected.
    y_true, y_pred, groups = [0, 1, 0, 1, 1], [0, 0, 1, 1, 1], list("FFMMM")
    metric = getattr(metrics, name)
    message = (
        f"{REASON}. Merge it with another group, score more rows at a time (fewer folds, "
        "or folds stratified by group and label), or pass undefined='warn' to leave it out."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        metric(y_true, y_pred, sensitive_features=groups)
    message = f"{REASON} and the group is left out."
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$") as caught:
        value = metric(y_true, y_pred, sensitive_features=groups, undefined="warn")
    assert [warning.filename for warning in caught] == [__file__]
    rows = slice(2, None)
    assert value == metric(y_true[rows], y_pred[rows], sensitive_features=groups[rows])


def test_undefined_for_all_groups_and_for_all_rows():
    message = (
        "No group has a defined precision. Group 'F' has no predicted positive. Group 'M' "
        "has no predicted positive. Score more rows at a time, or merge groups."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        metrics.group_precision_ratio(
            [0, 1, 1], [0, 0, 0], sensitive_features=list("FFM"), undefined="warn"
        )
    message = (
        "The rows to score have no predicted positive, so their precision is undefined. "
        "Score more rows at a time: fewer folds, or folds stratified by label."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        # A selected row of weight zero counts as absent.
        metrics.overall_precision_score([0, 1, 1], [0, 0, 1], sample_weight=[1, 1, 0])


def test_table_and_display_where_it_is_undefined():
    y_true, score, groups = [0, 1, 0, 1, 1], [0.1, 0.4, 0.7, 0.6, 0.8], list("FFMMM")
    given = {"sensitive_features": groups, "metrics": ["precision"], "n_resamples": 20}
    message = (
        f"{REASON}. Merge it with another group, leave the metric out, or pass "
        "undefined='warn' to have NaN in the table."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        metrics.group_metrics(y_true, score, **given)
    message = f"{REASON} and NaN in the table."
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$") as caught:
        display = GroupMetricsDisplay.from_predictions(
            y_true, score, undefined="warn", **given
        )
    assert [warning.filename for warning in caught] == [__file__]
    value = display.table.set_index("group")["value"]
    assert value[["overall", "M"]].tolist() == [2 / 3, 2 / 3]
    assert np.isnan(value["F"])
    assert [text.get_text() for text in display.ax_.texts] == ["undefined"]
    assert display.ax_.get_xlabel() == "precision"


def test_few_selected_rows_have_an_interval():
    # One positive of three is selected, and no negative: precision is 1, and unknown.
    table = metrics.group_metrics(
        [0, 1, 1, 1], [0.1, 0.9, 0.2, 0.2], sensitive_features=["F"] * 4,
        metrics=["precision"], n_resamples=20_000, random_state=0,
    )  # fmt: skip
    # Jeffreys' interval of one hit in one.
    low = stats.beta.ppf(0.025, 1.5, 0.5)
    assert table["low"].tolist() == pytest.approx([low, low], abs=0.02)
    assert (table[["value", "high"]] == 1).all(axis=None)


def test_scorers_by_name():
    X = pd.DataFrame({"score": [1, 3, 2, 4, 1, 4, 3, 2] * 5, "age": [30, 60] * 20})
    y = X["score"] > 2
    try:
        metrics.register_scorers(sensitive_features="age")
        for name in (
            "overall_precision_score",
            "worst_group_precision_score",
            "neg_max_group_precision_disparity",
            "group_precision_ratio",
        ):
            scores = cross_val_score(LogisticRegression(), X, y, scoring=name, cv=2)
            perfect = 0 if name.startswith("neg_") else 1
            assert scores.tolist() == [perfect, perfect]
            assert name in sklearn.metrics.get_scorer_names()
    finally:
        metrics.unregister_scorers()
