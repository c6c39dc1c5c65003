"""Feature columns that are probably no features are told, by name."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain._reading._features import read_features, read_features_like


def read(name, texts, **options):
    return read_features(pd.DataFrame({name: list(map(str, texts))}), **options)


def test_numbers_and_categories():
    frame = pd.DataFrame({"n": ["1", "", "2"], "c": ["u", "", "v"]})
    features = read_features(frame)
    np.testing.assert_array_equal(features.frame["n"], [1, np.nan, 2])
    assert features.frame["c"].isna().tolist() == [False, True, False]
    assert (features.notes, features.left_out) == ([], {})


def test_a_column_that_numbers_the_rows_is_left_out():
    features = read("Unnamed: 0", [3, 1, 2, 4])
    assert features.frame.shape == (4, 0)
    assert features.left_out == {"Unnamed: 0": "it numbers the rows"}
    features = read("Unnamed: 0", [3, 1, 2, 7])
    assert features.frame.shape == (4, 1)
    assert features.left_out == {}


@pytest.mark.parametrize("value", ["", "7", "12345678901234567890", "here"])
def test_a_column_of_one_value_is_left_out(value):
    features = read("x", [value] * 3)
    assert features.frame.shape == (3, 0)
    assert features.left_out == {"x": f"{value!r} in every row"}
    assert read("x", [value, "3"]).frame.shape == (2, 1)


@pytest.mark.parametrize(
    ("name", "texts", "what"),
    [
        ("rank", range(1, 31), "whole number"),
        ("id", range(0, 300, 10), "whole number"),
        ("patient_id", range(0, 300, 10), "whole number"),
        ("patientID", range(0, 300, 10), "whole number"),
        ("ID", [f"{i}.0" for i in range(0, 300, 10)], "whole number"),
        ("who", [f"p{i}" for i in range(30)], "text"),
    ],
)
def test_ids_are_left_out_unless_they_are_kept(name, texts, what):
    assert read(name, texts).left_out == {
        name: f"another {what} in every row, as an id has"
    }
    kept = read(name, texts, keep=[name])
    assert kept.frame.shape == (30, 1)
    assert kept.left_out == {}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("income", range(0, 300, 10)),
        ("paid", range(0, 300, 10)),
        ("id", [1, 2] * 15),
        ("id", range(5)),
        ("who", "abcde"),
    ],
)
def test_other_columns_are_no_ids(name, texts):
    features = read(name, texts)
    assert (features.notes, features.left_out) == ([], {})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1990-01-31", "1990-02-01"),
        ("31.01.1990", "01.02.1990"),
        ("1/31/90 10:30", "2/1/90 10:30"),
        ("31 Jan 1990", "1 Feb 1990"),
        ("1990-01-31T10:30:00Z", "1990-02-01T10:30:00Z"),
        ("19900131", "19900201"),
    ],
)
def test_dates_are_read_as_dates(first, second):
    features = read("when", [first, "", second])
    days = features.frame["when"].dt.strftime("%Y-%m-%d").tolist()
    assert days[0::2] == ["1990-01-31", "1990-02-01"]
    assert pd.isna(features.frame["when"][1])
    assert features.notes == []


def test_the_order_of_day_and_month_is_told_where_it_is_guessed():
    texts = ["01/02/2020", "03/04/2020"]
    features = read("when", texts)
    assert features.frame["when"].dt.month.tolist() == [2, 4]
    assert features.notes == [
        "'when': '01/02/2020' and the like were read with the day before the month. Pass "
        "--dates month-first if they are not."
    ]
    told = read("when", texts, day_first=False)
    assert told.frame["when"].dt.month.tolist() == [1, 3]
    assert told.notes == []


def test_what_is_no_date_among_dates_is_told():
    features = read("when", ["2020-01-02"] * 19 + ["2020-05-06"] * 5 + ["soon"])
    assert features.frame["when"].isna().sum() == 1
    assert features.notes == [
        "'when' was read as dates, and 'soon' and the like (1 row) as missing."
    ]


def test_notes_of_one_kind_are_one():
    prices = {f"price {i}": [f"{i},5", "1,25"] * 2 for i in range(5)}
    shares = {"mother's share": ["5 %", "7 %"] * 2}
    odd = {"x": ["1", "2"] * 20 + ["soon"], "y": ["3", "4"] * 20 + ["?"]}
    frame = pd.DataFrame(prices | shares)
    assert read_features(frame, decimal_comma=True).notes == [
        "'price 0': '0,5' and the like were read as numbers, here 0.5 (decimal commas). "
        "Likewise 'price 1', 'price 2', 'price 3' and 1 more.",
        "\"mother's share\": '5 %' and the like were read as numbers, here 5.",
    ]
    assert read_features(pd.DataFrame(odd)).notes == [
        "'x' was read as numbers, and 'soon' (1 row) as missing. Likewise 'y'."
    ]


def test_many_categories_are_told():
    assert read("city", [f"town {i}" for i in range(60)] * 2).notes == [
        "'city' has 60 different texts, of which the 50 most frequent at most are told "
        "apart."
    ]


def test_spellings_of_a_category_are_joined():
    features = read("city", ["Bern", "bern ", "Bern", "Basel"])
    assert features.frame["city"].tolist() == ["Bern", "Bern", "Bern", "Basel"]
    assert features.notes == ["'city': 'bern ' was read as 'Bern' (1 row)."]


def test_long_codes_and_underscores_are_not_joined():
    for texts in (
        ["x", "12345678901234567890", "12345678901234567891"],
        ["x", "1_0", "10"],
    ):
        features = read("code", texts)
        assert features.frame["code"].tolist() == texts
        assert not any("read as" in note for note in features.notes)


def test_one_note_for_the_spellings_of_a_column():
    texts = ["A", "A", "a", "B", "B", "b", "C", "C", "c"]
    assert read("city", texts).notes == [
        "'city': 'a' was read as 'A' (1 row). 2 other values likewise."
    ]
    assert read("city", texts[:6]).notes == [
        "'city': 'a' was read as 'A' (1 row). 1 other value likewise."
    ]


def test_padded_values_are_the_same_values():
    features = read("city", ["Bern  ", "Basel ", "Bern  "])
    assert features.frame["city"].tolist() == ["Bern", "Basel", "Bern"]
    assert features.notes == []


# -- a second file, read as the first ---------------------------------------------------


def like(texts, model, **options):
    first = read("x", model).frame
    return read_features_like(
        pd.DataFrame({"x": list(map(str, texts))}), first, name="audited.csv", **options
    )


def test_a_second_file_has_the_kinds_of_the_first():
    assert like(["3", "4"], ["a", "b"]).frame["x"].tolist() == ["3", "4"]
    assert like(["3", ""], [1, 2]).frame["x"].isna().tolist() == [False, True]
    # Two different texts in two rows would be an id in a training file of 20.
    assert like(["7", "7"], [1, 2]).frame["x"].tolist() == [7, 7]
    assert like(["BERN", " bern", "Ulm"], ["Bern", "Basel"]).frame["x"].tolist() == [
        "Bern",
        "Bern",
        "Ulm",
    ]
    dates = like(["2020-01-05", ""], ["2020-01-01", "2020-02-01"]).frame["x"]
    assert dates.dt.day.tolist()[0] == 5


def test_columns_that_the_first_file_lacks_are_not_read():
    frame = pd.DataFrame({"x": ["1", "2"], "y": ["1", "2"]})
    assert read_features_like(frame, read("x", [1, 2]).frame).frame.columns.tolist() == [
        "x"
    ]


def test_words_in_a_second_file_of_numbers_are_missing_and_told():
    found = like(["1", "2", "3", "4", "a", "b1"], [1, 2])
    assert found.frame["x"].isna().tolist() == [False] * 4 + [True] * 2
    assert found.notes == [
        "'x' of 'audited.csv' was read as numbers, and 'a', 'b1' (2 rows) as missing."
    ]


def test_a_second_file_of_another_kind_is_refused():
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        like(["a", "b", "c"], [1, 2])
    assert str(caught.value) == (
        "The column 'x' of 'audited.csv' should hold numbers, as it does in the training "
        "file. Got 'a' and the like in 3 rows. Correct it, or leave it out with --drop."
    )
