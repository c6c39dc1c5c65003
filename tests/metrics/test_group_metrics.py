import re

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from skfairbargain import metrics
from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.metrics import group_metrics

ALL = ("auc", "accuracy", "balanced_accuracy", "selection_rate", "true_positive_rate",
       "false_positive_rate", "log_loss", "precision")  # fmt: skip


@pytest.fixture(scope="module")
def cancer():
    """Labels, probabilities, and two made-up clinics that saw different tumours."""
    X, y = load_breast_cancer(return_X_y=True)
    proba = LogisticRegression().fit(X[:, [1, 4]] / X[:, [1, 4]].std(axis=0), y)
    proba = proba.predict_proba(X[:, [1, 4]] / X[:, [1, 4]].std(axis=0))
    return y, proba, np.where(X[:, 9] > np.median(X[:, 9]), "north", "south")


@pytest.mark.parametrize("weighted", [False, True])
def test_values_are_those_of_the_metrics(cancer, weighted):
    y, proba, clinic = cancer
    weight = np.random.default_rng(0).uniform(0.1, 3, len(y)) if weighted else None
    given = {"sensitive_features": clinic, "sample_weight": weight}
    table = group_metrics(y, proba, metrics=ALL, n_resamples=20, random_state=0, **given)
    assert list(table) == ["metric", "group", "value", "low", "high", "n", "n_positive"]
    assert table["metric"].tolist() == [name for name in ALL for _ in range(3)]
    assert table["group"].tolist() == ["overall", "north", "south"] * len(ALL)
    assert table["n"].tolist() == [569, *np.unique(clinic, return_counts=True)[1]] * len(
        ALL
    )
    assert table["n_positive"].tolist() == [
        y.sum(), y[clinic == "north"].sum(), y[clinic == "south"].sum()
    ] * len(ALL)  # fmt: skip
    values = table.pivot_table(index="group", columns="metric", values="value")
    by_group = values.drop("overall")
    decision = (proba[:, 1] > 0.5).astype(int)
    assert values.loc["overall", "auc"] == pytest.approx(
        roc_auc_score(y, proba[:, 1], sample_weight=weight), abs=1e-12
    )
    assert by_group["auc"].min() == metrics.worst_group_auc(y, proba, **given)
    assert by_group["log_loss"].max() == metrics.worst_group_log_loss(y, proba, **given)
    rate = by_group["selection_rate"]
    assert rate.max() - rate.min() == metrics.demographic_parity_difference(
        y, decision, **given
    )
    # Means over so few resamples lie close to the value.
    assert (table["low"] < table["value"]).all()
    assert (table["value"] < table["high"]).all()


def test_a_seed_repeats_and_the_global_state_is_left_alone(cancer):
    y, proba, clinic = cancer
    given = {"sensitive_features": clinic, "metrics": ["auc"], "n_resamples": 50}
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = group_metrics(y, proba, random_state=0, **given)
    pd.testing.assert_frame_equal(first, group_metrics(y, proba, random_state=0, **given))
    other = group_metrics(y, proba, random_state=1, **given)
    assert (first["low"] != other["low"]).all()
    group_metrics(y, proba, **given)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    states = [np.random.RandomState(3) for _ in range(2)]
    one, two = (group_metrics(y, proba, random_state=state, **given) for state in states)
    pd.testing.assert_frame_equal(one, two)


