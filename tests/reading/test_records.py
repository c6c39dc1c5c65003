"""Features, labels and groups of a user's CSV: what the file says, or one sentence."""

import re

import numpy as np
import pandas as pd
import pytest

from skfairbargain._reading._records import read_records

TEXT = """\
age,city,mixed,empty,member,label,sex
41,Bern,1,,True,yes,F
,Basel,a,,False,no,F
37,,2,,True,yes,M
29,Bern,b,,False,,M
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "people.csv"


def refusal(path, target="label", sensitive=("sex",)):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        read_records(path, target, sensitive)
    return str(caught.value)


def test_features_labels_and_groups_are_told_apart(path):
    path.write_text(TEXT)
    table = read_records(path, "label", ["sex"])
    assert table.data.columns.tolist() == ["age", "city", "mixed", "member"]
    assert table.target.tolist() == ["yes", "no", "yes"]
    assert table.sensitive["sex"].tolist() == ["F", "F", "M"]
    assert table.n_without_target == 1
    assert table.data["city"].tolist()[:2] == ["Bern", "Basel"]
    assert pd.isna(table.data["city"][2])
    assert np.isnan(table.data["age"][1])
    assert table.notes == [
        "'mixed' was taken as categories: 67% of its filled rows are numbers, but others "
        "are 'a'. Correct or empty them to have numbers.",
    ]
    assert table.left_out == {"empty": "'' in every row"}


def test_several_sensitive_columns_leave_the_features(path):
    path.write_text(TEXT)
    table = read_records(path, "label", ["sex", "member"])
    assert table.sensitive.columns.tolist() == ["sex", "member"]
    assert table.data.columns.tolist() == ["age", "city", "mixed"]


def test_a_column_is_read_whole_however_long_the_file(path):
    # pandas reads such a file in pieces: in some the values are numbers, in others texts.
    n = 20_000
    frame = pd.DataFrame(
        {
            "g": ["1", "2"] * (n // 2 - 25) + ["unknown"] * 50,
            "label": ["0", "1", "1", "0"] * (n // 4 - 5) + ["maybe"] * 20,
            **{f"x{i}": ["0.25", "-3"] * (n // 2) for i in range(60)},
        }
    )
    frame.to_csv(path, index=False)
    table = read_records(path, "label", ["g"])
    assert table.sensitive["g"].value_counts().to_dict() == {
        "1": n // 2 - 25,
        "2": n // 2 - 25,
        "unknown": 50,
    }
    assert set(table.target) == {"0", "1", "maybe"}
    assert table.notes == [
        "'label' has 'maybe' beside numbers in 20 rows, taken as a value. Only an empty "
        "field is missing.",
        "'g' has 'unknown' beside numbers in 50 rows, taken as a value. Only an empty "
        "field is missing.",
    ]


@pytest.mark.parametrize("word", ["None", "NA", "null", "nan", "N/A"])
def test_words_for_missing_are_values_of_labels_and_groups(path, word):
    path.write_text(f"severity,sex,x\n{word},{word},1\nMild,F,2\n{word},,3\n,M,4\n")
    table = read_records(path, "severity", ["sex"], missing_group="keep")
    assert table.target.tolist() == [word, "Mild", word]
    assert table.sensitive["sex"].tolist() == [word, "F", "missing"]
    assert table.n_without_target == 1
    assert table.notes == [
        "Rows without a value of 'sex' in 1 row are the group 'missing'.",
        f"'severity' has {word!r} in 2 rows, taken as a value. Only an empty field is "
        "missing.",
        f"'sex' has {word!r} in 1 row, taken as a value. Only an empty field is missing.",
    ]


def test_blanks_and_case_make_no_groups_or_classes(path):
    path.write_text("label,sex,x\nyes,F,1\nyes ,F ,2\nYes,f,3\nyes,F,4\nno,M,5\nno, M,6\n")
    table = read_records(path, "label", ["sex"])
    assert table.target.tolist() == ["yes"] * 4 + ["no"] * 2
    assert table.sensitive["sex"].tolist() == ["F"] * 4 + ["M"] * 2
    assert table.notes == [
        "'label': 'yes ', 'Yes' were read as 'yes' (2 rows).",
        "'sex': 'F ', 'f' were read as 'F' (2 rows).",
    ]


def test_labels_that_are_numbers_are_numbers(path):
    path.write_text("label,sex,x\n1,1,1\n0,2,2\n1.0,01,3\n")
    table = read_records(path, "label", ["sex"])
    assert table.target.tolist() == [1, 0, 1]
    assert table.sensitive["sex"].tolist() == [1, 2, 1]
    assert table.notes == [
        "'label': '1.0' was read as '1' (1 row).",
        "'sex': '01' was read as '1' (1 row).",
    ]


def test_labels_of_true_and_false_are_two_where_one_is_missing(path):
    path.write_text("label,sex,x\nTrue,F,1\n,M,2\nFalse,M,3\n")
    assert read_records(path, "label", ["sex"]).target.tolist() == ["True", "False"]


def test_missing_groups_are_counted_by_column(path):
    path.write_text("label,sex,race,x\n1,F,,1\n0,,w,2\n1,M,w,3\n0,,b,4\n0, ,w,5\n0,M,w,6\n")
    assert refusal(path, sensitive=["sex", "race"]) == (
        "Every one of the 6 rows should have a group. There is no value of 'sex' in 3 rows "
        "and 'race' in 1 row. Pass --missing-group drop to leave these rows out, or "
        "--missing-group keep to have them as the group 'missing'."
    )
    kept = read_records(path, "label", ["sex", "race"], missing_group="keep")
    assert kept.sensitive["sex"].tolist() == ["F", "missing", "M", *["missing"] * 2, "M"]
    assert kept.sensitive["race"].tolist() == ["missing", *"wwbww"]
    dropped = read_records(path, "label", ["sex", "race"], missing_group="drop")
    assert dropped.data["x"].tolist() == [3, 6]
    assert dropped.notes == [
        "Rows without a value of 'sex' in 3 rows and 'race' in 1 row were left out."
    ]
    path.write_text("label,sex,x\n1,,1\n")
    with pytest.raises(
        ValueError, match=r"^No row is left: there is no value of 'sex' in 1 row\.$"
    ):
        read_records(path, "label", ["sex"], missing_group="drop")


@pytest.mark.parametrize(
    ("text", "named", "message"),
    [
        (TEXT, ("lable", ["sex"]),
         "'people.csv' has no column 'lable'. It has 'age', 'city', 'mixed', 'empty', "
         "'member', 'label', 'sex'."),
        (TEXT, ("label", ["label"]), "The column 'label' should be named once."),
        (TEXT, ("label", ["sex", "sex"]), "The column 'sex' should be named once."),
        ("label,sex\n1,F\n0,M\n", ("label", ["sex"]),
         "'people.csv' should have a feature beside 'label', 'sex', with several values."),
        ("label,sex,x\n1,F,5\n0,M,5\n", ("label", ["sex"]),
         "'people.csv' should have a feature beside 'label', 'sex', with several values. "
         "'x' was left out: '5' in every row."),
        ("label,sex,x\n,F,1\n", ("label", ["sex"]),
         "'people.csv' has no row with a value in 'label'."),
        ("label,sex,x\n1,F,2\n0,M,-inf\n", ("label", ["sex"]),
         "The column 'x' should hold numbers up to 1e+100. Got inf. Correct it, or leave "
         "its place empty."),
        ("label,sex,x\n1,F,2\n0,M,1e300\n", ("label", ["sex"]),
         "The column 'x' should hold numbers up to 1e+100. Got 1e+300. Correct it, or "
         "leave its place empty."),
    ],
)  # fmt: skip
def test_bad_input_is_named(path, text, named, message):
    path.write_text(text)
    assert refusal(path, *named) == message


@pytest.mark.parametrize("written", ["{}", "${}", "{}.50", "{}%"])
def test_a_measurement_is_neither_label_nor_group(path, written):
    pd.DataFrame(
        {"age": [written.format(i) for i in range(40)], "label": [0, 1] * 20, "x": 1}
    ).to_csv(path, index=False)
    middle = "20" if written == "{}.50" else "19.5"
    assert refusal(path, "label", ["age"]) == (
        "The column 'age' should tell classes or groups apart. It has 40 different "
        f"numbers. Cut its values into groups by --bin age={middle}, or add a "
        "column that does."
    )


def test_many_columns_are_not_all_listed(path):
    path.write_text(",".join(f"x{i}" for i in range(60)) + "\n" + ",".join("1" * 60))
    assert re.search(r"'x49' and 10 more\.$", refusal(path))
