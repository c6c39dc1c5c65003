import re

import fairlearn.metrics as fairlearn
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LogisticRegression

from skfairbargain import metrics
from skfairbargain.exceptions import UndefinedGroupError

LABEL_METRICS = {
    "accuracy": sklearn.metrics.accuracy_score,
    "balanced_accuracy": sklearn.metrics.balanced_accuracy_score,
    "false_positive_rate": fairlearn.false_positive_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "selection_rate": fairlearn.selection_rate,
    "precision": sklearn.metrics.precision_score,
}
FORMS = {  # quantity: (overall, worst, difference, ratio)
    "accuracy": ("overall_accuracy_score", "worst_group_accuracy_score",
                 "max_group_accuracy_disparity", "group_accuracy_ratio"),
    "balanced_accuracy": ("overall_balanced_accuracy_score",
                          "worst_group_balanced_accuracy_score",
                          "max_group_balanced_accuracy_disparity",
                          "group_balanced_accuracy_ratio"),
    "false_positive_rate": ("overall_false_positive_rate_loss",
                            "worst_group_false_positive_rate_loss",
                            "max_group_false_positive_rate_disparity",
                            "group_false_positive_rate_ratio"),
    "true_positive_rate": ("overall_true_positive_rate_score",
                           "worst_group_true_positive_rate_score",
                           "equal_opportunity_difference", "equal_opportunity_ratio"),
    "selection_rate": ("overall_selection_rate_score", "worst_group_selection_rate_score",
                       "demographic_parity_difference", "demographic_parity_ratio"),
    "precision": ("overall_precision_score", "worst_group_precision_score",
                  "max_group_precision_disparity", "group_precision_ratio"),
    "auc": ("overall_auc", "worst_group_auc", "max_group_auc_disparity",
            "group_auc_ratio"),
    "log_loss": ("overall_log_loss", "worst_group_log_loss",
                 "max_group_log_loss_disparity", "group_log_loss_ratio"),
}  # fmt: skip
LARGER_IS_WORSE = {"false_positive_rate", "log_loss"}
PARITY = [
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
]
NEXT = (
    "Merge it with another group, score more rows at a time (fewer folds, or folds "
    "stratified by group and label), or pass undefined='warn' to leave it out."
)


@pytest.fixture(scope="module")
def diabetes():
    """Labels, tied scores, decisions, sexes and ages of 442 patients, and weights."""
    X, target = load_diabetes(return_X_y=True, as_frame=True)
    y = (target > 140).astype(int)
    model = LogisticRegression().fit(X[["bmi", "s5"]], y)
    score = model.predict_proba(X[["bmi", "s5"]])[:, 1].round(2)
    groups = pd.DataFrame(
        {"sex": X["sex"] > 0, "age": np.where(X["age"] > 0, "old", "young")}
    )
    weight = np.random.default_rng(0).uniform(0.1, 3, len(y))
    return y, score, (score > 0.5).astype(int), groups, weight


