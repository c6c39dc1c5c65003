"""Cells of a given validation set, and validation sets held out of the training rows."""

import re

import numpy as np
import pandas as pd
import pytest

from skfairbargain._inputs._held_out import hold_out
from skfairbargain._inputs._training_rows import TrainingRows
from skfairbargain._inputs._validation_set import given_validation_set
from skfairbargain.exceptions import UndefinedGroupError, ValidationSetWarning

CLASSES = np.array(["no", "yes"])
Y = np.array([0, 1, 1, 0, 0, 1])
X = np.arange(12.0).reshape(6, 2)
SEX = ["M", "M", "F", "F", "F", "F"]


@pytest.mark.parametrize(
    "groups",
    [
        SEX,
        np.array(SEX),
        np.array(SEX, dtype=object),
        np.array(SEX)[:, None],
        pd.Series(SEX, index=range(9, 3, -1)),
        pd.Series(SEX, dtype="category"),
        pd.Categorical(SEX),
        pd.DataFrame({"sex": SEX}),
    ],
    ids=lambda groups: type(groups).__name__,
)
def test_cells_are_sorted_pairs_of_group_and_class(groups):
    validation = given_validation_set(X, Y, groups, CLASSES)
    assert validation.players.groups == ["F", "M"]
    assert validation.players.cells == [
        ("F", "no"),
        ("F", "yes"),
        ("M", "no"),
        ("M", "yes"),
    ]
    assert validation.cells.tolist() == [2, 3, 1, 0, 0, 1]
    assert validation.players.cell_groups.tolist() == [0, 0, 1, 1]
    assert validation.players.names("groups") == ["F", "M"]
    assert validation.players.names("groups") == ["F", "M"]
    assert validation.players.names("cells") == ["F, no", "F, yes", "M, no", "M, yes"]


def test_several_columns_become_the_intersections_that_occur():
    groups = pd.DataFrame({"sex": SEX, "old": [True, True, False, False, True, True]})
    validation = given_validation_set(X, Y, groups, CLASSES)
    assert validation.players.groups == [("F", False), ("F", True), ("M", True)]
    assert validation.players.names("groups") == ["F & False", "F & True", "M & True"]
    assert validation.players.cells[0] == (("F", False), "no")
    assert len(validation.players.cells) == 6


def test_a_cell_without_rows_is_not_a_player():
    classes = np.array([0, 1, 2])
    y = np.array([0, 1, 2, 0, 1, 1])
    validation = given_validation_set(X, y, SEX, classes)
    # M has the classes 0 and 1, F has all three.
    assert validation.players.cells == [("F", 0), ("F", 1), ("F", 2), ("M", 0), ("M", 1)]
    assert validation.players.cell_groups.tolist() == [0, 0, 0, 1, 1]


def test_without_groups_the_classes_are_the_groups():
    validation = given_validation_set(X, Y, None, CLASSES)
    assert validation.players.groups == ["no", "yes"]
    assert validation.players.cells == [("no", "no"), ("yes", "yes")]
    assert validation.cells.tolist() == Y.tolist()


def test_labels_that_read_the_same_stay_apart():
    validation = given_validation_set(X, Y, np.array([1, 1, "1", "1", "1", "1"], object), Y)
    assert validation.players.names("groups") == ["1", "'1'"]
    assert len(set(validation.players.names("cells"))) == 4


def test_a_group_of_one_class_is_refused():
    message = (
        "Group 'M' has 2 rows in the validation set, all of class 'no'. Every group needs "
        "rows of two classes or more: use balanced_validation_split(..., per_cell=5), or "
        "merge the group with another."
    )
    y = np.array([0, 0, 1, 0, 0, 1])
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        given_validation_set(X, y, SEX, CLASSES)


def test_groups_that_name_the_classes_otherwise_are_refused_with_a_way_out():
    message = (
        "Group 'cats' has 3 rows in the validation set, all of class 'no'; likewise 'dogs' "
        "(3 of class 'yes'). Every group needs rows of two classes or more: use "
        "balanced_validation_split(..., per_cell=5), or merge the group with another. "
        "Where the groups are meant to be the classes, leave `groups_val` away."
    )
    groups = np.array(["cats", "dogs"])[Y]
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        given_validation_set(X, Y, groups, CLASSES)


def test_classes_whose_errors_training_cannot_see_are_warned_of():
    message = (
        "The validation set has no rows of the classes ['yes']. Without `groups_val` "
        "the classes are the groups, so training cannot see its errors on these. Add "
        "rows of them, or pass `groups_val`."
    )
    with pytest.warns(ValidationSetWarning, match=f"^{re.escape(message)}$"):
        validation = given_validation_set(X, np.zeros(6, int), None, CLASSES)
    assert validation.players.groups == ["no"]


@pytest.mark.parametrize(
    ("fraction", "per_class"), [(0.001, 1), (0.1, 5), (0.2, 10), (0.9, 15)]
)
def test_equally_many_of_every_class_are_held_out(fraction, per_class):
    # 70 rows of class 0 and 30 of class 2: never more than half of the rarest.
    y = np.r_[np.zeros(70, int), np.full(30, 2)]
    X = np.arange(100.0)[:, None]
    classes = np.array(["a", "b", "c"])
    given = TrainingRows(X, y, None, np.arange(len(y)), classes)
    left, validation = hold_out(given, fraction, 0)
    rows = left.rows
    assert np.bincount(validation.y).tolist() == [per_class, 0, per_class]
    assert validation.players.groups == ["a", "c"]
    assert sorted([*rows, *validation.X.ravel()]) == list(range(100))
    np.testing.assert_array_equal(y[validation.X.ravel().astype(int)], validation.y)
    np.testing.assert_array_equal(left.y, y[rows])
    again, _ = hold_out(given, fraction, 0)
    other, _ = hold_out(given, fraction, 1)
    assert rows.tolist() == again.rows.tolist() != other.rows.tolist()


def test_of_many_rows_a_hundred_of_each_class_are_held_out():
    y = np.repeat([0, 1], 5_000)
    every = np.arange(len(y))
    given = TrainingRows(every[:, None], y, None, every, CLASSES)
    rows, validation = hold_out(given, 0.1, 0)
    assert np.bincount(validation.y).tolist() == [100, 100]
    assert len(rows.rows) == 9_800


def test_a_class_of_one_row_cannot_be_held_out():
    message = (
        "A class should have 2 samples or more, so that one can be held out for "
        "validation. Class 'yes' has 1 sample. Leave it out, or pass `X_val` and `y_val`."
    )
    rows = TrainingRows(X, np.array([0, 0, 0, 0, 0, 1]), None, np.arange(6), CLASSES)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        hold_out(rows, 0.1, 0)
