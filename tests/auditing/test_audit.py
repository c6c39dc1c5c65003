"""What an audit trains, measures and concludes."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from skfairbargain.auditing import METHODS, TODAY, audit_report
from skfairbargain.auditing._findings import columns_that_tell
from skfairbargain.metrics import worst_group_balanced_accuracy_score
from tests.auditing._shared import arguments

QUICK = {"methods": ["logistic", "audited_rows"], "n_resamples": 50}


def refusal(**given):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        audit_report(**given)
    return str(caught.value)


def test_values_are_those_of_the_models_on_the_test_rows(made, report):
    _, _, test = made
    table = report.metrics.set_index(["method", "metric", "group"])["value"]
    for name, model in report.models.items():
        predicted = model.predict(test.data)
        expected = balanced_accuracy_score(test.target, predicted)
        assert table[name, "balanced_accuracy", "overall"] == pytest.approx(expected)
        auc = roc_auc_score(test.target, model.predict_proba(test.data)[:, 1])
        assert table[name, "auc", "overall"] == pytest.approx(auc)
        worst = worst_group_balanced_accuracy_score(
            test.target, predicted, sensitive_features=test.sensitive["group"]
        )
        assert table[name, "balanced_accuracy", "worst group"] == pytest.approx(worst)
    today = roc_auc_score(test.target, test.data["x0"])
    assert table[TODAY, "auc", "overall"] == pytest.approx(today)
    decided = (test.data["x0"] > 0).astype(int)
    expected = balanced_accuracy_score(test.target, decided)
    assert table[TODAY, "balanced_accuracy", "overall"] == pytest.approx(expected)


def test_intervals_contain_the_values(report):
    for table, name in ((report.metrics, "value"), (report.differences, "difference")):
        assert (table["low"] <= table[name]).all()
        assert (table[name] <= table["high"]).all()
    assert set(report.metrics["method"]) == {TODAY, *METHODS}
    assert set(report.differences["method"]) == {report.recommended}


def test_differences_are_of_the_recommended_method(report):
    values = report.metrics.set_index(["method", "metric", "group"])["value"]
    for row in report.differences.itertuples():
        expected = (
            values[row.method, row.metric, row.group]
            - values[row.reference, row.metric, row.group]
        )
        assert row.difference == pytest.approx(expected)


def test_audited_rows_are_scored_by_models_that_did_not_learn_from_them(made):
    """Labels without any pattern: whoever had seen them would predict them."""
    train, audit, _ = made
    y_val = np.random.default_rng(0).integers(0, 2, len(audit.target))
    noise = np.random.default_rng(1).normal(size=(len(y_val), 60))
    given = arguments(made, tested=False) | {
        "X": np.random.default_rng(2).normal(size=(len(train.target), 60)),
        "X_val": noise,
        "y_val": y_val,
    }
    found = audit_report(**given, methods=["audited_rows"], n_resamples=50)
    value = found.metrics.set_index(["metric", "group"])["value"]
    assert 0.4 < value["balanced_accuracy", "overall"] < 0.6
    assert found.models["audited_rows"].score(noise, y_val) > 0.65


def test_the_same_seed_gives_the_same_report(made):
    first, second, other = (
        audit_report(**arguments(made, tested=False), **QUICK, random_state=seed).to_dict()
        for seed in (0, 0, 1)
    )
    for one in (first, second, other):
        one.pop("created")
        for method in one["methods"]:
            method.pop("seconds")
    assert first == second
    assert first["metrics"] != other["metrics"]


def test_steps_are_told_before_each_training(made):
    told = []
    audit_report(
        **arguments(made, tested=False),
        **QUICK,
        cv=2,
        on_step=lambda title, total: told.append((title, total)),
    )
    assert told == [
        ("balanced logistic regression", 4),
        ("audited rows alone, fold 1 of 2", 4),
        ("audited rows alone, fold 2 of 2", 4),
        ("the final models", 4),
    ]


def test_small_groups_are_merged_and_the_smallest_left_out(made):
    _, audit, _ = made
    groups = audit.sensitive["group"].copy()
    y = audit.target
    for name, n in (("few", 5), ("fewer", 4), ("one", 1)):
        for label in (0, 1):
            groups[groups.index[(groups == "g0") & (y == label)][:n]] = name
    found = audit_report(
        **arguments(made, tested=False) | {"groups_val": groups}, **QUICK, cv=2
    )
    assert found.cells.loc["other groups"].tolist() == [10, 10]
    assert found.to_dict()["notes"] == [
        "Groups with fewer than 10 rows of some label were merged into 'other groups': "
        "'few' (5 of label 0, 5 of label 1), 'fewer' (4 of label 0, 4 of label 1), 'one' "
        "(1 of label 0, 1 of label 1)."
    ]
    groups = groups.replace({"few": "g1", "fewer": "g1"})
    found = audit_report(**arguments(made) | {"groups_val": groups}, **QUICK, cv=2)
    assert "one" not in found.cells.index
    assert found.to_dict()["notes"][-1] == (
        "Group 'one' (1 of label 0, 1 of label 1): fewer than 3 audited rows of some "
        "label, so nothing can be said of it. Its rows were left out of the audit."
    )
    assert found.cells.to_numpy().sum() == len(y) - 2
    groups = audit.sensitive["group"].copy()
    for name in ("one", "two"):
        for label in (0, 1):
            groups[groups.index[(groups == "g0") & (y == label)][:1]] = name
    given = arguments(made) | {"groups_val": groups}
    found = audit_report(**given, **QUICK, cv=2, merge_below=1)
    assert found.to_dict()["notes"][-1] == (
        "Groups 'one' (1 of label 0, 1 of label 1), 'two' (1 of label 0, 1 of label 1): "
        "fewer than 3 audited rows of some label, so nothing can be said of them. Their "
        "rows were left out of the audit."
    )


def test_test_rows_of_other_groups_are_left_out_and_told(made):
    given = arguments(made)
    given["groups_test"] = given["groups_test"].replace({"g2": "new"})
    found = audit_report(**given, **QUICK)
    n = int((given["groups_test"] == "new").sum())
    assert found.to_dict()["notes"] == [
        f"{n} test rows are of groups that were not audited. They were left out of the "
        "measurement."
    ]
    assert found.to_dict()["n_test"] == len(given["y_test"]) - n


def test_the_favorable_label_is_the_one_that_is_named(made):
    words = {0: "approved", 1: "denied"}
    given = {
        name: value.map(words) if name.startswith("y") else value
        for name, value in arguments(made).items()
    }
    found = audit_report(**given, **QUICK, favorable="approved")
    assert found.cells.columns.tolist() == ["denied", "approved"]
    predicted = found.models["logistic"].predict(given["X_test"])
    rate = found.metrics.set_index(["method", "metric", "group"])["value"]
    assert rate["logistic", "selection_rate", "overall"] == pytest.approx(
        np.mean(predicted == "approved")
    )


def test_three_labels_are_measured_without_rates(made):
    given = arguments(made, tested=False)
    third = (given["X"]["x0"] > 0.8, given["X_val"]["x0"] > 0.8)
    given["y"] = given["y"].mask(third[0], 2)
    given["y_val"] = given["y_val"].mask(third[1], 2)
    found = audit_report(**given, **QUICK, cv=2, merge_below=1)
    assert set(found.metrics["metric"]) == {"balanced_accuracy", "auc", "accuracy"}
    assert "<h1>" in found.to_html()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"methods": ["magic"]},
         "`methods` should be a list of names among ['logistic', 'boosting', "
         "'audited_rows', 'nash', 'audited']. Got ['magic']."),
        ({"favorable": "yes"},
         "`favorable` should be one of the labels [0, 1]. Got 'yes'."),
        ({"y_val": np.full(240, 1)},
         "`y_val` should have rows of two labels or more. Every row is of label 1."),
        ({"y_val": np.arange(240) % 3},
         "`y_val` should have the labels of `y`, [0, 1]. Got 2 as well. Write the labels "
         "alike."),
        ({"y_val": [None, *[0, 1] * 119, 1]},
         "`y_val` should have a label in every row. Got missing values in 1 of 240 rows. "
         "Leave these rows out."),
        ({"groups_val": ["a"] * 238 + ["b"] * 2},
         "An audit needs two groups or more with 3 rows or more of each label. The audited "
         "rows have 'a' (119 of label 0, 119 of label 1), 'b' (1 of label 0, 1 of label 1)."
         " Audit more rows, or bring groups together."),
        ({"y": np.zeros(600)},
         "`y` should have rows of two labels or more. Every row is of label 0.0."),
    ],
)  # fmt: skip
def test_what_cannot_be_audited_is_one_sentence(made, changed, sentence):
    given = arguments(made, tested=False) | QUICK
    given["y_val"] = np.arange(240) % 2
    assert refusal(**given | changed) == sentence


SCORE = "`{}` should have a number for each row, the score of today's model. Got {}."


@pytest.mark.parametrize(
    ("tested", "changed", "sentence"),
    [
        (False, {"y_test": [0, 1]},
         "`X_test`, `y_test`, `groups_test` should be given together. Got None for "
         "`X_test` and `groups_test`."),
        (True, {"groups_test": None},
         "`X_test`, `y_test`, `groups_test` should be given together. Got None for "
         "`groups_test`."),
        (False, {"reference_test": [0.5]},
         "`reference_test` has scores of test rows, which are missing. Pass `X_test`, "
         "`y_test` and `groups_test`, or leave it out."),
        (True, {"reference_val": np.zeros(240)},
         "`reference_test` should be given with `reference_val` where test rows measure. "
         "Got None."),
        (False, {"reference_val": ["high"] * 240},
         SCORE.format("reference_val", "something else")),
        (False, {"reference_val": np.zeros((240, 2))},
         SCORE.format("reference_val", "shape (240, 2)")),
        (False, {"reference_val": [np.nan] * 240},
         SCORE.format("reference_val", "NaN or infinity among them")),
    ],
)  # fmt: skip
def test_test_rows_and_scores_of_today_that_do_not_fit(made, tested, changed, sentence):
    assert refusal(**arguments(made, tested=tested) | QUICK | changed) == sentence


def test_lengths_are_checked(made):
    given = arguments(made) | {"groups_test": ["g0", "g1"]}
    assert re.match(r"`?X_test`?.*groups_test", refusal(**given, **QUICK))


def test_one_column_that_tells_the_label_or_the_group_is_a_warning(made):
    given = arguments(made, tested=False)
    given["X"] = given["X"].assign(decided=given["y"] * 2.0, where="x")
    given["X_val"] = given["X_val"].assign(
        decided=given["y_val"] * 2.0, where=given["groups_val"]
    )
    found = audit_report(**given, **QUICK)
    assert found.warnings[:2] == [
        "'decided' (AUC 1.00) tells the label of the training rows almost perfectly. If "
        "such a column is known only after the decision, leave it out with --drop: the "
        "model would be of no use on new rows.",
        "'where' (AUC 1.00) tells the audited groups almost perfectly, so a model can use "
        "it in place of the groups.",
    ]


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_dates_of_any_time_and_zone_can_tell(zone):
    days = np.array(["9999-12-31", "2020-01-01", "NaT", "1500-01-01"] * 2, "datetime64[s]")
    X = pd.DataFrame({"day": pd.Series(days).dt.tz_localize(zone), "same": 1.0})
    assert columns_that_tell(X, np.array([1, 1, 0, 0] * 2), 0.9) == [("day", 1.0)]


def test_tables_of_text_dates_and_gaps_are_audited(made):
    given = arguments(made)
    for name in ("X", "X_val", "X_test"):
        X = given[name].copy()
        X["city"] = np.where(X["x2"] > 0, "Bern", None)
        X["when"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(X["x3"] * 10, unit="D")
        X.loc[X.index[::7], ["x0", "when"]] = None
        given[name] = X
    found = audit_report(**given, **QUICK)
    assert np.isfinite(found.metrics["value"]).all()


def test_changes_count_decisions_that_differ(made, report):
    """Against today's model, or the other way round where that is to be kept."""
    _, _, test = made
    contents = report.to_dict()
    assert contents["baseline"] is not None
    gained, lost = (
        sum(row[key] for row in contents["changes"]) for key in ("gained", "lost")
    )
    accuracy = report.metrics.set_index(["method", "metric", "group"])["value"]
    difference = (
        accuracy[report.recommended, "accuracy", "overall"]
        - accuracy[contents["baseline"], "accuracy", "overall"]
    )
    assert (gained - lost) / len(test.target) == pytest.approx(difference)


