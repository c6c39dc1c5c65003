"""Models of one class, other classes and strange outputs: a right number or a sentence."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from skfairbargain import metrics
from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.metrics import GROUP_METRICS, get_scorer, get_scorer_names, group_metrics

X4, SEX = np.zeros((4, 1)), list("FFMM")


def one_class(label):
    return DummyClassifier().fit(X4, np.full(4, label)), np.full(4, label)


@pytest.mark.parametrize("label", [0, 1, 7, "yes", True, -1])
def test_log_loss_of_one_class_is_zero_where_certain_and_right(label):
    model, y = one_class(label)
    for form in (
        "overall_log_loss",
        "worst_group_log_loss",
        "max_group_log_loss_disparity",
    ):
        score = get_scorer(f"neg_{form}")(model, X4, y, sensitive_features=SEX)
        assert score == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("label", [0, 1, 7, "yes"])
def test_auc_of_one_class_is_undefined(label):
    model, y = one_class(label)
    message = (
        "The rows to score have no sample of a second class, so their AUC is undefined. "
        "Score more rows at a time: fewer folds, or folds stratified by label."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        get_scorer("overall_auc")(model, X4, y, sensitive_features=SEX)
    with pytest.raises(UndefinedGroupError, match=r"^Group 'F' has no sample of a second"):
        get_scorer("worst_group_auc")(model, X4, y, sensitive_features=SEX)


def outcome(name, model, X, y, groups):
    """A scorer's number, or the error that it ends in."""
    try:
        return get_scorer(name)(model, X, y, sensitive_features=groups)
    except ValueError as error:
        return error


@pytest.mark.parametrize(("name", "label"), product(get_scorer_names(), [0, 1, 7, "yes"]))
def test_every_scorer_of_a_model_of_one_class(name, label):
    model, y = one_class(label)
    found = outcome(name, model, X4, y, SEX)
    if isinstance(found, UndefinedGroupError):
        assert " no " in str(found)
    elif isinstance(found, ValueError):
        assert str(found).endswith("Pass `pos_label`.")
    else:
        assert np.isfinite(found)


@pytest.mark.parametrize("name", get_scorer_names())
@pytest.mark.parametrize("y", [[0, 1, 0, 1], [0, 1, 2, 2], list("noon")])
def test_every_scorer_of_a_model_of_other_classes(name, y):
    model, _ = one_class(1)
    found = outcome(name, model, X4, y, SEX)
    if isinstance(found, UndefinedGroupError):
        assert " no " in str(found)
    elif isinstance(found, ValueError):
        assert re.search("`labels`|labels of one kind|needs two labels", str(found))
    else:
        assert np.isfinite(found)


@pytest.mark.parametrize("name", get_scorer_names())
def test_every_scorer_of_text_labels_is_that_of_numbers(name):
    rng = np.random.default_rng(0)
    X, groups = rng.normal(size=(80, 2)), np.repeat(["F", "M"], 40)
    y = (X[:, 0] + rng.normal(size=80) > 0).astype(int)
    text = np.where(y == 1, "yes", "no")
    scores = [
        get_scorer(name)(
            LogisticRegression().fit(X, labels), X, labels, sensitive_features=groups
        )
        for labels in (y, text, y * 2 - 1, y == 1, pd.Series(text, dtype="category"))
    ]
    assert scores == pytest.approx([scores[0]] * 5)


@pytest.mark.parametrize("name", get_scorer_names())
def test_every_scorer_of_three_classes(name):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), np.array(list("abc"))[np.arange(60) % 3]
    model = LogisticRegression().fit(X, y)
    metric = GROUP_METRICS[name.removeprefix("neg_")]
    found = outcome(name, model, X, y, np.arange(60) % 2)
    if all(quantity.multiclass for quantity in metric.quantities):
        assert np.isfinite(found)
    else:
        assert "needs two labels. Got 3: 'a', 'b', 'c'." in str(found)