def assert_forms(quantity, y, output, groups, weight, frame):
    overall, worst, disparity, ratio = (getattr(metrics, n) for n in FORMS[quantity])
    given = {"sensitive_features": groups, "sample_weight": weight}
    expected = frame.group_max() if quantity in LARGER_IS_WORSE else frame.group_min()
    assert worst(y, output, **given) == pytest.approx(expected, abs=1e-12)
    assert disparity(y, output, **given) == pytest.approx(frame.difference(), abs=1e-12)
    assert ratio(y, output, **given) == pytest.approx(frame.ratio(), abs=1e-12)
    assert overall(y, output, **given) == pytest.approx(frame.overall, abs=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("columns", ["sex", ["sex", "age"]])
@pytest.mark.parametrize("quantity", FORMS)
def test_agrees_with_fairlearn(diabetes, quantity, columns, weighted):
    y, score, decision, groups, weight = diabetes
    function = {
        "auc": sklearn.metrics.roc_auc_score,
        "log_loss": sklearn.metrics.log_loss,
        **LABEL_METRICS,
    }[quantity]
    output = decision if quantity in LABEL_METRICS else score
    weight = weight if weighted else None
    frame = fairlearn.MetricFrame(
        metrics=function,
        y_true=y,
        y_pred=output,
        sensitive_features=groups[columns],
        sample_params={"sample_weight": weight},
    )
    assert_forms(quantity, y, output, groups[columns], weight, frame)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", PARITY)
def test_parity_is_fairlearns(diabetes, name, weighted):
    y, _, decision, groups, weight = diabetes
    given = {"sensitive_features": groups, "sample_weight": weight if weighted else None}
    expected = getattr(fairlearn, name)(y, decision, **given)
    assert getattr(metrics, name)(y, decision, **given) == pytest.approx(
        expected, abs=1e-12
    )


@pytest.mark.parametrize("name", ["equalized_odds_difference", "equalized_odds_ratio"])
def test_mean_of_the_odds_is_fairlearns(diabetes, name):
    y, _, decision, groups, _ = diabetes
    given = {"sensitive_features": groups["age"], "agg": "mean"}
    expected = getattr(fairlearn, name)(y, decision, **given)
    assert getattr(metrics, name)(y, decision, **given) == pytest.approx(
        expected, abs=1e-12
    )
    message = "`agg` should be 'worst_case' or 'mean'. Got 'max'."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(metrics, name)(y, decision, sensitive_features=groups["age"], agg="max")


def test_three_classes_agree_with_sklearn():
    X, y = load_wine(return_X_y=True)
    groups = np.where(X[:, 1] > 1.8, "sour", "mild")
    weight = np.random.default_rng(0).uniform(0.1, 3, len(y))
    model = LogisticRegression().fit(X[:, [3, 4]], y)
    proba, label = model.predict_proba(X[:, [3, 4]]), model.predict(X[:, [3, 4]])

    def of_groups(function, output, **more):
        values = [
            function(y[g], output[g], sample_weight=weight[g], **more)
            for g in (groups == "sour", groups == "mild")
        ]
        return (
            min(values),
            max(values) - min(values),
            min(values) / max(values),
            max(values),
        )

    given = {"sensitive_features": groups, "sample_weight": weight}
    low, gap, ratio, _ = of_groups(sklearn.metrics.roc_auc_score, proba, multi_class="ovr")
    assert metrics.worst_group_auc(y, proba, **given) == pytest.approx(low, abs=1e-12)
    assert metrics.max_group_auc_disparity(y, proba, **given) == pytest.approx(
        gap, abs=1e-12
    )
    assert metrics.group_auc_ratio(y, proba, **given) == pytest.approx(ratio, abs=1e-12)
    *_, high = of_groups(sklearn.metrics.log_loss, proba)
    assert metrics.worst_group_log_loss(y, proba, **given) == pytest.approx(high, abs=1e-12)
    low, *_ = of_groups(sklearn.metrics.balanced_accuracy_score, label)
    worst = metrics.worst_group_balanced_accuracy_score(y, label, **given)
    assert worst == pytest.approx(low, abs=1e-12)
    low, *_ = of_groups(sklearn.metrics.accuracy_score, label)
    worst = metrics.worst_group_accuracy_score(y, label, **given)
    assert worst == pytest.approx(low, abs=1e-12)
    names = np.array(["red", "rosé", "white"])
    by_name = metrics.worst_group_auc(names[y], proba, labels=names, **given)
    assert by_name == metrics.worst_group_auc(y, proba, **given)


@pytest.mark.parametrize("seed", range(20))
def test_auc_is_the_share_of_pairs_in_order(seed):
    rng = np.random.default_rng(seed)
    y, score = rng.integers(0, 2, 30), rng.integers(0, 1 + seed, 30)
    weight = rng.integers(0, 3, 30)
    won = total = 0.0
    for i in np.flatnonzero(y == 1):
        for j in np.flatnonzero(y == 0):
            total += weight[i] * weight[j]
            won += (
                weight[i] * weight[j] * ((score[i] > score[j]) + (score[i] == score[j]) / 2)
            )
    auc = metrics.overall_auc(y, score, sample_weight=weight)
    assert auc == pytest.approx(won / total, abs=1e-14)


def test_worked_by_hand():
    y_true = ["no", "yes", "yes", "no", "no", "yes", "yes", "no", "no"]
    y_pred = ["no", "yes", "no", "no", "yes", "yes", "yes", "yes", "no"]
    groups = list("FFFFMMMMM")
    # F: one of four selected, one of two yes found, no no selected, three of four right.
    # M: four of five selected, both yes found, two of three no selected, three of five.
    given = {"sensitive_features": groups}
    expected = {
        "worst_group_selection_rate_score": 1 / 4,
        "demographic_parity_difference": 4 / 5 - 1 / 4,
        "demographic_parity_ratio": (1 / 4) / (4 / 5),
        "worst_group_true_positive_rate_score": 1 / 2,
        "equal_opportunity_difference": 1 / 2,
        "worst_group_false_positive_rate_loss": 2 / 3,
        "equalized_odds_difference": 2 / 3,
        "equalized_odds_ratio": 0,
        "worst_group_accuracy_score": 3 / 5,
        "worst_group_balanced_accuracy_score": (1 + 1 / 3) / 2,
    }
    got = {name: getattr(metrics, name)(y_true, y_pred, **given) for name in expected}
    assert got == pytest.approx(expected, abs=1e-15)
    turned = metrics.worst_group_selection_rate_score(
        y_true, y_pred, **given, pos_label="no"
    )
    assert turned == pytest.approx(1 / 5)


def test_ratio_of_zeros_is_one_where_fairlearn_has_nan():
    y_true, y_pred, groups = [0, 1, 0, 1], [0, 0, 0, 0], list("FFMM")
    assert metrics.demographic_parity_ratio(y_true, y_pred, sensitive_features=groups) == 1
    assert metrics.equalized_odds_ratio(y_true, y_pred, sensitive_features=groups) == 1


def test_certain_mistakes_have_a_finite_loss():
    y, proba, groups = [0, 1, 0, 1], np.array([0.0, 0.0, 0.5, 0.5]), list("FFMM")
    loss = metrics.worst_group_log_loss(y, proba, sensitive_features=groups)
    assert loss == pytest.approx(sklearn.metrics.log_loss(y[:2], proba[:2], labels=[0, 1]))
    single = metrics.worst_group_log_loss(
        y, proba.astype(np.float32), sensitive_features=groups
    )
    # Half of -log of the rounding unit of float32, 2 ** -23.
    assert single == pytest.approx(23 * np.log(2) / 2, rel=1e-6)


@pytest.mark.parametrize(
    "kind",
    [
        lambda y, s, g: (list(y), list(s), list(g)),
        lambda y, s, g: (pd.Series(list(y), index=y.index[::-1]), s, pd.Series(list(g))),
        lambda y, s, g: (y, np.column_stack([1 - s, s]), pd.DataFrame({"sex": g})),
        lambda y, s, g: (np.array(y)[:, None], np.array(s)[:, None], np.array(g)),
        lambda y, s, g: (y.astype(bool), s, pd.Categorical(g)),
        lambda y, s, g: (y.map({0: "a", 1: "b"}), s, pd.Series(list(g), dtype="string")),
        lambda y, s, g: (y.astype("category"), s, g.astype(int)),
        lambda y, s, g: (y.astype("Int64"), s, g),
        lambda y, s, g: (2 * y - 1, s, g),
    ],
)
def test_same_answer_for_every_kind_of_input(diabetes, kind):
    y, score, _, groups, _ = diabetes
    score, sex = pd.Series(score), groups["sex"]
    expected = metrics.worst_group_auc(y, score, sensitive_features=sex)
    labels, scores, members = kind(y, score, sex)
    assert metrics.worst_group_auc(labels, scores, sensitive_features=members) == expected


def test_weights_repeat_rows_and_zero_removes_them(diabetes):
    y, score, decision, groups, _ = diabetes
    y, groups = y.to_numpy(), groups.to_numpy()
    weight = np.random.default_rng(1).integers(0, 4, len(y))
    weight[(groups[:, 0] == True) & (groups[:, 1] == "old")] = 0  # noqa: E712
    rows = np.repeat(np.arange(len(y)), weight)
    for quantity, names in FORMS.items():
        output = decision if quantity in LABEL_METRICS else score
        for name in names:
            metric = getattr(metrics, name)
            weighted = metric(y, output, sensitive_features=groups, sample_weight=weight)
            repeated = metric(y[rows], output[rows], sensitive_features=groups[rows])
            assert weighted == pytest.approx(repeated, abs=1e-12), name


def test_ignores_the_order_of_rows_and_the_scale_of_scores(diabetes):
    y, score, _, groups, weight = diabetes
    order = np.random.default_rng(0).permutation(len(y))
    for name in ("worst_group_auc", "max_group_auc_disparity"):
        metric = getattr(metrics, name)
        value = metric(y, score, sensitive_features=groups, sample_weight=weight)
        other = metric(
            y.to_numpy()[order],
            1e8 * np.log(score[order]),
            sensitive_features=groups.to_numpy()[order],
            sample_weight=1e-8 * weight[order],
        )
        assert other == pytest.approx(value, abs=1e-12)


NO_POSITIVE = "Group 'F' has no positive sample, so its {} is undefined"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("worst_group_auc", "AUC"),
        ("equal_opportunity_difference", "true-positive rate"),
        ("equalized_odds_ratio", "true-positive rate"),
        ("max_group_balanced_accuracy_disparity", "balanced accuracy"),
    ],
)
def test_undefined_group_is_named_or_left_out(name, title):
    y, output, groups = [0, 0, 0, 1], [0, 1, 0, 1], list("FFMM")
    metric = getattr(metrics, name)
    message = f"{NO_POSITIVE.format(title)}. {NEXT}"
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        metric(y, output, sensitive_features=groups)
    message = f"{NO_POSITIVE.format(title)} and the group is left out."
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$") as caught:
        metric(y, output, sensitive_features=groups, undefined="warn")
    assert caught[0].filename == __file__