def test_groups_of_few_rows_each_are_audited_with_a_note(made):
    """The paper's audits have 5 rows of a cell and fewer."""
    _, audit, _ = made
    rows = audit.data.groupby([audit.sensitive["group"], audit.target]).head(4).index
    given = arguments(made) | {
        "X_val": audit.data.loc[rows],
        "y_val": audit.target[rows],
        "groups_val": audit.sensitive["group"][rows],
    }
    found = audit_report(**given, **QUICK)
    assert found.cells.to_numpy().tolist() == [[4, 4]] * 3
    assert found.to_dict()["notes"] == [
        "Groups 'g0' (4 of label 0, 4 of label 1), 'g1' (4 of label 0, 4 of label 1), 'g2' "
        "(4 of label 0, 4 of label 1): fewer than 10 audited rows of some label, so what "
        "is said of them is uncertain."
    ]


def test_a_balanced_audit_is_told_where_it_measures(made):
    given = arguments(made, tested=False) | {"y": np.repeat([0, 0, 1], 200)}
    told = audit_report(**given, **QUICK).warnings
    assert any(sentence.startswith("Every group has about equally") for sentence in told)
    given = arguments(made) | {"y": np.repeat([0, 0, 1], 200)}
    assert audit_report(**given, **QUICK).warnings == []


def test_audited_rows_that_were_trained_on_are_told(made):
    given = arguments(made)
    given["X"] = pd.concat([given["X"], given["X_val"].iloc[:150]], ignore_index=True)
    given["y"] = np.append(given["y"], given["y_val"].iloc[:150])
    assert audit_report(**given, **QUICK).warnings == [
        "150 of 240 audited rows are equal to training rows. If they are the same people, "
        "name their ids with --id: then they are left out of the training, which would "
        "otherwise have seen the rows that measure it."
    ]
    few = {name: given[name][["x0"]].round() for name in ("X", "X_val", "X_test")}
    assert audit_report(**given | few, **QUICK).warnings == []
