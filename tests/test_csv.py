"""Reading a user's CSV: every kind of column in, one clear sentence for what is wrong."""

import re

import numpy as np
import pandas as pd
import pytest

from skfairbargain._csv import read_csv

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
    with pytest.raises(ValueError, match="cannot be read as CSV"):
        read_csv(binary, "y", ["s"])
