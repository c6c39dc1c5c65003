"""Columns of plain numbers are read as such at once, and are what their texts are."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain._reading._features import read_features
from skfairbargain._reading._records import read_records
from skfairbargain._reading._table import parse_table

N_ROWS = 1200  # more than the rows by which columns of numbers are told


def column(texts):
    """As many texts as there are rows, with the given ones at the end."""
    return ["3", "1", "2"] * (N_ROWS // 3) + list(texts)


PLAIN = {
    "whole": column(["-7", "+8", "9"]),
    "decimal": column(["1e3", ".5", "-2."]),
    "empty": column(["", "4", ""]),
    "blanks": column([" 4", "5 ", " 6 "]),
    "large": column(["9007199254740993", "4", "5"]),
}
NOT_PLAIN = {
    "zeros": column(["007", "0", "010"]),
    "word": column(["x", "y", "z"]),
    "missing": column(["NA", "4", "5"]),
    "thousands": column(["1,234.5", "4", "5"]),
    "percent": column(["4%", "5%", "6%"]),
    "truth": ["True", "False", "True"] * (N_ROWS // 3) + ["true"] * 3,
    "constant": ["5"] * (N_ROWS + 3),
    "dates": [f"2020{month:02}15" for month in range(1, 13)] * (N_ROWS // 12) + [""] * 3,
    "huge": column(["123456789012345678901234", "4", "5"]),
}


@pytest.mark.parametrize("name", [*PLAIN, *NOT_PLAIN])
def test_a_column_is_what_its_texts_are(name):
    texts = (PLAIN | NOT_PLAIN)[name]
    text = f"{name}|y\n" + "\n".join(f"{value}|{i % 7}" for i, value in enumerate(texts))
    as_text = parse_table(text, "x.csv").frame
    parsed = parse_table(text, "x.csv", as_text=[])
    assert (parsed.frame[name].dtype != object) == (name in PLAIN or name == "dates")
    assert (parsed.frame["y"].dtype == "int64") == (name != "zeros")
    expected = read_features(as_text, parsed.decimal_comma)
    found = read_features(parsed.frame, parsed.decimal_comma)
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    assert (found.notes, found.left_out) == (expected.notes, expected.left_out)


def test_named_columns_stay_texts(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("x,sex,y\n" + "1.5,01,0\n2.5,2,1\n" * 20)
    table = read_records(path, "y", ["sex"])
    assert table.data["x"].tolist() == [1.5, 2.5] * 20
    assert table.sensitive["sex"].unique().tolist() == [1, 2]
    text = path.read_text()
    frame = parse_table(text, path.name, as_text=["y", "sex"]).frame
    assert frame["sex"].unique().tolist() == ["01", "2"]


def test_decimal_commas_leave_points_to_be_asked_about():
    text = "a;b;y\n" + "0,5;1.234;0\n1,5;2.345;1\n" * 20
    parsed = parse_table(text, "x.csv", as_text=[])
    assert parsed.decimal_comma
    assert parsed.frame.dtypes.tolist() == [object] * 3
    found = read_features(parsed.frame, True)
    assert found.frame["a"].tolist() == [0.5, 1.5] * 20
    assert found.notes[1] == (
        "'b': the point in '1.234' and the like was read as a decimal point."
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines_and_empty_lines(end):
    text = end.join(["a,b", "", "1,2", "3,4", "", "5,", ""])
    frame = parse_table(text, "x.csv", as_text=[]).frame
    assert frame["a"].tolist() == [1, 3, 5]
    np.testing.assert_array_equal(frame["b"], [2, 4, np.nan])
