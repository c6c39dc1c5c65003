"""Feature columns that are probably no features are told, by name."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain._reading._features import read_features


def read(name, texts):
    features, notes = read_features(pd.DataFrame({name: list(map(str, texts))}))
    return features, notes


def test_numbers_and_categories():
    frame = pd.DataFrame({"n": ["1", "", "2"], "c": ["u", "", "v"]})
    features, notes = read_features(frame)
    np.testing.assert_array_equal(features["n"], [1, np.nan, 2])
    assert features["c"].isna().tolist() == [False, True, False]
    assert notes == []


def test_a_column_that_numbers_the_rows_is_left_out():
    features, notes = read("Unnamed: 0", [3, 1, 2, 4])
    assert features.shape == (4, 0)
    assert notes == ["'Unnamed: 0' numbers the rows. It was left out."]
    features, notes = read("Unnamed: 0", [3, 1, 2, 7])
    assert features.shape == (4, 1)
    assert notes == []


@pytest.mark.parametrize("value", ["", "7", "12345678901234567890", "here"])
def test_a_column_of_one_value_is_left_out(value):
    features, notes = read("x", [value] * 3)
    assert features.shape == (3, 0)
    assert notes == [f"'x' is {value!r} in every row. It was left out."]
    assert read("x", [value, "3"])[0].shape == (2, 1)


ID = (
    "{!r} has another value in every row and was taken as a feature. If it is an id, "
    "delete the column."
)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("rank", range(1, 31)),
        ("id", range(0, 300, 10)),
        ("patient_id", range(0, 300, 10)),
        ("patientID", range(0, 300, 10)),
        ("who", [f"p{i}" for i in range(30)]),
    ],
)
def test_ids_are_told(name, texts):
    features, notes = read(name, texts)
    assert features.shape == (30, 1)
    assert notes == [ID.format(name)]


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
    assert read(name, texts)[1] == []


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        ("1990-01-31", "categories"),
        ("31.01.1990", "categories"),
        ("1/31/90 10:30", "categories"),
        ("31 Jan 1990", "categories"),
        ("1990-01-31T10:30:00Z", "categories"),
        ("19900131", "numbers"),
    ],
)
def test_dates_are_told(first, taken):
    assert read("when", [first, "", first])[1] == [
        f"'when' holds dates such as '{first}', which were taken as {taken}. Put numbers "
        "in their place, such as the age in years."
    ]


def test_many_categories_are_told():
    assert read("city", [f"town {i}" for i in range(60)] * 2)[1] == [
        "'city' has 60 different texts, of which the 50 most frequent at most are told "
        "apart."
    ]


def test_spellings_of_a_category_are_joined():
    features, notes = read("city", ["Bern", "bern ", "Bern", "Basel"])
    assert features["city"].tolist() == ["Bern", "Bern", "Bern", "Basel"]
    assert notes == ["'city': 'bern ' was read as 'Bern' (1 row)."]


def test_long_codes_and_underscores_are_not_joined():
    for texts in (
        ["x", "12345678901234567890", "12345678901234567891"],
        ["x", "1_0", "10"],
    ):
        features, notes = read("code", texts)
        assert features["code"].tolist() == texts
        assert not any("read as" in note for note in notes)


def test_one_note_for_the_spellings_of_a_column():
    texts = ["A", "A", "a", "B", "B", "b", "C", "C", "c"]
    assert read("city", texts)[1] == [
        "'city': 'a' was read as 'A' (1 row). 2 other values likewise."
    ]


def test_padded_values_are_the_same_values():
    features, notes = read("city", ["Bern  ", "Basel ", "Bern  "])
    assert features["city"].tolist() == ["Bern", "Basel", "Bern"]
    assert notes == []