def test_a_table_of_one_class():
    model, y = one_class("yes")
    table = group_metrics(
        y, model.predict_proba(X4), sensitive_features=SEX, labels=model.classes_,
        metrics=["accuracy", "log_loss"], n_resamples=9,
    )  # fmt: skip
    assert table["value"].tolist() == pytest.approx([1, 1, 1, 0, 0, 0])
    assert table["n_positive"].isna().all()
    message = (
        "With one class, `metrics` should be among ['auc', 'accuracy', "
        "'balanced_accuracy', 'log_loss']. Got ['precision'], which need two labels."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        group_metrics(
            y,
            np.ones((4, 1)),
            sensitive_features=SEX,
            labels=["yes"],
            metrics=["precision"],
        )


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    y = np.tile([0, 1], 30)
    return y, rng.random(60).round(2), np.repeat(["F", "M"], 30)


def frame_of(column):
    return pd.Series(column, index=np.random.default_rng(1).permutation(60))


@pytest.mark.parametrize(
    "convert",
    [list, frame_of, lambda v: np.asarray(v)[:, None], lambda v: frame_of(v).to_frame(),
     lambda v: pd.Series(v, dtype=object)],
    ids=["list", "shuffled index", "column", "frame", "object"],
)  # fmt: skip
@pytest.mark.parametrize("name", GROUP_METRICS)
def test_containers_do_not_matter(name, convert, rows):
    y, score, groups = rows
    metric = GROUP_METRICS[name]
    output = score if metric.reads != "labels" else (score > 0.5).astype(int)
    expected = metric.function(y, output, sensitive_features=groups)
    found = metric.function(
        convert(y), convert(output), sensitive_features=convert(groups),
        sample_weight=convert(np.full(60, 3.0)),
    )  # fmt: skip
    assert found == pytest.approx(expected, abs=1e-12)


def test_polars_and_nullable_columns(rows):
    polars = pytest.importorskip("polars")
    y, score, groups = rows
    expected = metrics.worst_group_auc(y, score, sensitive_features=groups)
    found = metrics.worst_group_auc(
        polars.Series(y), polars.Series(score), sensitive_features=polars.Series(groups)
    )
    assert found == expected
    nullable = pd.DataFrame({"y": y, "score": score}).convert_dtypes()
    found = metrics.worst_group_auc(
        nullable["y"], nullable[["score"]], sensitive_features=groups
    )
    assert found == expected


def test_scores_of_low_precision(rows):
    y, score, groups = rows
    for dtype in (np.float16, np.float32):
        rough = score.astype(dtype)
        expected = metrics.worst_group_auc(
            y, rough.astype(float), sensitive_features=groups
        )
        assert metrics.worst_group_auc(y, rough, sensitive_features=groups) == expected


@pytest.mark.parametrize("n_groups", [1, 100])
def test_many_groups_of_one_row_a_cell(n_groups):
    y, groups = np.tile([0, 1], n_groups), np.repeat(np.arange(n_groups), 2)
    score = np.random.default_rng(0).random(2 * n_groups)
    table = group_metrics(y, score, sensitive_features=groups, n_resamples=20)
    assert len(table) == 6 * (n_groups + 1)
    assert np.isfinite(table[["value", "low", "high"]]).all(axis=None)
    worst = metrics.worst_group_auc(y, score, sensitive_features=groups)
    assert worst == float((score[1::2] > score[::2]).all())


@pytest.mark.parametrize("exponent", [0, 200, 300])
def test_weights_of_a_group_may_differ_by_any_factor(exponent):
    # Each label's rows count by their own weights, however small these are.
    y, score = np.array([0, 0, 1, 1] * 2), np.array([0.1, 0.6, 0.4, 0.8] * 2)
    groups = np.repeat(["F", "M"], 4)
    shares = np.array([1, 3, 1, 2] * 2, dtype=float)
    weight = shares * np.where(y == 1, 10.0**-exponent, 10.0 ** (exponent * 2 / 3))
    given = {"sensitive_features": groups}
    found = metrics.worst_group_auc(y, score, sample_weight=weight, **given)
    assert found == pytest.approx(roc_auc_score(y, score, sample_weight=shares))
    table = group_metrics(y, score, sample_weight=weight, n_resamples=50, **given)
    assert np.isfinite(table[["value", "low", "high"]]).all(axis=None)
    hat = (score > 0.5).astype(int)
    for name, plain in (
        ("worst_group_true_positive_rate_score", 2 / 3),
        ("worst_group_balanced_accuracy_score", (2 / 3 + 1 / 4) / 2),
    ):
        metric = GROUP_METRICS[name].function
        assert metric(y, hat, sample_weight=weight, **given) == pytest.approx(plain)


def test_a_perfect_ranking_is_exactly_one():
    rng = np.random.default_rng(0)
    for _ in range(50):
        weight = rng.random(20)
        auc = metrics.overall_auc([0, 1] * 10, [0.0, 1.0] * 10, sample_weight=weight)
        assert auc == pytest.approx(1, abs=1e-15)
        assert auc <= 1