def test_a_group_that_is_left_out_changes_nothing():
    y, score = [0, 0, 1, 0, 1, 0, 1], [0.5, 0.1, 0.6, 0.4, 0.4, 0.9, 0.8]
    with pytest.warns(UserWarning, match="^Group 'F' has no positive sample, so"):
        value = metrics.max_group_auc_disparity(
            y, score, sensitive_features=list("FMMNNOO"), undefined="warn"
        )
    assert value == 1.0  # M ranks in order, N ties, O upside down


def test_all_groups_undefined():
    message = (
        "No group has a defined AUC. Group 'F & old' has no negative sample. Group "
        "'M & old' has no positive sample. Score more rows at a time, or merge groups."
    )
    groups = pd.DataFrame({"sex": ["F", "M"], "age": ["old", "old"]})
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        metrics.worst_group_auc(
            [1, 0], [0.1, 0.2], sensitive_features=groups, undefined="warn"
        )


def test_undefined_class_among_three():
    y, proba = [0, 1, 2, 0, 1, 1], np.full((6, 3), 1 / 3)
    message = f"Group 'M' has no sample of class 2, so its AUC is undefined. {NEXT}"
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        metrics.worst_group_auc(y, proba, sensitive_features=list("FFFMMM"))
    # A class that no row of a fold has does not matter to the log loss.
    loss = metrics.worst_group_log_loss(
        y[3:], proba[3:], sensitive_features=list("MMM"), labels=[0, 1, 2]
    )
    assert loss == pytest.approx(np.log(3))


