"""Which groups are compared: small ones leave the others as they are, and are named."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skfairbargain.compare import compare_methods
from skfairbargain.compare._audited import choose_groups, split
from skfairbargain.datasets import make_biased_classification
from skfairbargain.exceptions import SmallGroupWarning, UndefinedGroupError


def rows(**counts):
    """Labels and groups with so many rows of class 0 and class 1, mixed."""
    cells = [
        (g, k) for g, pair in counts.items() for k, n in enumerate(pair) for _ in range(n)
    ]
    order = np.random.default_rng(0).permutation(len(cells))
    groups, y = zip(*(cells[i] for i in order), strict=True)
    return np.array(y), np.array(groups)


LEFT_OUT = (
    "Groups with fewer than 20 rows of a class are not compared. Group 'c' has 4 of class "
    "1. Their rows are trained on and count in the overall metrics, but not in the "
    "validation set and the metrics by group. Merge them with others, or compare them by "
    "small_groups='keep'."
)


def drawn(y, groups, **parameters):
    """Rows by group and class of the three parts, as tables."""
    train, val, test = split(choose_groups(y, groups, **parameters), y, 0)
    assert_array_equal(np.sort(np.concatenate([train, val, test])), np.arange(len(y)))
    return [
        pd.crosstab(groups[part], y[part]).T.to_dict("list") for part in (train, val, test)
    ]


def test_a_tiny_group_leaves_the_others_five_rows_a_cell():
    y, groups = rows(a=(500, 500), b=(600, 400), c=(8, 4))
    with pytest.warns(SmallGroupWarning, match=f"^{re.escape(LEFT_OUT)}$"):
        train, val, test = drawn(y, groups)
    assert val == {"a": [5, 5], "b": [5, 5]}
    assert (train["a"], test["a"]) == ([345, 345], [150, 150])
    assert sum(train["c"]) + sum(test["c"]) == 12
    assert sum(test["c"]) in (3, 4)  # 30 % of 12


def test_a_tiny_group_that_is_kept_gives_what_it_can():
    y, groups = rows(a=(500, 500), b=(600, 400), c=(8, 9))
    told = (
        "Groups with fewer than 20 rows of a class are compared by a handful of test rows, "
        "so that chance decides their metrics and those of the worst group. Group 'c' has "
        "8 of class 0. The validation set has 5 rows, and 2 of 'c', of each class."
    )
    with pytest.warns(SmallGroupWarning, match=f"^{re.escape(told)}$"):
        train, val, test = drawn(y, groups, small_groups="keep")
    assert val == {"a": [5, 5], "b": [5, 5], "c": [2, 2]}
    assert min(test["c"]) >= 2
    assert min(train["c"]) >= 3


def test_two_small_groups_are_compared_by_fewer_rows():
    y, groups = rows(a=(10, 11), b=(12, 30))
    told = (
        "Groups with fewer than 20 rows of a class are compared by a handful of test rows, "
        "so that chance decides their metrics and those of the worst group. Group 'a' has "
        "10 of class 0, group 'b' has 12 of class 0. The validation set has 2 rows of each "
        "class."
    )
    with pytest.warns(SmallGroupWarning, match=f"^{re.escape(told)}$"):
        _, val, _ = drawn(y, groups)
    assert val == {"a": [2, 2], "b": [2, 2]}


def test_a_single_row_of_a_group_may_be_anywhere():
    y, groups = rows(a=(50, 50), b=(50, 50), c=(1, 0))
    with pytest.warns(SmallGroupWarning, match="Group 'c' has 0 of class 1"):
        parts = drawn(y, groups)
    assert sum(sum(part.get("c", [])) for part in parts) == 1


def test_per_cell_is_as_asked():
    y, groups = rows(a=(500, 500), b=(600, 400), c=(39, 50))
    with pytest.warns(
        SmallGroupWarning, match="fewer than 40 .* Group 'c' has 39 of class 0"
    ):
        _, val, _ = drawn(y, groups, per_cell=20)
    assert val == {"a": [20, 20], "b": [20, 20]}
    _, val, _ = drawn(*rows(a=(500, 500), c=(40, 40)), per_cell=20, small_groups="keep")
    assert val == {"a": [20, 20], "c": [20, 20]}


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({}, "Comparing needs two groups with 6 rows or more of each class. Group 'c' has "
         "0 of class 1, group 'b' has 4 of class 0. Merge groups, or add rows."),
        ({"per_cell": 4},
         "Comparing needs two groups with 8 rows or more of each class, twice the per_cell "
         "of 4. Group 'c' has 0 of class 1, group 'b' has 4 of class 0. Lower per_cell, "
         "merge groups, or add rows."),
        ({"small_groups": "keep"},
         "Every group should have 6 rows or more of each class. Group 'c' has 0 of class "
         "1, group 'b' has 4 of class 0. Merge small groups with others, or leave them out "
         "of the comparison by small_groups='leave_out'."),
    ],
)  # fmt: skip
def test_all_groups_that_are_too_small_are_named(parameters, sentence):
    y, groups = rows(a=(30, 30), b=(4, 9), c=(7, 0))
    with pytest.raises(UndefinedGroupError, match=f"^{re.escape(sentence)}$"):
        choose_groups(y, groups, **parameters)


def test_a_message_names_ten_groups():
    y, groups = rows(a=(30, 30), **{f"g{i:02}": (3, 3) for i in range(13)})
    with pytest.raises(UndefinedGroupError) as caught:
        choose_groups(y, groups)
    assert "group 'g09' has 3 of class 0, and 3 more groups. Merge" in str(caught.value)


def test_twelve_rows_do_not_decide_the_worst_group():
    made = make_biased_classification(2000, random_state=0)
    y, groups = made.target.to_numpy(), made.sensitive["group"].to_numpy()
    alone = {"methods": ["erm"], "n_seeds": 2, "epochs": 3}
    before = compare_methods(made.data, y, groups, **alone)
    more = make_biased_classification(12, random_state=1)
    data = pd.concat([made.data, more.data], ignore_index=True)
    y = np.append(y, [0, 1] * 6)
    groups = np.append(groups, ["c"] * 12)
    with pytest.warns(SmallGroupWarning, match="Group 'c' has 6 of class 0"):
        after = compare_methods(data, y, groups, **alone)
    gap = after["worst_group_auc"] - before["worst_group_auc"]
    assert gap.abs().max() < 0.1
