"""The comparison is a fair one: same rows for all, measured on rows that nobody saw."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split

from skfairbargain import NashMetaClassifier
from skfairbargain.compare import (
    METHODS,
    METRICS,
    compare_methods,
    make_preprocessor,
    summarize,
)
from skfairbargain.datasets import load_diabetes_progression, make_biased_classification
from skfairbargain.model_selection import balanced_validation_split
from skfairbargain.protocols import LtR


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes_progression()


@pytest.fixture(scope="module")
def results(diabetes):
    sex = diabetes.sensitive
    return compare_methods(diabetes.data, diabetes.target, sex, n_seeds=2, epochs=6)


def test_one_row_for_every_method_and_seed(results):
    assert results.columns.tolist() == ["method", "seed", *METRICS]
    pairs = list(zip(results["method"], results["seed"], strict=True))
    assert pairs == [(method, seed) for seed in range(2) for method in METHODS]
    assert np.isfinite(results[list(METRICS)].to_numpy()).all()
    assert results["conflict_rate"].between(0, 1).all()
    assert (results["seconds"] > 0).all()


def test_a_run_is_what_one_would_do_by_hand(diabetes, results):
    sex = diabetes.sensitive["sex"]
    cells = sex + diabetes.target.astype(str)
    rest, test = train_test_split(
        np.arange(442), test_size=0.3, stratify=cells, random_state=1
    )
    X_train, X_val, y_train, y_val, _, sex_val = balanced_validation_split(
        diabetes.data.iloc[rest],
        diabetes.target.iloc[rest],
        sex.iloc[rest],
        per_cell=5,
        random_state=1,
    )
    prepare = make_preprocessor().fit(X_train)
    clf = NashMetaClassifier(max_epochs=6, bargain_epochs=2, random_state=1)
    clf.fit(
        prepare.transform(X_train),
        y_train,
        X_val=prepare.transform(X_val),
        y_val=y_val,
        groups_val=sex_val,
    )
    X_test, y_test = diabetes.data.iloc[test], diabetes.target.iloc[test]
    scores = clf.predict_proba(prepare.transform(X_test))[:, 1]
    aucs = [
        roc_auc_score(y_test[sex == group], scores[sex.iloc[test] == group])
        for group in ("sex=1", "sex=2")
    ]
    row = results.query("method == 'two-stage' and seed == 1").iloc[0]
    assert row["overall_auc"] == pytest.approx(roc_auc_score(y_test, scores))
    assert row["worst_group_auc"] == pytest.approx(min(aucs))
    assert row["max_group_auc_disparity"] == pytest.approx(max(aucs) - min(aucs))
    assert row["balanced_accuracy"] == pytest.approx(
        balanced_accuracy_score(y_test, scores > 0.5)
    )


def test_listeners_hear_every_epoch_and_every_result():
    made = make_biased_classification(200, random_state=0)
    epochs, rows = [], []
    compare_methods(
        made.data,
        made.target,
        made.sensitive,
        methods=["erm"],
        n_seeds=2,
        epochs=3,
        on_epoch=lambda *seen: epochs.append(seen),
        on_result=rows.append,
    )
    assert epochs == [("erm", 0)] * 3 + [("erm", 1)] * 3
    assert [(row["method"], row["seed"]) for row in rows] == [("erm", 0), ("erm", 1)]


def test_three_classes_and_three_groups_work():
    made = make_biased_classification(600, n_groups=3, random_state=0)
    y = made.target.to_numpy() + (made.data["x2"].to_numpy() > 0) * made.target.to_numpy()
    names = np.array(["none", "some", "much"])[y]
    results = compare_methods(
        made.data, names, made.sensitive, methods=["two-stage"], n_seeds=1, epochs=2
    )
    assert np.isfinite(results["overall_auc"]).all()


def test_summary_is_students_interval():
    results = pd.DataFrame(
        {"method": ["erm"] * 3, "seed": range(3), **dict.fromkeys(METRICS, 0.5)}
    )
    results["overall_auc"] = [0.7, 0.8, 0.9]
    summary = summarize(results)
    assert summary.columns.tolist() == ["method", "metric", "mean", "ci95", "n_seeds"]
    assert summary["metric"].tolist() == list(METRICS)
    auc = summary.iloc[0]
    assert auc["mean"] == pytest.approx(0.8)
    # t of 0.975 with 2 degrees of freedom is 4.303, and s/√n = 0.1/√3.
    assert auc["ci95"] == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4)
    alone = summarize(results.query("seed == 0"))
    assert alone["ci95"].isna().all()


def test_a_summary_has_its_own_groups_and_counts_what_was_measured():
    results = pd.DataFrame(
        [("b", "ours", 0.5, None), ("a", "ours", 0.7, None), ("a", "ours", 0.9, 0.2),
         ("a", "other", None, 0.4)],
        columns=["setting", "method", "auc", "gap"],
    )  # fmt: skip
    summary = summarize(results, ["setting", "method"], ["auc", "gap"])
    assert summary.drop(columns=["mean", "ci95"]).to_numpy().tolist() == [
        ["b", "ours", "auc", 1],
        ["a", "ours", "auc", 2],
        ["a", "ours", "gap", 1],
        ["a", "other", "gap", 1],
    ]
    assert summary["mean"].tolist() == pytest.approx([0.5, 0.8, 0.2, 0.4])
    by_name = summarize(results, "setting", "auc")
    assert by_name.drop(columns=["mean", "ci95"]).to_numpy().tolist() == [
        ["b", "auc", 1],
        ["a", "auc", 2],
    ]


def test_any_kind_of_column_becomes_numbers():
    frame = pd.DataFrame(
        {
            "number": [1.0, np.nan, 3.0],
            "empty": [np.nan] * 3,
            "text": ["a", None, "b"],
            "flag": [True, False, True],
            "kind": pd.Categorical(["u", "v", None]),
            "mixed": [1, "a", True],
        }
    )
    numbers = make_preprocessor().fit_transform(frame)
    assert np.isfinite(numbers).all()
    # number and whether it was missing, empty likewise; text 3, flag 2, kind 3, mixed 3
    assert numbers.shape == (3, 15)
    unseen = frame.assign(text="c", mixed=pd.Series([2, None, 2], dtype="Int64"))
    assert np.isfinite(make_preprocessor().fit(frame).transform(unseen)).all()


def test_what_cannot_be_compared_is_refused_before_training(diabetes):
    X, y, sex = diabetes.data, diabetes.target, diabetes.sensitive["sex"]
    for arguments, message in [
        ((X, y * 0, sex),
         "Comparing needs two classes or more, but every row is of class 0."),
        ((X, y, sex * 0),
         "Comparing needs two groups or more, but every row is of group ''."),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            compare_methods(*arguments, n_seeds=1)
    message = "`methods` should be among ['erm', 'one-stage', 'two-stage']. Got 'best'."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        compare_methods(X, y, sex, methods=["best"])


OTHER_LENGTHS = (
    "`X`, `y` and `groups` should have the same number of rows. Got {}, 442 and 442."
)


def test_rows_without_labels_and_other_lengths_are_refused(diabetes):
    X, y, sex = diabetes.data, diabetes.target, diabetes.sensitive["sex"]
    for arguments, message in [
        ((X, y.astype(float).mask(y.index < 3), sex),
         "`y` should have a label for every row. Got missing values in 3 of 442 rows. "
         "Leave these rows out."),
        ((X.iloc[:400], y, sex), OTHER_LENGTHS.format(400)),
        ((pd.concat([X, X]), y, sex), OTHER_LENGTHS.format(884)),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            compare_methods(*arguments, n_seeds=1)


def test_arrays_are_compared_as_frames_are(diabetes):
    y, sex = diabetes.target, diabetes.sensitive["sex"]
    quick = {"methods": ["erm"], "n_seeds": 1, "epochs": 2}
    frame = compare_methods(diabetes.data, y, sex, **quick)
    array = compare_methods(diabetes.data.to_numpy(), y.tolist(), sex.tolist(), **quick)
    pd.testing.assert_frame_equal(
        *(found.drop(columns="seconds") for found in (frame, array))
    )


def test_the_goal_decides_the_steps():
    class Noting(LtR):
        n_steps = 0

        def weights(self, step):
            Noting.n_steps += 1
            return super().weights(step)

    made = make_biased_classification(200, random_state=0)
    compare_methods(
        made.data, made.target, made.sensitive, methods=["one-stage"], goal=Noting(),
        n_seeds=1, epochs=2,
    )  # fmt: skip
    assert Noting.n_steps > 2


def test_an_interrupted_training_ends_the_comparison():
    def stop(method, seed):
        raise KeyboardInterrupt

    made, rows = make_biased_classification(200, random_state=0), []
    with pytest.raises(KeyboardInterrupt):
        compare_methods(
            made.data, made.target, made.sensitive, epochs=3, on_epoch=stop,
            on_result=rows.append,
        )  # fmt: skip
    assert rows == []


def test_a_summary_keeps_runs_without_a_setting():
    results = pd.DataFrame({"setting": ["a", None, None], "auc": [0.5, 0.6, 0.8]})
    summary = summarize(results, ["setting"], ["auc"])
    assert summary["n_seeds"].tolist() == [1, 2]
    assert summary["mean"].tolist() == pytest.approx([0.5, 0.7])


def test_fifty_categories_of_a_column_are_kept_apart():
    for n, n_columns in ((49, 49), (60, 50)):
        frame = pd.DataFrame({"text": [f"kind {i}" for i in range(n)] * 2})
        assert make_preprocessor().fit_transform(frame).shape == (2 * n, n_columns)
