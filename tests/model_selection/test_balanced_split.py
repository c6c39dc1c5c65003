"""Balanced validation splits: exact counts, every container, clear refusals."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array
from sklearn.utils._param_validation import InvalidParameterError

from skfairbargain._utils import shortly
from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.model_selection import (
    balanced_validation_indices,
    balanced_validation_split,
    encode_cells,
)
from tests.small_model import raises


def rows(n_per_cell=(7, 9, 4, 12)):
    """Groups F and M with labels no and yes, so many rows per cell, shuffled."""
    cells = [("F", "no"), ("F", "yes"), ("M", "no"), ("M", "yes")]
    listed = [cell for cell, n in zip(cells, n_per_cell, strict=True) for _ in range(n)]
    sex, y = np.random.default_rng(0).permutation(listed).T
    return np.arange(2.0 * len(y)).reshape(-1, 2), y, sex


@pytest.mark.parametrize("per_cell", [1, 3, 4])
def test_every_cell_has_the_same_number_of_validation_rows(per_cell):
    _, y, sex = rows()
    train, val = balanced_validation_indices(y, sex, per_cell=per_cell, random_state=0)
    assert pd.crosstab(sex[val], y[val]).to_numpy().tolist() == [[per_cell] * 2] * 2
    assert_array_equal(np.sort(np.concatenate([train, val])), np.arange(32))
    assert (np.diff(train) > 0).all()
    assert (np.diff(val) > 0).all()


def test_the_order_of_results_is_that_of_train_test_split():
    X, y, sex = rows()
    train, val = balanced_validation_indices(y, sex, per_cell=2, random_state=3)
    parts = balanced_validation_split(X, y, sex, per_cell=2, random_state=3)
    expected = [X[train], X[val], y[train], y[val], sex[train], sex[val]]
    for part, what in zip(parts, expected, strict=True):
        assert_array_equal(part, what)


@pytest.mark.parametrize(
    ("container", "of_groups"),
    [
        (np.asarray, np.asarray),
        (pd.DataFrame, pd.Series),
        (csr_array, pd.Series),
        (pd.DataFrame, list),
    ],
)
def test_containers_come_back_as_they_came(container, of_groups):
    X, y, sex = rows()
    X, sex = container(X), of_groups(sex)
    result = balanced_validation_split(X, pd.Series(y), sex, per_cell=1, random_state=0)
    assert [type(part) for part in result] == [
        *[type(X)] * 2,
        *[pd.Series] * 2,
        *[type(sex)] * 2,
    ]
    assert [len(part) if of_groups is list else part.shape[0] for part in result[4:]] == [
        28,
        4,
    ]


def test_data_frames_keep_their_index():
    X, y, sex = rows()
    frame = pd.DataFrame(X, columns=["a", "b"], index=[f"row{i}" for i in range(len(X))])
    X_train, X_val, *_ = balanced_validation_split(
        frame, y, sex, random_state=0, per_cell=2
    )
    for part in (X_train, X_val):
        pd.testing.assert_frame_equal(part, frame.loc[part.index])


def test_several_columns_become_intersections():
    rng = np.random.default_rng(0)
    groups = pd.DataFrame(
        {"sex": rng.choice(["F", "M"], 400), "old": rng.choice([0, 1], 400)}
    )
    y = rng.integers(0, 3, 400)
    *_, y_val, _, groups_val = balanced_validation_split(
        y[:, None], y, groups, per_cell=2, random_state=0
    )
    counts = groups_val.assign(y=y_val).value_counts()
    assert len(counts) == 2 * 2 * 3
    assert set(counts) == {2}


def test_a_seed_repeats_the_split_and_leaves_numpys_state_alone():
    _, y, sex = rows()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (
        balanced_validation_indices(y, sex, random_state=seed, per_cell=2)[1]
        for seed in (0, 0, 1)
    )
    assert_array_equal(first, again)
    assert first.tolist() != other.tolist()
    assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def message(error, function):
    with pytest.raises(error) as caught:
        function()
    return str(caught.value)


def test_a_small_cell_is_named():
    _, y, sex = rows()
    assert message(UndefinedGroupError, lambda: balanced_validation_indices(y, sex)) == (
        "Every group should have 5 rows or more of each label. Group 'M' has 4 of label "
        "'no'. Lower per_cell to 4 or less, or merge the group with another."
    )


def test_a_missing_cell_is_named():
    _, y, sex = rows((7, 9, 0, 12))
    assert message(UndefinedGroupError, lambda: balanced_validation_indices(y, sex)) == (
        "Every group should have 5 rows or more of each label. Group 'M' has 0 of label "
        "'no'. Merge the group with another."
    )


def test_a_label_is_not_used_up():
    _, y, sex = rows((5, 9, 5, 12))
    assert message(UndefinedGroupError, lambda: balanced_validation_indices(y, sex)) == (
        "Every label should keep a row to train on. Drawing 5 rows per cell takes all of "
        "label 'no'. Lower per_cell."
    )


@pytest.mark.parametrize("per_cell", [0, 1.5, "five"])
def test_per_cell_is_a_positive_integer(per_cell):
    _, y, sex = rows()
    text = message(
        InvalidParameterError,
        lambda: balanced_validation_indices(y, sex, per_cell=per_cell),
    )
    assert text == (
        "The 'per_cell' parameter of balanced_validation_indices must be an int in the "
        f"range [1, inf). Got {per_cell!r} instead."
    )


def test_lengths_must_agree():
    X, y, sex = rows()
    text = message(ValueError, lambda: balanced_validation_split(X, y[:-1], sex))
    assert text == (
        "`X`, `y` and `groups` should have the same number of rows. Got 32, 31 and 32."
    )


def test_missing_groups_are_refused():
    _, y, sex = rows()
    sex = pd.Series(sex).where(np.arange(len(sex)) > 1)
    assert message(ValueError, lambda: balanced_validation_indices(y, sex)) == (
        "`groups` should have a group for every row. Got missing values in 2 of 32 rows. "
        "Give these rows a group of their own, such as 'unknown', or leave them out."
    )


def test_cells_are_group_times_label():
    groups = pd.DataFrame({"sex": list("FFMM"), "age": ["40+", "40+", "40+", "40-"]})
    cells = encode_cells(groups, ["no", "yes", "no", "no"])
    assert cells.groups == [("F", "40+"), ("M", "40+"), ("M", "40-")]
    assert cells.labels.tolist() == ["no", "yes"]
    assert cells.codes.tolist() == [0, 1, 2, 4]
    assert cells.counts.tolist() == [[1, 1], [1, 0], [1, 0]]
    for code, group, label in zip(cells.codes, ["F", "F", "M", "M"], "nynn", strict=True):
        place = divmod(code, 2)
        assert cells.groups[place[0]][0] == group
        assert cells.labels[place[1]][0] == label


def test_cells_of_inputs_of_different_lengths_are_refused():
    message = r"^`groups` and `y` should have the same number of rows. Got 1 and 2\.$"
    with pytest.raises(ValueError, match=message):
        encode_cells(["F"], [0, 1])


def test_one_row_of_a_label_is_enough_to_train_on():
    # Three groups with two rows of each label; per_cell=2 takes them all.
    groups, y = np.repeat(list("abc"), 4), np.tile([0, 0, 1, 1], 3)
    text = message(
        UndefinedGroupError, lambda: balanced_validation_indices(y, groups, per_cell=2)
    )
    assert text == (
        "Every label should keep a row to train on. Drawing 2 rows per cell takes all of "
        "label 0. Lower per_cell."
    )
    train, val = balanced_validation_indices(
        np.append(y, [0, 1]), np.append(groups, ["a", "b"]), per_cell=2, random_state=0
    )
    assert (len(train), len(val)) == (2, 12)


def test_one_row_is_told_in_the_singular():
    message = (
        "^Every group should have 1 row or more of each label. Group 'b' has 0 of label 1"
    )
    with pytest.raises(UndefinedGroupError, match=message):
        balanced_validation_indices([0, 1, 0, 1, 0], list("aaaab"), per_cell=1)


@pytest.mark.parametrize("of_labels", [False, True])
def test_classes_can_be_the_groups(of_labels):
    y = np.array([2, 2, 2, 0, 0, 0, 0, 5, 5, 5, 5, 5])
    X, groups = np.arange(24).reshape(12, 2), [y] if of_labels else []
    parts = balanced_validation_split(X, y, *groups, per_cell=2, random_state=0)
    assert len(parts) == 6 if of_labels else 4
    assert np.unique(parts[3], return_counts=True)[1].tolist() == [2, 2, 2]
    assert_array_equal(np.sort(np.concatenate(parts[:2])[:, 0]), X[:, 0])
    train, val = balanced_validation_indices(y, *groups, per_cell=2, random_state=0)
    assert_array_equal(parts[1], X[val])
    assert_array_equal(parts[2], y[train])


def test_classes_that_are_too_small_are_named():
    message = (
        "Every class should have 4 rows or more. Class 'cat' has 1 row. Lower per_cell to "
        "1, or leave the class out."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        balanced_validation_split(np.ones((7, 1)), ["dog"] * 6 + ["cat"], per_cell=4)
    message = (
        "Every label should keep a row to train on. Drawing 3 rows per cell takes all of "
        "label 'cat'. Lower per_cell."
    )
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(message)}$"):
        balanced_validation_indices(["dog"] * 4 + ["cat"] * 3, per_cell=3)


MISSING = (
    "`y` should have a label in every row. Got missing values in 3 of 6 rows. Leave these "
    "rows out."
)
BAD_LABELS = [
    (None, "`y` should have one value for each row. Got None. Pass a list, an array or a "
     "column of a frame."),
    ([np.nan, "a"] * 3, MISSING),
    (np.array([0.0, np.nan] * 3), MISSING),
    (np.eye(2)[[0, 1] * 3], "`y` should have one label for each row, of shape "
     "(n_samples,). Got shape (6, 2)."),
    ([], "`y` should have a label for every row. Got no rows."),
    (np.linspace(0, 1, 6), "Unknown label type: continuous. `y` should hold class labels: "
     "text, integers or booleans, all of one kind. Got values of type float, in an array "
     "of dtype float64. Convert them, as with y.astype(str)."),
    ([1, "a", 2] * 2, "`y` should hold class labels of one kind. Got text and values of "
     "type int. Convert them, as with [str(label) for label in y]."),
]  # fmt: skip


@pytest.mark.parametrize(("y", "text"), BAD_LABELS)
def test_what_is_no_label_is_refused(y, text):
    with raises(text):
        balanced_validation_indices(y, per_cell=1)
    with raises(text):
        balanced_validation_split(np.ones((0 if y is None else len(y), 1)), y, per_cell=1)


def test_rows_are_refused_where_there_are_none_to_count():
    with raises("`X` should have a row for each label of `y`. Got None."):
        balanced_validation_split(None, [0, 1])
    rows = iter([[0], [1]])
    text = f"`X` should be an array, a frame or a list of rows. Got {shortly(rows)}."
    with raises(text, TypeError):
        balanced_validation_split(rows, [0, 1])


def test_a_parameter_is_named_with_the_function_that_was_called():
    text = message(
        InvalidParameterError, lambda: balanced_validation_split([[0]], [0], per_cell=0)
    )
    assert text == (
        "The 'per_cell' parameter of balanced_validation_split must be an int in the range "
        "[1, inf). Got 0 instead."
    )


def test_groups_that_are_the_classes_under_other_names_have_a_way_out():
    y, names = [0, 1, 2] * 3, ["cat", "deer", "dog"] * 3
    text = message(
        UndefinedGroupError, lambda: balanced_validation_indices(y, names, per_cell=1)
    )
    assert text == (
        "Every group should have 1 row or more of each label. Group 'cat' has 0 of label "
        "1, group 'deer' has 0 of label 0, group 'dog' has 0 of label 0. Merge these "
        "groups with others. Where the groups are meant to be the classes, leave `groups` "
        "away."
    )