def test_undefined_overall():
    message = (
        "The rows to score have no positive sample, so their AUC is undefined. Score more "
        "rows at a time: fewer folds, or folds stratified by label."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        metrics.overall_auc([0, 0, 1], [0.1, 0.2, 0.3], sample_weight=[1, 1, 0])
    message = message.replace("positive", "negative").replace("AUC", "false-positive rate")
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        metrics.overall_false_positive_rate_loss([1, 1], [1, 0])


def test_one_label_of_two_is_enough_where_the_other_is_known():
    given = {"sensitive_features": list("FM")}
    selected = metrics.worst_group_selection_rate_score
    assert selected([0, 0], [0, 0], **given) == 0
    assert selected([1, 1], [1, 1], **given) == 1
    assert selected([-1, -1], [-1, -1], **given) == 0
    assert selected(["no", "no"], ["no", "no"], **given, pos_label="yes") == 0
    assert selected(["yes", "yes"], ["yes", "yes"], **given, pos_label="yes") == 1


def test_every_quantity_has_its_four_forms_and_odds_two():
    forms = [name for names in FORMS.values() for name in names]
    odds = ["equalized_odds_difference", "equalized_odds_ratio"]
    scored = [name.removeprefix("neg_") for name in metrics.get_scorer_names()]
    assert sorted(scored) == sorted(forms + odds)
    assert set(forms + odds) < set(metrics.__all__)
