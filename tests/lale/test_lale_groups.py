"""Groups from fairness information, and the rows held out by them. lale is not needed."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain.exceptions import SmallGroupWarning, UndefinedGroupError
from skfairbargain.lale._groups import (
    COLUMN_WAS_CHANGED,
    fairness_groups,
    membership,
    named_attributes,
    values_seen,
)
from skfairbargain.lale._validation import check_outcomes, held_out_rows

SEX = {"feature": "sex", "reference_group": ["M"]}
AGE = {"feature": "age", "reference_group": [[25, 64], 70]}


def people(n=240):
    """Ages 18 to 77 and both sexes in every combination, label 1 for every third row."""
    rows = np.arange(n)
    X = pd.DataFrame({"sex": np.where(rows % 2, "F", "M"), "age": 18.0 + rows // 2 % 60})
    return X, pd.Series((rows % 3 == 0).astype(int))


def message(error, function, *args, **kwargs):
    with pytest.raises(error) as caught:
        function(*args, **kwargs)
    return str(caught.value)


def test_values_and_ranges_have_both_their_ends():
    sides = membership([24, 25, 64, 64.5, 70, 71], [[25, 64], 70])
    assert sides.tolist() == [0, 1, 1, 0, 1, 0]


def test_values_outside_both_groups_have_no_group():
    sides = membership(["White", "Black", "Other"], ["White"], ["Black"])
    assert sides.tolist() == [1, 0, 0.5]


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, "string", "category"])
@pytest.mark.parametrize("other", [None, ["b"], ["a", "b"]])
def test_lales_own_encoder_agrees(kind, other):
    aif360 = pytest.importorskip("lale.lib.aif360")
    values = ["a", "b", "c", "a", "d"]
    column = pd.Series(values, dtype=kind) if isinstance(kind, str) else kind(values)
    attribute = {"feature": "x", "reference_group": ["c", "d"]}
    if other:
        attribute["monitored_group"] = other
    encoder = aif360.ProtectedAttributesEncoder(protected_attributes=[attribute])
    expected = encoder.transform(pd.DataFrame({"x": values}))["x"].tolist()
    assert membership(column, ["c", "d"], other).tolist() == expected


def test_lales_own_encoder_agrees_on_ranges():
    aif360 = pytest.importorskip("lale.lib.aif360")
    X = pd.DataFrame({"x": np.random.default_rng(0).integers(0, 100, 300)})
    groups = [[10, 20], 33, [50, 90]], [[0, 5], 40]
    attribute = {"feature": "x", "reference_group": groups[0], "monitored_group": groups[1]}
    encoder = aif360.ProtectedAttributesEncoder(protected_attributes=[attribute])
    expected = encoder.transform(X)["x"].tolist()
    assert membership(X["x"], *groups).tolist() == expected
    assert set(expected) == {0, 0.5, 1}


def test_groups_have_the_names_of_their_attributes_and_values():
    X, _ = people()
    groups, grouped = fairness_groups(X, [SEX, AGE])
    assert grouped.all()
    assert groups.iloc[0].tolist() == ["sex=M", "age!=25..64|70"]
    assert groups.iloc[15].tolist() == ["sex!=M", "age=25..64|70"]
    assert len(groups.drop_duplicates()) == 4


def test_a_monitored_group_names_itself_and_leaves_the_rest_out():
    X = pd.DataFrame({"race": ["White", "Black", "Asian"]}, index=[7, 8, 9])
    race = {"feature": "race", "reference_group": ["White"], "monitored_group": ["Black"]}
    groups, grouped = fairness_groups(X, [race])
    assert groups["race"].tolist()[:2] == ["race=White", "race=Black"]
    assert grouped.tolist() == [True, True, False]
    assert groups.index.tolist() == [7, 8, 9]


def test_groups_that_read_alike_stay_apart():
    X = pd.DataFrame({"code": [1, "1", 2]})
    code = {"feature": "code", "reference_group": [1], "monitored_group": ["1"]}
    groups, _ = fairness_groups(X, [code])
    assert groups["code"].tolist()[:2] == ["code=[1]", "code=['1']"]


def test_an_array_has_its_attributes_by_position():
    X, _ = people()
    by_name, _ = fairness_groups(X, [SEX, AGE])
    by_position, _ = fairness_groups(
        X.to_numpy(), [{**SEX, "feature": 0}, {**AGE, "feature": 1}]
    )
    assert by_position[1].str.replace("1=", "age=").str.replace("1!", "age!").tolist() == (
        by_name["age"].tolist()
    )


def test_positions_become_names_where_x_has_names():
    X, _ = people()
    assert named_attributes(X, [{**SEX, "feature": 0}, AGE]) == [SEX, AGE]
    assert named_attributes(X.to_numpy(), [AGE]) == [AGE]
    numbered = X.set_axis([5, 0], axis=1)
    assert named_attributes(numbered, [{**SEX, "feature": 0}])[0]["feature"] == 0


def test_scaling_that_came_too_early_is_named():
    X, _ = people()
    X["age"] = (X["age"] - 40) / 10
    assert message(UndefinedGroupError, fairness_groups, X, [SEX, AGE]) == (
        "The protected attribute 'age' should divide the rows into two groups. No row is "
        "in its reference group [[25, 64], 70]. In the data, 'age' is between -2.2 and "
        "3.7. If an earlier step scaled, encoded or redacted the column, its values no "
        "longer match `protected_attributes`: do this in `preparation` instead, as in "
        "NashMeta(**fairness_info, preparation=StandardScaler())."
    )


def test_a_reference_group_of_all_rows_is_refused():
    X, _ = people()
    everyone = {"feature": "sex", "reference_group": ["F", "M"]}
    assert message(UndefinedGroupError, fairness_groups, X, [everyone]) == (
        "The protected attribute 'sex' should divide the rows into two groups. No row is "
        "outside its reference group ['F', 'M']. In the data, 'sex' has the values ['F', "
        f"'M']. {COLUMN_WAS_CHANGED}"
    )


def test_a_monitored_group_of_no_rows_is_refused():
    X, _ = people()
    nobody = {**SEX, "monitored_group": ["female"]}
    assert message(UndefinedGroupError, fairness_groups, X, [nobody]) == (
        "The protected attribute 'sex' should divide the rows into two groups. No row is "
        "in its monitored group ['female']. In the data, 'sex' has the values ['F', 'M']. "
        f"{COLUMN_WAS_CHANGED}"
    )


def test_only_the_first_of_many_values_are_listed():
    X = pd.DataFrame({"cabin": [f"C{i}" for i in range(10, 30)]})
    assert values_seen(X, [{"feature": "cabin"}]) == (
        "In the data, 'cabin' has the values ['C10', 'C11', 'C12', 'C13', 'C14', 'C15', "
        "'C16', 'C17'] and 12 more."
    )


def test_a_lost_column_is_named():
    X, _ = people()
    assert message(ValueError, fairness_groups, X[["age"]], [SEX]) == (
        "X should have the protected attribute 'sex' as a column. Its columns are "
        "['age']. If an earlier step of a pipeline dropped or renamed it, do this in "
        "`preparation` instead."
    )
    assert message(ValueError, fairness_groups, np.zeros((3, 2)), [SEX]) == (
        "X should have the protected attribute 'sex' as a column. Its columns are "
        "[0, 1]. If an earlier step of a pipeline dropped or renamed it, do this in "
        "`preparation` instead."
    )


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_missing_values_are_counted(missing):
    X, _ = people(6)
    X["sex"] = X["sex"].astype("object" if missing is None else "string")
    X.loc[[1, 4], "sex"] = missing
    assert message(ValueError, fairness_groups, X, [SEX]) == (
        "The protected attribute 'sex' should have a value in every row. Got missing "
        "values in 2 of 6 rows. Give these rows a value of their own, such as 'unknown', "
        "or leave them out."
    )


def held_out(
    X, y, per_cell="auto", fraction=0.1, attributes=(SEX,), favorable=(1,), **info
):
    info |= {"favorable_labels": [*favorable], "protected_attributes": [*attributes]}
    options = {"per_cell": per_cell, "fraction": fraction, "random_state": 0}
    train, val = held_out_rows(X, y, info, **options)
    assert sorted([*train, *val]) == list(range(len(X)))
    return train, val


def test_the_same_number_of_rows_of_every_cell_is_held_out():
    X, y = people()
    _, val = held_out(X, y, per_cell=3, attributes=(SEX, AGE))
    groups, _ = fairness_groups(X.iloc[val], [SEX, AGE])
    cells = groups.assign(y=y.iloc[val].to_numpy()).value_counts()
    assert cells.tolist() == [3] * 8


@pytest.mark.parametrize(
    ("n", "fraction", "per_cell"),
    [
        (240, 0.1, 6),  # 24 rows over four cells
        (240, 0.9, 10),  # a quarter of the 40 in the smallest
        (2400, 0.5, 50),  # no more, because they cost time in every step
        (24, 0.01, 1),  # never none
    ],
)
def test_auto_takes_a_share_within_limits(n, fraction, per_cell):
    assert len(held_out(*people(n), fraction=fraction)[1]) == 4 * per_cell


def with_few_old_women():
    """2,400 people, of whom 12 are women of 65 or older, all but four with label 0."""
    X, y = people(2400)
    X["age"] = np.where(X["sex"] == "F", 40.0, X["age"])
    old = np.flatnonzero(X["sex"] == "F")[:12]
    X.loc[old, "age"] = 70.0
    y[old] = np.repeat([1, 0], [4, 8])
    return X, y, {"feature": "age", "reference_group": [[0, 64]]}


def test_auto_leaves_a_tiny_group_out_and_says_so():
    X, y, age = with_few_old_women()
    with pytest.warns(SmallGroupWarning) as caught:
        train, val = held_out(X, y, attributes=(SEX, age))
    (warning,) = caught
    assert str(warning.message) == (
        "Groups with fewer than 20 rows of an outcome are not in the validation set. Group "
        "'sex!=M & age!=0..64' has 4 of outcome 'favorable'. Their rows are trained on. "
        "Merge them with others, or pass `validation_per_cell` to hold out rows of every "
        "group."
    )
    groups, _ = fairness_groups(X, [SEX, age])
    cells = groups.assign(y=y).iloc[val].value_counts()
    assert cells.tolist() == [20] * 6  # a quarter of the 80 old men of label 1
    is_tiny = (groups == ["sex!=M", "age!=0..64"]).all(axis=1)
    assert is_tiny[train].sum() == 12


def test_a_number_of_rows_is_held_out_of_tiny_groups_too():
    X, y, age = with_few_old_women()
    _, val = held_out(X, y, per_cell=3, attributes=(SEX, age))
    assert len(val) == 3 * 8


def test_a_tiny_group_that_an_attribute_needs_is_kept_and_named():
    X, y = people(1200)
    X = X.iloc[np.r_[0:1200:2, 1:48:2]].reset_index(drop=True)  # 24 women
    y = pd.Series(np.arange(len(X)) % 3 == 0).astype(int)
    with pytest.warns(SmallGroupWarning) as caught:
        _, val = held_out(X, y)
    (warning,) = caught
    assert str(warning.message) == (
        "The validation set has 2 rows of each group and outcome, so few that chance "
        "decides, because of small groups. Group 'sex!=M' has 8 of outcome 'favorable'. "
        "Merge them with others, or add rows."
    )
    assert len(val) == 8


def test_rows_without_a_group_or_an_outcome_are_trained_on():
    X, y = people()
    y = y.where(np.arange(len(y)) % 5 > 0, 2)
    race = pd.Series(np.resize(["White", "Black", "Asian", "White"], len(X)))
    of_race = {
        "feature": "race",
        "reference_group": ["White"],
        "monitored_group": ["Black"],
    }
    _, val = held_out(X.assign(race=race), y, attributes=[of_race], unfavorable_labels=[0])
    assert set(race.iloc[val]) == {"White", "Black"}
    assert set(y.iloc[val]) == {0, 1}


def test_training_keeps_a_row_of_every_one_of_many_labels():
    X, _ = people(40)
    y = np.arange(40) % 20
    for seed in range(20):
        info = {"favorable_labels": [[10, 19]], "protected_attributes": [SEX]}
        train, _ = held_out_rows(X, y, info, per_cell=4, fraction=0.1, random_state=seed)
        assert set(y[train]) == set(range(20))


def test_a_seed_repeats_the_rows_that_are_held_out():
    X, y = people()
    info = {"favorable_labels": [1], "protected_attributes": [SEX]}
    one, same, other = (
        held_out_rows(X, y, info, per_cell=3, fraction=0.1, random_state=seed)[1].tolist()
        for seed in (0, 0, 1)
    )
    assert one == same
    assert one != other


def test_a_small_cell_is_named_with_the_values_seen():
    X, y = people(24)
    assert message(UndefinedGroupError, held_out, X, y, per_cell=5) == (
        "No balanced validation set can be held out. Every group should have 5 rows or "
        "more of each label. Group 'sex!=M' has 4 of label 'favorable', group 'sex=M' has "
        "4 of label 'favorable'. Lower per_cell to 4 or less, or merge these groups with "
        "others. NashMeta calls per_cell `validation_per_cell`. Or pass `X_val` and "
        "`y_val` to `fit`. In the data, 'sex' "
        f"has the values ['F', 'M']. {COLUMN_WAS_CHANGED}"
    )


@pytest.mark.parametrize("unfavorable", [None, ["no"]])
def test_labels_of_one_kind_are_refused(unfavorable):
    text = message(ValueError, check_outcomes, ["0", "1", "0"], [1], unfavorable)
    assert text == (
        "`y` should have favorable and unfavorable labels. Got ['0', '1'], where favorable "
        f"are [1] and unfavorable are {unfavorable or 'all others'}."
    )
