import re

import numpy as np
import pytest

from skfairbargain import metrics

SEX = {"sensitive_features": list("FFMM")}
BAD = {
    "no groups": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4], 
        {"sensitive_features": None},
        "`sensitive_features` should hold a group for each row. Got None. Pass the column, "
        "or the columns, that say which group a row belongs to."),
    "undefined": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {**SEX, "undefined": "omit"},
        "`undefined` should be 'raise' or 'warn'. Got 'omit'."),
    "labels as scores": ("worst_group_auc", [0, 1, 0, 1], list("nyny"), SEX,
        "`y_score` should hold numbers. Got values such as 'n'. Pass predict_proba(X) or "
        "decision_function(X), not predict(X)."),
    "columns": ("worst_group_auc", [0, 1, 0, 1], np.eye(4), SEX,
        "`y_score` should have one column, or two, for the classes [0, 1]. Got shape "
        "(4, 4). Pass predict_proba(X), and `labels` (the model's classes_) where `y_true` "
        "may lack some class."),
    "one column": ("worst_group_auc", [0, 1, 2, 1], [1, 2, 3, 4], SEX,
        "`y_score` should have one column a class, for the classes [0, 1, 2]. Got shape "
        "(4,). Pass predict_proba(X), and `labels` (the model's classes_) where `y_true` "
        "may lack some class."),
    "strange label": ("worst_group_auc", [0, 1, 2, 1], [1, 2, 3, 4],
        {**SEX, "labels": [0, 1]},
        "`labels`, a model's classes_, should name every class of `y_true`. Got [0, 1], "
        "without 2."),
    "one label": ("worst_group_auc", list("aaaa"), [1, 2, 3, 4], SEX,
        "`y_true` should hold two labels or more. Got 'a' only, so which class a score "
        "speaks for is unclear. Pass the classes as `labels`."),
    "margins": ("worst_group_log_loss", [0, 1, 0, 1], [-2, 1, 0, 3], SEX,
        "`y_proba` should hold probabilities between 0 and 1. Got values from -2 to 3. "
        "Pass predict_proba(X), not decision_function(X)."),
    "not one": ("worst_group_log_loss", [0, 1, 0, 1], np.full((4, 2), 0.4), SEX,
        "The rows of `y_proba` should add up to 1. Row 0 adds up to 0.8. Pass "
        "predict_proba(X)."),
    "no rows": ("worst_group_auc", [], [], {"sensitive_features": []},
        "`y_true` should have at least one row. Got none."),
    "missing": ("worst_group_auc", [0, None, 0, 1], [1, 2, 3, 4], SEX,
        "`y_true` should have a label for every row. Got 1 missing."),
    "scores": ("worst_group_accuracy_score", [0, 1, 0, 1], [0.5, 1, 0, 1], SEX,
        "`y_pred` should hold class labels. Got numbers such as 0.5."),
    "kinds": ("worst_group_accuracy_score", [0, 1, 0, 1], list("0101"), SEX,
        "`y_true` and `y_pred` should hold labels of one kind. Got 0 and '0'. Pass "
        "predict(X), or map one to the other."),
    "three": ("equalized_odds_ratio", [0, 1, 2, 1], [0, 1, 0, 1], SEX,
        "The true-positive rate needs two labels. Got 3: 0, 1, 2. Compare one class with "
        "the rest, as in y == 2, or use accuracy, balanced accuracy, AUC or log loss."),
    "unclear": ("equalized_odds_ratio", list("yyyy"), list("yyyy"), SEX,
        "`y_true` and `y_pred` hold one label, 'y', so which label is the positive one is "
        "unclear. Pass `pos_label`."),
    "pos_label": ("equalized_odds_ratio", [0, 1, 0, 1], [0, 1, 0, 1],
        {**SEX, "pos_label": 2},
        "`pos_label` should be one of the labels [0, 1]. Got 2."),
    "negative weight": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {**SEX, "sample_weight": [1, 2, -1, 1]},
        "`sample_weight` should be zero or more, and not zero everywhere. Got weights from "
        "-1 to 2."),
    "nan score": ("worst_group_auc", [0, 1, 0, 1], [1, 2, np.nan, 4], SEX,
        "`y_score` should hold finite numbers. Got nan in row 2."),
    "infinite score": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, -np.inf], SEX,
        "`y_score` should hold finite numbers. Got -inf in row 3."),
    "missing score": ("worst_group_log_loss", [0, 1, 0, 1], [0.1, None, 0.2, 0.4], SEX,
        "`y_proba` should hold numbers. Got values such as None. Pass predict_proba(X), "
        "not predict(X)."),
    "numbers as texts": ("worst_group_auc", [0, 1, 0, 1], ["0.1", "0.2", "0.3", "1"], SEX,
        "`y_score` should hold numbers. Got values such as '0.1'. Pass predict_proba(X) or "
        "decision_function(X), not predict(X)."),
    "ragged score": ("worst_group_auc", [0, 1], [[1, 2], [3]], {**SEX},
        "`y_score` should be an array. Got rows of different lengths."),
    "three dimensions": ("worst_group_auc", [0, 1, 0, 1], np.zeros((4, 2, 2)), SEX,
        "`y_score` should have one dimension, or a column a class. Got shape (4, 2, 2)."),
    "one number": ("worst_group_auc", [0, 1, 0, 1], 0.5, SEX,
        "`y_score` should have one dimension, or a column a class. Got shape ()."),
    "lengths": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3], SEX,
        "`y_true` and `y_score` should have the same number of rows. Got 4 and 3."),
    "group lengths": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {"sensitive_features": list("FFM")},
        "`y_true` and `sensitive_features` should have the same number of rows. Got 4 and "
        "3."),
    "one-hot labels": ("worst_group_auc", np.eye(2), [1, 2], SEX,
        "`y_true` should have one label for each row. Got shape (2, 2)."),
    "no labels": ("worst_group_auc", None, [1, 2], SEX,
        "`y_true` should have one label for each row. Got shape ()."),
    "mixed labels": ("worst_group_auc", [0, "a", 0, 1], [1, 2, 3, 4], SEX,
        "`y_true` should hold labels of one kind. Got 0 and 'a'. Map one to the other."),
    "other labels": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {**SEX, "labels": ["0", "1"]},
        "`y_true` and `labels` should hold labels of one kind. Got 0 and '0'. Pass the "
        "model's classes_."),
    "equal labels": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {**SEX, "labels": [0, 1, 1]},
        "`labels` should be all different. Got [0, 1, 1]."),
    "pos_label of text": ("equalized_odds_ratio", [0, 0, 0, 0], [0, 0, 0, 0],
        {**SEX, "pos_label": "1"},
        "`pos_label` should be one of the labels [0]. Got '1'."),
    "agg": ("equalized_odds_ratio", [0, 1, 0, 1], [0, 1, 0, 1], {**SEX, "agg": "max"},
        "`agg` should be 'worst_case' or 'mean'. Got 'max'."),
    "weight of text": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {**SEX, "sample_weight": list("abcd")},
        "`sample_weight` should hold numbers. Got values such as 'a'. Pass a weight for "
        "each row."),
    "nan weight": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {**SEX, "sample_weight": [1, 1, 1, np.nan]},
        "`sample_weight` should hold finite numbers. Got nan in row 3."),
    "weight columns": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {**SEX, "sample_weight": np.ones((4, 2))},
        "`sample_weight` should have one weight for each row. Got shape (4, 2)."),
    "weight lengths": ("worst_group_auc", [0, 1, 0, 1], [1, 2, 3, 4],
        {**SEX, "sample_weight": [1, 1]},
        "`y_true` and `sample_weight` should have the same number of rows. Got 4 and 2."),
}  # fmt: skip


@pytest.mark.parametrize(("name", "y", "output", "given", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_explained(name, y, output, given, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(metrics, name)(y, output, **given)


def test_probabilities_of_low_precision_are_taken():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet(np.ones(3), size=40)
    y, groups = np.arange(40) % 3, np.arange(40) % 2
    rough = proba.astype(np.float16)
    # Their sums miss 1 by more than rounding in double precision explains.
    assert np.abs(rough.sum(axis=1, dtype=float) - 1).max() > 1e-4
    expected = metrics.worst_group_log_loss(y, proba, sensitive_features=groups)
    found = metrics.worst_group_log_loss(y, rough, sensitive_features=groups)
    assert found == pytest.approx(expected, rel=1e-2)