def test_three_classes():
    X, y = load_wine(return_X_y=True)
    model = LogisticRegression().fit(X[:, [3, 4]], y)
    groups = pd.DataFrame({"sour": X[:, 1] > 1.8})
    table = group_metrics(
        y, model.predict_proba(X[:, [3, 4]]), sensitive_features=groups, n_resamples=50,
        metrics=("auc", "accuracy", "balanced_accuracy", "log_loss"), random_state=0,
    )  # fmt: skip
    overall = table[table["group"] == "overall"].set_index("metric")["value"]
    assert overall["accuracy"] == model.score(X[:, [3, 4]], y)
    assert table["n_positive"].isna().all()
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    message = (
        "With 3 classes, `metrics` should be among ['auc', 'accuracy', "
        "'balanced_accuracy', 'log_loss']. Got ['selection_rate', 'true_positive_rate', "
        "'false_positive_rate'], which need two labels."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        group_metrics(
            y, model.predict_proba(X[:, [3, 4]]), sensitive_features=groups,
            metrics=("auc", "selection_rate", "true_positive_rate", "false_positive_rate"),
        )  # fmt: skip
    by_default = group_metrics(
        y, model.predict_proba(X[:, [3, 4]]), sensitive_features=groups, n_resamples=2
    )
    assert set(by_default["metric"]) == {"auc", "accuracy", "balanced_accuracy"}


def test_threshold_repeats_the_decision_of_margins(cancer):
    y, proba, clinic = cancer
    given = {"sensitive_features": clinic, "metrics": ["accuracy"], "n_resamples": 5}
    by_proba = group_metrics(y, proba[:, 1], **given)
    by_margin = group_metrics(y, proba[:, 1] - 0.5, threshold=0, **given)
    np.testing.assert_array_equal(by_proba["value"], by_margin["value"])


def test_undefined_group():
    y, score, groups = [0, 1, 0, 0], [0.1, 0.2, 0.3, 0.4], list("MMFF")
    given = {"sensitive_features": groups, "metrics": ["auc", "accuracy"], "n_resamples": 5}
    reason = "Group 'F' has no positive sample, so its AUC is undefined"
    message = (
        f"{reason}. Merge it with another group, leave the metric out, or pass "
        "undefined='warn' to have NaN in the table."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        group_metrics(y, score, **given)
    with pytest.warns(UserWarning, match=f"^{reason} and NaN in the table.$") as caught:
        table = group_metrics(y, score, undefined="warn", **given)
    assert caught[0].filename == __file__
    undefined = (table["metric"] == "auc") & (table["group"] == "F")
    assert table["value"].isna().tolist() == undefined.tolist()
    assert table.loc[undefined, "n_positive"].item() == 0


def test_a_group_may_be_called_overall():
    table = group_metrics(
        [0, 1, 0, 1], [1, 2, 4, 3], sensitive_features=["overall"] * 2 + ["other"] * 2,
        metrics=["auc"], n_resamples=5,
    )  # fmt: skip
    assert table["group"].tolist() == ["overall", "'other'", "'overall'"]
    assert table["value"].tolist() == [0.5, 0, 1]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"metrics": ["auc", "f1"]},
         f"`metrics` should be a list of different names among {sorted(ALL)}. Got "
         "('auc', 'f1')."),
        ({"metrics": "auc"},
         f"`metrics` should be a list of different names among {sorted(ALL)}. Got 'auc'."),
        ({"threshold": "half"}, "`threshold` should be a number. Got 'half'."),
        ({"n_resamples": 0}, "`n_resamples` should be a whole number, 1 or more. Got 0."),
        ({"confidence_level": 95},
         "`confidence_level` should lie between 0 and 1, as 0.95 does. Got 95."),
    ],
)  # fmt: skip
def test_bad_parameters_are_explained(parameters, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        group_metrics([0, 1], [0.1, 0.2], sensitive_features=["F", "F"], **parameters)


def test_rows_of_weight_zero_are_absent(cancer):
    y, proba, clinic = cancer
    kept = np.arange(len(y)) % 3 > 0
    options = {"metrics": ALL, "n_resamples": 5, "random_state": 0}
    weighted = group_metrics(
        y, proba, sensitive_features=clinic, sample_weight=kept * 1.0, **options
    )
    alone = group_metrics(y[kept], proba[kept], sensitive_features=clinic[kept], **options)
    pd.testing.assert_frame_equal(weighted, alone)
