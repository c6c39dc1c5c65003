"""Folds of audited rows: what is in them, what they keep, and what is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import StratifiedKFold

from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.model_selection import AuditedKFold

FOLDS = {
    "in order": AuditedKFold(4),
    "shuffled": AuditedKFold(4, shuffle=True, random_state=0),
}


@pytest.mark.parametrize("cv", FOLDS.values(), ids=FOLDS)
def test_every_audited_row_scores_once_and_trains_in_the_other_splits(rows, cv):
    splits = list(cv.split(*rows))
    assert len(splits) == cv.get_n_splits() == 4
    tests = np.concatenate([test for _, test in splits])
    assert_array_equal(np.sort(tests), np.arange(300, 400))
    for train, test in splits:
        assert_array_equal(np.sort(np.append(train, test)), np.arange(400))
        assert_array_equal(train, np.sort(train))
        assert_array_equal(train[:300], rows.train)


@pytest.mark.parametrize("cv", FOLDS.values(), ids=FOLDS)
def test_every_cell_is_in_every_fold_and_in_every_training(rows, cv):
    cells = pd.DataFrame({"group": rows.groups, "y": rows.y})
    audited = cells.dropna().value_counts()
    for train, test in cv.split(*rows):
        scoring = cells.iloc[test].value_counts()
        # A fold has a quarter of each cell, rounded up or down.
        assert ((scoring - audited / 4).abs() < 1).all()
        steering = cells.iloc[train].dropna().value_counts()
        assert_array_equal(steering.sort_index(), (audited - scoring).sort_index())


def test_the_smallest_cells_are_in_every_fold():
    # Three rows of each cell, in an order that would leave some out if cut in three.
    groups = [None] * 2 + list("aaaaaabbbbbb")
    y = np.array([0, 1] + [0] * 3 + [1] * 3 + [0] * 3 + [1] * 3)
    for _, test in AuditedKFold(3).split(y, y, groups):
        assert sorted((groups[row], y[row]) for row in test) == [
            ("a", 0),
            ("a", 1),
            ("b", 0),
            ("b", 1),
        ]


def test_a_seed_repeats_the_folds_and_leaves_numpys_state_alone(rows):
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (
        [
            test.tolist()
            for _, test in AuditedKFold(shuffle=True, random_state=seed).split(*rows)
        ]
        for seed in (0, 0, 1)
    )
    assert first == again != other
    assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_rows_may_come_in_any_order(rows):
    order = np.random.default_rng(0).permutation(400)
    mixed = [part.iloc[order] for part in rows]
    for train, test in AuditedKFold().split(*mixed):
        assert (order[test] >= 300).all()
        assert_array_equal(np.sort(order[train])[:300], rows.train)


def with_none(groups):
    return [group if isinstance(group, str) else None for group in groups]


GROUPS = {
    "array of objects": lambda groups: groups.to_numpy(),
    "list": lambda groups: with_none(groups),
    "numbers and NaN": lambda groups: groups.map({"a": 1.0, "b": 2.0}).to_numpy(float),
    "nullable integers": lambda groups: groups.map({"a": 1, "b": 2}).astype("Int64"),
    "categories": lambda groups: groups.astype("category"),
    "frame of one column": lambda groups: groups.to_frame(),
    "polars": lambda groups: pl.Series(with_none(groups)),
}


@pytest.mark.parametrize("kind", GROUPS)
def test_unknown_groups_may_be_marked_as_the_type_does(rows, kind):
    values = sorted(rows.groups.dropna().unique())
    groups = GROUPS[kind](rows.groups.map(dict(zip(values, "ab", strict=True))))
    splits = zip(
        AuditedKFold().split(rows.X, rows.y, groups),
        AuditedKFold().split(*rows),
        strict=True,
    )
    for (train, test), (expected_train, expected_test) in splits:
        assert_array_equal(train, expected_train)
        assert_array_equal(test, expected_test)


def test_several_columns_are_split_by_their_intersections(rows):
    both = pd.DataFrame({"sex": list("FFMM") * 6, "old": [0, 1] * 12})
    groups = pd.concat([pd.DataFrame({"sex": [None], "old": [None]}), both])
    y = np.append(0, np.repeat([0, 1], 12))
    for _, test in AuditedKFold(3).split(y, y, groups):
        counts = groups.iloc[test].assign(y=y[test]).value_counts()
        assert counts.tolist() == [1] * 8


def split(groups, y, n_splits=3):
    return list(AuditedKFold(n_splits).split(np.zeros(len(y)), y, groups))


def test_a_cell_with_fewer_rows_than_folds_is_named_with_the_number_that_works():
    groups, y = [None] + ["a"] * 6 + ["b"] * 5, [0] + [0, 1] * 5 + [1]
    expected = (
        "^Every group should have 3 audited rows or more of each label, one for each fold. "
        "Group 'b' has 2 of label 0. Lower n_splits to 2, or merge the group with "
        "another.$"
    )
    with pytest.raises(UndefinedGroupError, match=expected):
        split(groups, y)
    assert len(split(groups, y, n_splits=2)) == 2


def test_all_groups_with_small_cells_are_named():
    groups, y = (
        [None] + ["a"] * 3 + ["b"] * 3 + ["c"] * 6,
        [0, 0, 0, 1, 0, 0, 0] + [0, 1] * 3,
    )
    expected = (
        "^Every group should have 3 audited rows or more of each label, one for each fold. "
        "Group 'b' has 0 of label 1, group 'a' has 1 of label 1. Merge these groups with "
        "others.$"
    )
    with pytest.raises(UndefinedGroupError, match=expected):
        split(groups, y)


NO_TRAINING_ROWS = (
    "`groups` should be missing (None or NaN) for the rows to train on. Got a group for "
    "4 of 4 rows. An array of text has no missing values: use one of dtype=object, or a "
    "Series."
)
REFUSED = {
    "none given": (
        None,
        "`groups` should have the group of every audited row, and be missing (None or NaN) "
        "for the rows to train on. Got None. Enable metadata routing, and pass them to a "
        "search or cross-validation as `sensitive_features`.",
    ),
    "none known": (
        [None] * 4,
        "`groups` should have the group of every audited row. Got missing values in 4 of 4 "
        "rows.",
    ),
    "no rows": (
        [],
        "`groups` should have a group or a missing value (None or NaN) for every row, of "
        "one row or more. Got no rows.",
    ),
    "all known": (list("FFMM"), NO_TRAINING_ROWS),
    "NaN as text": (np.array([np.nan, "F", "M", "M"]), NO_TRAINING_ROWS),
    "one of two attributes": (
        pd.DataFrame({"sex": [None, "F", "M", "M"], "old": [None, None, 1, 0]}),
        "`groups` should have all attributes of a row, or none of them where it is to "
        "train on. Got some of them in 1 row. Give what is unknown a value of its own, "
        "such as 'unknown', or leave these rows out.",
    ),
    "too few": (
        [None, "F"],
        "`X`, `y` and `groups` should have the same number of rows. Got 4, 4 and 2.",
    ),
    "name of a column": (
        "sex",
        "`groups` should have one value for each row. Got 'sex'. Pass the values of the "
        "column, as in frame['sex'].",
    ),
}


@pytest.mark.parametrize(("groups", "expected"), REFUSED.values(), ids=REFUSED)
def test_groups_that_do_not_tell_the_rows_apart_are_refused(groups, expected):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        split(groups, [0, 1, 0, 1])
    assert str(caught.value) == expected


def test_the_number_of_folds_is_checked_as_scikit_learn_does():
    with pytest.raises(ValueError, match="k-fold cross-validation requires at least one"):
        AuditedKFold(1)
    with pytest.raises(ValueError, match="Setting a random_state has no effect"):
        AuditedKFold(random_state=0)
    assert isinstance(AuditedKFold(), StratifiedKFold)
    assert (
        repr(AuditedKFold()) == "AuditedKFold(n_splits=3, random_state=None, shuffle=False)"
    )
