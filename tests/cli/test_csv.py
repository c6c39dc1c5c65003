"""Reading a user's CSV: every kind of column in, one clear sentence for what is wrong."""

import re

import numpy as np
import pandas as pd
import pytest

from skfairbargain._cli._csv import read_csv

TEXT = """\
age,city,mixed,empty,member,label,sex
41,Bern,1,,True,yes,F
,Basel,a,,False,no,F
37,,2,,True,yes,M
29,Bern,b,,False,,M
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(TEXT)
    return path


def test_features_labels_and_groups_are_told_apart(file):
    table = read_csv(file, "label", ["sex"])
    assert table.data.columns.tolist() == ["age", "city", "mixed", "empty", "member"]
    assert table.target.tolist() == ["yes", "no", "yes"]
    assert table.sensitive["sex"].tolist() == ["F", "F", "M"]
    assert table.n_without_target == 1
    assert table.data["city"].tolist()[:2] == ["Bern", "Basel"]
    assert pd.isna(table.data["city"][2])
    assert np.isnan(table.data["age"][1])


def test_several_sensitive_columns_leave_the_features(file):
    table = read_csv(file, "label", ["sex", "city"])
    assert table.sensitive.columns.tolist() == ["sex", "city"]
    assert table.data.columns.tolist() == ["age", "mixed", "empty", "member"]


def test_bad_input_is_named(tmp_path, file):
    ages = tmp_path / "ages.csv"
    pd.DataFrame({"age": range(40), "label": [0, 1] * 20, "x": 1}).to_csv(ages, index=False)
    bare = tmp_path / "bare.csv"
    bare.write_text("label,sex\n1,F\n0,M\n")
    blank = tmp_path / "blank.csv"
    blank.write_text("label,sex,x\n,F,1\n")
    nothing = tmp_path / "nothing.csv"
    nothing.write_text("")
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("label,sex\n1,F\n0,M,3,4\n")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00\x81")
    missing = tmp_path / "missing.csv"
    for path, target, sensitive, message in [
        (missing, "y", ["s"], f"There is no file {str(missing)!r}."),
        (tmp_path, "y", ["s"], f"There is no file {str(tmp_path)!r}."),
        (nothing, "y", ["s"],
         f"{str(nothing)!r} cannot be read as CSV: No columns to parse from file."),
        (ragged, "label", ["sex"],
         f"{str(ragged)!r} cannot be read as CSV: Error tokenizing data. C error: "
         "Expected 2 fields in line 3, saw 4."),
        (file, "lable", ["sex"],
         "'people.csv' has no column 'lable'. It has 'age', 'city', 'mixed', 'empty', "
         "'member', 'label', 'sex'."),
        (file, "label", ["label"], "The column 'label' should be named once."),
        (file, "label", ["sex", "sex"], "The column 'sex' should be named once."),
        (ages, "label", ["age"],
         "The column 'age' should tell classes or groups apart. It has 40 different "
         "numbers. Add a column that bins it, such as age > 19.5, and name that one."),
        (bare, "label", ["sex"],
         "'bare.csv' should have a feature beside 'label', 'sex'."),
        (blank, "label", ["sex"], "'blank.csv' has no row with a value in 'label'."),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            read_csv(path, target, sensitive)
    message = "'binary.csv' should be text in UTF-8. Got other bytes. Save it as CSV UTF-8."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_csv(binary, "y", ["s"])


def test_what_pandas_would_mend_by_a_guess_is_refused(tmp_path):
    path = tmp_path / "people.csv"
    for text, message in [
        ("label;sex;x\n1;F;0,5\n",
         "The values in 'people.csv' should be separated by commas. Got semicolons. Save "
         "it with commas, and with a point in decimal numbers."),
        ("label\tsex\tx\n1\tF\t0.5\n",
         "The values in 'people.csv' should be separated by commas. Got tabs. Save it with "
         "commas, and with a point in decimal numbers."),
        ("label,sex,sex\n1,F,M\n",
         "The columns of 'people.csv' should have different names. Got 'sex' more than "
         "once. Rename or remove one."),
        ("label,sex,x\n7,1,F,2\n8,0,M,3\n",
         "The rows of 'people.csv' should have as many values as its header has names, 3. "
         "Got more. Name every column."),
        ("label,sex,x\n1,F,2\n0,M,-inf\n",
         "The column 'x' should hold numbers up to 1e+100. Got inf. Correct it, or leave "
         "its place empty."),
        ("label,sex,x\n1,F,2\n0,M,1e300\n",
         "The column 'x' should hold numbers up to 1e+100. Got 1e+300. Correct it, or "
         "leave its place empty."),
    ]:  # fmt: skip
        path.write_text(text)
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            read_csv(path, "label", ["sex"])


def test_a_byte_order_mark_and_unnamed_columns_do_no_harm(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(",label,sex\n0,1,F\n1,0,M\n", encoding="utf-8-sig")
    assert read_csv(path, "label", ["sex"]).target.tolist() == [1, 0]
    path.write_text("x,label,sex\n0,1,F,\n1,0,M,\n")  # commas at the end of the rows
    assert read_csv(path, "label", ["sex"]).sensitive["sex"].tolist() == ["F", "M"]


def test_labels_of_true_and_false_stay_boolean_where_one_is_missing(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("label,sex,x\nTrue,F,1\n,M,2\nFalse,M,3\n")
    assert read_csv(path, "label", ["sex"]).target.dtype == bool
