"""Inputs of every kind, hard ones, and those that are refused with an explanation."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.exceptions import DataConversionWarning, NotFittedError
from torch import nn

from skfairbargain.exceptions import (
    ConstantPredictionWarning,
    DivergenceWarning,
    NoAgreementWarning,
    SkippedStepWarning,
    UndefinedGroupError,
)
from skfairbargain.protocols import Nash
from tests.small_model import (
    VALIDATION,
    X,
    Y,
    fit,
    logistic,
    make_classifier,
    make_data,
    raises,
)

# Inputs


@pytest.mark.parametrize("labels", [
    ["no", "yes"], [False, True], [3, 17], [-1.0, 1.0], ["b", "a"],
], ids=str)  # fmt: skip
@pytest.mark.parametrize("kind", ["array", "object", "list", "series", "category"])
def test_labels_of_every_kind_come_back(labels, kind):
    make = {
        "array": lambda y: y,
        # Scikit-learn knows object arrays of strings, and no others.
        "object": lambda y: y.astype(object) if y.dtype.kind == "U" else y,
        "list": lambda y: y.tolist(),
        "series": lambda y: pd.Series(y, index=np.arange(len(y))[::-1]),
        "category": lambda y: pd.Series(y, dtype="category"),
    }[kind]
    labels = np.array(labels)
    validation = {**VALIDATION, "y_val": make(labels[VALIDATION["y_val"]])}
    clf = make_classifier().fit(X, make(labels[Y]), **validation)
    assert clf.classes_.tolist() == sorted(labels.tolist())
    assert set(clf.predict(X).tolist()) == set(labels.tolist())
    same = make_classifier().fit(X, np.searchsorted(clf.classes_, labels[Y]), **{
        **VALIDATION, "y_val": np.searchsorted(clf.classes_, labels[VALIDATION["y_val"]])
    })  # fmt: skip
    np.testing.assert_array_equal(clf.predict_proba(X), same.predict_proba(X))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "bool"])
def test_numbers_of_every_kind(dtype):
    rows = np.round(X).astype(dtype)
    X_val = np.round(VALIDATION["X_val"]).astype(dtype).astype("float64")
    validation = {**VALIDATION, "X_val": X_val}
    clf = make_classifier().fit(rows, Y, **validation)
    expected = np.float64 if dtype in ("float64", "int64") else np.float32
    assert clf.predict_proba(rows).dtype == expected
    assert clf.predict_proba(X.astype("float64")).dtype == expected


SPARSE = [sparse.csr_matrix, sparse.csc_array, sparse.coo_array]


@pytest.mark.parametrize(
    "convert",
    [
        pd.DataFrame,
        lambda a: a.tolist(),
        *SPARSE,
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=0)[::2],
    ],
    ids=["frame", "list", "csr", "csc", "coo", "fortran", "strided"],
)
@pytest.mark.parametrize("module", [None, logistic])
def test_containers_of_every_kind_give_the_same_model(convert, module):
    # The mean of sparse rows is not subtracted.
    standardize = "auto" if convert not in SPARSE else False
    clf = make_classifier(module=module, standardize=standardize)
    expected = clf.fit(X, Y, **VALIDATION).predict_proba(X)
    rows = convert(X)
    if isinstance(rows, pd.DataFrame):
        rows.columns = list("abcde")
        val = pd.DataFrame(VALIDATION["X_val"], columns=list("abcde"))
    else:
        val = convert(VALIDATION["X_val"])
    clf.fit(rows, Y, **{**VALIDATION, "X_val": val})
    bound = 1e-3 if isinstance(rows, list) else 1e-9  # lists become float32
    np.testing.assert_allclose(clf.predict_proba(rows), expected, rtol=bound)


def test_arrays_may_be_read_only():
    rows, val = X.copy(), VALIDATION["X_val"].copy()
    for array in (rows, val):
        array.setflags(write=False)
    warned = torch.is_warn_always_enabled()
    torch.set_warn_always(True)  # torch complains once in a process otherwise
    try:
        clf = make_classifier().fit(rows, Y, **{**VALIDATION, "X_val": val})
        predicted = clf.predict_proba(rows)
    finally:
        torch.set_warn_always(warned)
    np.testing.assert_array_equal(predicted, fit().predict_proba(X))


def test_a_column_of_labels_is_taken_with_scikit_learns_warning():
    with pytest.warns(DataConversionWarning):
        clf = make_classifier().fit(
            X, pd.DataFrame({"y": Y}),
            **{**VALIDATION, "y_val": pd.DataFrame({"y": VALIDATION["y_val"]})},
        )  # fmt: skip
    np.testing.assert_array_equal(clf.predict_proba(X), fit().predict_proba(X))


def test_several_sensitive_columns_become_intersections():
    groups = pd.DataFrame(
        {"sex": VALIDATION["groups_val"], "old": np.tile([True, False], 8)}
    )
    clf = make_classifier().fit(X, Y, **{**VALIDATION, "groups_val": groups})
    assert clf.groups_ == [("F", False), ("F", True), ("M", False), ("M", True)]
    assert "F & False" in clf.history_[0]["group_losses"]
    assert clf.sample_influence_.shape == (120, 4)


def test_three_classes():
    X, y, validation = make_data(n_classes=3, n=200)
    clf = make_classifier(max_epochs=30, dropout=0.0).fit(X, y, **validation)
    assert clf.predict_proba(X).shape == clf.decision_function(X).shape == (200, 3)
    assert len(clf.cells_) == 6
    assert clf.score(X, y) > 0.8


def test_without_a_validation_set_classes_are_groups_and_rows_are_held_out():
    clf = make_classifier(validation_fraction=0.2, batch_size=12).fit(X, Y)
    assert clf.groups_ == [0, 1]
    held_out = (clf.sample_influence_ == 0).all(axis=1)
    assert np.bincount(Y[held_out]).tolist() == [12, 12]
    smaller = make_classifier(validation_fraction=0.1, batch_size=12).fit(X, Y)
    assert (smaller.sample_influence_ == 0).all(axis=1).sum() == 12


def test_inputs_with_more_dimensions_go_to_a_module():
    def images(n_classes):
        return nn.Sequential(nn.Flatten(), nn.Linear(12, n_classes))

    rng = np.random.default_rng(0)
    stack, y = rng.normal(size=(50, 3, 4)), np.arange(50) % 2
    clf = make_classifier(module=images).fit(stack, y)
    assert clf.predict_proba(stack).shape == (50, 2)


# Hard inputs: nothing becomes NaN


HARD = {
    "constant features": lambda X, val: (np.ones_like(X), np.ones_like(val)),
    "saturated": lambda X, val: (1e4 * X, 1e4 * val),
    "huge": lambda X, val: (1e30 * X, 1e30 * val),
    "tiny": lambda X, val: (1e-30 * X, 1e-30 * val),
    "zeros": lambda X, val: (0 * X, 0 * val),
}


@pytest.mark.parametrize("hard", HARD)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("anchor", [0.0, 0.5])
@pytest.mark.parametrize("feasible", ["ball", "weights"])
def test_finite_input_gives_no_nan(hard, dtype, anchor, feasible):
    rows, val = HARD[hard](X.astype(dtype), VALIDATION["X_val"].astype(dtype))
    clf = make_classifier(anchor=anchor, bargaining=Nash(feasible))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoAgreementWarning)
        warnings.simplefilter("ignore", SkippedStepWarning)
        warnings.simplefilter("ignore", DivergenceWarning)
        warnings.simplefilter("ignore", ConstantPredictionWarning)
        clf.fit(rows, Y, **{**VALIDATION, "X_val": val})
    assert np.isfinite(clf.predict_proba(rows)).all()
    assert np.isfinite(clf.sample_influence_).all()
    for row in clf.history_:
        numbers = [*row["group_losses"].values(), *(row["alpha"] or {}).values()]
        assert np.isfinite([*numbers, row["train_loss"] or 0, row["conflict_rate"]]).all()


class Solved(nn.Module):
    """Rows of group M, marked by the last feature, are right beyond any doubt."""

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.head = nn.Linear(n_features, n_classes)

    def forward(self, X):
        return self.head(X) + 1e3 * X[:, [4]] * torch.stack([-X[:, 1], X[:, 1]], dim=1)


def test_a_group_whose_loss_is_already_0_leaves_the_table():
    rows, val = X.copy(), VALIDATION["X_val"].copy()
    rows[:, 4] = 0
    val[:, 4] = VALIDATION["groups_val"] == "M"
    val[:, 1] = np.where(VALIDATION["y_val"] == 1, 3, -3)
    clf = make_classifier(module=Solved, anchor=0.0, standardize=False)
    clf.fit(rows, Y, **{**VALIDATION, "X_val": val})
    assert clf.history_[0]["group_losses"]["M"] == 0
    assert clf.history_[0]["bargaining_success_rate"] > 0
    assert clf.history_[0]["alpha"]["M, 0"] == 0
    assert clf.history_[-1]["group_losses"]["F"] < clf.history_[0]["group_losses"]["F"]
    assert (clf.sample_influence_[:, 1] == 0).all()


@pytest.mark.filterwarnings("ignore::skfairbargain.exceptions.NoAgreementWarning")
@pytest.mark.parametrize("batch_size", [1, 7, 500])
def test_batches_of_one_and_larger_than_the_data(batch_size):
    rows = slice(0, 40)
    clf = make_classifier(batch_size=batch_size, max_epochs=2)
    clf.fit(X[rows], Y[rows], **VALIDATION)
    assert np.isfinite(clf.predict_proba(X)).all()


def test_one_sample_per_cell():
    X, y, validation = make_data(per_cell=1)
    clf = make_classifier().fit(X, y, **validation)
    assert clf.n_iter_ == 4


@pytest.mark.filterwarnings("ignore::skfairbargain.exceptions.NoAgreementWarning")
def test_a_hundred_groups():
    X, y, validation = make_data(n_groups=100, per_cell=1)
    clf = make_classifier(dropout=0.0).fit(X, y, **validation)
    assert clf.sample_influence_.shape == (120, 100)
    assert len(clf.history_[0]["group_losses"]) == 100


# Errors


def with_value(array, value):
    array = np.array(array, dtype=float)
    array[1, 2] = value
    return array


def bad_inputs():
    nan = "Input X contains NaN.\nNashMetaClassifier does not accept missing values"
    prepared = "`X_val` should be prepared as `X` was. "
    lengths = "should have the same number of rows. Got 16 and 9."
    val = VALIDATION
    return [
        ({"X": with_value(X, np.nan)}, nan),
        ({"X": with_value(X, np.inf)},
         "Input X contains infinity or a value too large for dtype('float64')."),
        ({"X_val": with_value(val["X_val"], np.nan)}, prepared + nan),
        ({"X_val": with_value(val["X_val"], -np.inf)},
         prepared + "Input X contains infinity or a value too large for dtype('float64')."),
        ({"y": Y[:100]},
         "Found input variables with inconsistent numbers of samples: [120, 100]. "
         "`X` and `y` should have the same number of rows."),
        ({"y_val": val["y_val"][:9]}, "`X_val` and `y_val` " + lengths),
        ({"groups_val": val["groups_val"][:9]}, "`X_val` and `groups_val` " + lengths),
        ({"X_val": val["X_val"][:, :3]},
         prepared + "X has 3 features, but NashMetaClassifier is expecting 5 features"),
        ({"X_val": None},
         "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, or none of "
         "the three."),
        ({"y_val": None}, "`y_val` should be given with `X_val`. Got None."),
        ({"y": np.zeros(120)},
         "`y` should have 2 classes or more among the rows with a weight. Got 1 class: "
         "[0.0]."),
        ({"y_val": val["y_val"].astype(str)},
         "`y_val` should have no other classes than [0, 1]. Got ['0', '1'] as well."),
        ({"y_val": np.where(val["y_val"], np.nan, 0)},
         "`y_val` should have a label in every row. Got missing values in 8 of 16 rows. "
         "Leave these rows out."),
        ({"y_val": np.where(val["y_val"], None, 0)},
         "`y_val` should have a label in every row. Got missing values in 8 of 16 rows. "
         "Leave these rows out."),
        ({"y": [np.nan, *Y[1:].astype(str)]},
         "`y` should have a label in every row. Got missing values in 1 of 120 rows. "
         "Leave these rows out."),
        ({"y": ["1", *Y[1:].tolist()]},
         "`y` should hold class labels of one kind. Got text and values of type int. "
         "Convert them, as with [str(label) for label in y]."),
        ({"y_val": ["1", *val["y_val"][1:].tolist()]},
         "`y_val` should hold class labels of one kind. Got text and values of type int. "
         "Convert them, as with [str(label) for label in y_val]."),
        ({"y": X[:, 0]}, "Unknown label type: continuous."),
        ({"groups_val": np.where(val["groups_val"] == "M", None, "F")},
         "`groups_val` should have a group for every row. Got missing values in 8 of 16 "
         "rows."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "message"), bad_inputs(), ids=lambda part: str(part)[:9]
)
def test_bad_input_is_explained(changed, message):
    given = {"X": X, "y": Y, **VALIDATION, **changed}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}") as caught:
        make_classifier().fit(given.pop("X"), given.pop("y"), **given)
    if message.endswith(".") and "label type" not in message and "missing" not in message:
        assert str(caught.value).startswith(message)
    with pytest.raises(NotFittedError):
        make_classifier().predict(X)


def test_a_group_with_one_label_is_an_error_that_says_what_to_do():
    message = (
        "Group 'M' has 4 rows in the validation set, all of class 1. Every group needs "
        "rows of two classes or more: use balanced_validation_split(..., per_cell=5), or "
        "merge the group with another."
    )
    kept = (VALIDATION["groups_val"] == "F") | (VALIDATION["y_val"] == 1)
    with raises(message, UndefinedGroupError):
        make_classifier().fit(X, Y, **{name: a[kept] for name, a in VALIDATION.items()})


def test_other_columns_at_predict_are_refused():
    frame = pd.DataFrame(X, columns=list("abcde"))
    val = pd.DataFrame(VALIDATION["X_val"], columns=list("abcde"))
    clf = make_classifier().fit(frame, Y, **{**VALIDATION, "X_val": val})
    assert clf.feature_names_in_.tolist() == list("abcde")
    names = "The feature names should match those that were passed during fit.\n"
    with raises(names + "Feature names must be in the same order as they were in fit.\n"):
        clf.predict(frame[list("edcba")])
    unseen = names + (
        "Feature names unseen at fit time:\n- z\n"
        "Feature names seen at fit time, yet now missing:\n- e\n"
    )
    with raises(unseen):
        clf.predict(frame.rename(columns={"e": "z"}))
    message = "X has 4 features, but NashMetaClassifier is expecting 5 features as input."
    with raises(message):
        fit().predict_proba(X[:, :4])


def test_a_fit_that_failed_leaves_no_model():
    clf = make_classifier(module=nn.Linear(5, 3))
    message = (
        "`module` should map inputs of shape (3, 5) to logits of shape (3, 2), one per "
        "class. Got shape (3, 3)."
    )
    with raises(message):
        clf.fit(X, Y, **VALIDATION)
    with pytest.raises(NotFittedError):
        clf.predict(X)


def test_layer_sizes_are_checked():
    message = (
        "`hidden_layer_sizes` should hold integers above 0, one per hidden layer. Got "
        "(8, 0)."
    )
    with raises(message):
        fit(hidden_layer_sizes=(8, 0))
