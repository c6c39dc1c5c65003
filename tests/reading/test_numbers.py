"""Numbers as people write them; what is not certain is a category, and is told."""

import numpy as np
import pandas as pd
import pytest

from skfairbargain._reading._numbers import as_numbers, has_decimal_commas


def read(texts, **settings):
    values, notes = as_numbers(pd.Series(texts, name="x", dtype=object), **settings)
    return None if values is None else values.tolist(), notes


def told(how):
    return [f"'x': {how}"]


@pytest.mark.parametrize(
    ("texts", "values", "notes"),
    [
        (["1", "2.5", "-3e2"], [1, 2.5, -300], []),
        (["1,234", "2,500,000", "999"], [1234, 2500000, 999],
         told("'1,234' and the like were read as numbers, here 1234 (commas between "
              "thousands).")),
        (["1,234.5", "7.25"], [1234.5, 7.25],
         told("'1,234.5' and the like were read as numbers, here 1234.5 (commas between "
              "thousands).")),
        (["7.5", "(1,200)", "(0.5)"], [7.5, -1200, -0.5],
         told("'(1,200)' and the like were read as numbers, here -1200 (commas between "
              "thousands).")),
        (["$7", "($1.5)"], [7, -1.5],
         told("'$7' and the like were read as numbers, here 7.")),
        (["0,5", "1,25"], [0.5, 1.25],
         told("'0,5' and the like were read as numbers, here 0.5 (decimal commas).")),
        (["1.234,5", "7"], [1234.5, 7],
         told("'1.234,5' and the like were read as numbers, here 1234.5 (decimal "
              "commas).")),
        (["1.234.567", "2.000"], [1234567, 2000],
         told("'1.234.567' and the like were read as numbers, here 1.23457e+06 (points "
              "between thousands).")),
        (["$5", "-$1,200"], [5, -1200],
         told("'-$1,200' and the like were read as numbers, here -1200 (commas between "
              "thousands).")),
        (["5 €", "6,50 €"], [5, 6.5],
         told("'6,50 €' and the like were read as numbers, here 6.5 (decimal commas).")),
        (["12%", "3.5 %"], [12, 3.5],
         told("'12%' and the like were read as numbers, here 12.")),
        (["01234", "90210"], [1234, 90210],
         told("'01234' and the like were read as numbers, here 1234. If they are codes, "
              "put a letter before them.")),
        (["0", "0.5", "00"], [0, 0.5, 0],
         told("'00' and the like were read as numbers, here 0. If they are codes, put a "
              "letter before them.")),
        (["−5", "4"], [-5, 4],
         told("'−5' and the like were read as numbers, here -5.")),
    ],
)  # fmt: skip
def test_what_is_certain_is_a_number(texts, values, notes):
    assert read(texts) == (values, notes)


@pytest.mark.parametrize(
    ("texts", "example"),
    [
        (["0,5", "1.5"], "'0,5', '1.5'"),
        (["12%", "0.12"], "'12%', '0.12'"),
        (["$5", "€5"], "'$5', '€5'"),
        (["1,2,3", "4"], "'1,2,3', '4'"),
        (["--5", "4"], "'--5', '4'"),
        (["$5%", "4"], "'$5%', '4'"),
    ],
)
def test_ways_to_write_that_do_not_fit_make_categories(texts, example):
    assert read(texts) == (
        None,
        [
            "'x' was taken as categories: its numbers are written in different ways, such "
            f"as {example}. Correct or empty them to have numbers."
        ],
    )


def test_decimal_commas_are_those_of_the_whole_file():
    assert read(["1,234", "2,500"], decimal_comma=True)[0] == [1.234, 2.5]
    for texts, separator, is_comma in [
        (["1,234", "a"], ",", False),
        (["1,234", "a"], ";", True),
        (["1,234", "0,5"], "\t", True),
        (["1,234", "0.5"], ";", False),
        (["1,234", "12.75", "-3,5"], ";", False),
    ]:
        assert has_decimal_commas(pd.DataFrame({"x": texts}), separator) == is_comma


def test_points_between_thousands_are_doubted_where_commas_are_decimal():
    assert read(["1.234", "2.500", "7"], decimal_comma=True) == (
        [1.234, 2.5, 7],
        told("the point in '1.234' and the like was read as a decimal point."),
    )
    assert read(["1.234", "2.5"], decimal_comma=True)[1] == []


def test_a_stray_word_is_a_missing_number():
    values, notes = read([*map(str, range(19)), "unknown"])
    assert values[:19] == list(range(19))
    assert np.isnan(values[19])
    assert notes == ["'x' was read as numbers, and 'unknown' (1 row) as missing."]
    values, notes = read(["$1,000"] * 38 + ["?", "-"])
    assert values[:38] == [1000] * 38
    assert notes == [
        "'x': '$1,000' and the like were read as numbers, here 1000 (commas between "
        "thousands).",
        "'x' was read as numbers, and '?', '-' (2 rows) as missing.",
    ]


@pytest.mark.parametrize(
    ("texts", "share", "words"),
    [
        (["1", "2", "x"], "67%", "'x'"),
        (["1"] * 95 + ["a", "b", "c", "d", "e"], "95%", "'a', 'b', 'c' and 2 more"),
        (["1"] * 95 + ["90+"] * 5, "95%", "'90+'"),
    ],
)
def test_what_is_mostly_numbers_is_told(texts, share, words):
    assert read(texts) == (
        None,
        [
            f"'x' was taken as categories: {share} of its filled rows are numbers, but "
            f"others are {words}. Correct or empty them to have numbers."
        ],
    )


def test_texts_are_categories_without_a_note():
    for texts in (["a", "b"], ["1", "b", "c"], ["NA", "None"], ["NA", ""], ["$", "%"]):
        assert read(texts) == (None, [])


def test_words_for_missing_are_missing_numbers():
    values, notes = read(["1", "NA", "", "null", "None", "nan", "2"])
    np.testing.assert_array_equal(values, [1] + [np.nan] * 5 + [2])
    assert notes == []
    assert np.isnan(read(["", ""])[0]).all()
