"""Tables of any columns become finite numbers, the same in every form."""

import datetime
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from skfairbargain.tables import TableEncoder


@parametrize_with_checks([TableEncoder()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


MIXED = pd.DataFrame(
    {
        "number": [1, 2, None, 5.0],
        "text": ["x", "y", None, "x"],
        "date": pd.to_datetime(["2020-01-01", "2021-02-03", None, "2022-01-01"]),
        "written": ["2020-01-01", "2021-02-03T12:00", None, "2022-01-01"],
        "objects": [True, False, None, True],
        "integers": pd.array([1, None, 3, 4], dtype="Int64"),
        "category": pd.Categorical([1, 2, 1, None]),
        "duration": pd.to_timedelta([1, 2, 3, None], unit="h"),
        "huge": [1e300, 1e308, -1e308, None],
        "tiny": [1e-300, 2e-300, 0, None],
        "empty": [None] * 4,
        "period": pd.period_range("2020-01", periods=4, freq="M"),
        "both": [1, "1", "b", 2.0],
        "constant": [3] * 4,
    }
)
KINDS = {
    "number": "number",
    "text": "category",
    "date": "date",
    "written": "date",
    "objects": "number",
    "integers": "number",
    "category": "category",
    "duration": "number",
    "huge": "number",
    "tiny": "number",
    "empty": "number",
    "period": "date",
    "both": "category",
    "constant": "number",
}


def test_mixed_columns_become_finite_numbers_with_names():
    encoder = TableEncoder().fit(MIXED)
    assert dict(zip(MIXED.columns, encoder.kinds_, strict=True)) == KINDS
    numbers = encoder.transform(MIXED)
    assert numbers.dtype == np.float32
    assert np.isfinite(numbers).all()
    assert numbers.shape == (4, len(encoder.get_feature_names_out()))
    assert_array_equal(encoder.transform(MIXED[2:3]), numbers[2:3])


def test_numbers_by_hand():
    # Mean 2 and deviation 1 of (1, 2, 2, 3, missing -> the median 2): √(2/5).
    encoder = TableEncoder().fit(pd.DataFrame({"a": [1, 2, 2, 3, None]}))
    assert encoder.get_feature_names_out().tolist() == ["a", "a_missing"]
    numbers = encoder.transform(pd.DataFrame({"a": [1.0, None]}))
    assert_allclose(numbers, [[-1 / np.sqrt(0.4), -0.5], [0, 2]], rtol=1e-6)


def test_dates_by_hand():
    table = pd.DataFrame({"d": ["1970-01-02", "1970-01-04T06:00"]})  # Friday, Sunday
    encoder = TableEncoder().fit(table)
    names = ["d_days", "d_month", "d_weekday", "d_hour"]
    assert encoder.get_feature_names_out().tolist() == names
    # Of two values one is a deviation below the mean and one above; the month is constant.
    assert_allclose(encoder.transform(table), [[-1, 0, -1, -1], [1, 0, 1, 1]], rtol=1e-6)


def test_one_hot_columns_by_hand():
    table = pd.DataFrame({"c": ["a", None, 2, 2.0]})
    encoder = TableEncoder().fit(table)
    assert encoder.get_feature_names_out().tolist() == ["c_2", "c_a", "c_missing"]
    expected = [[0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 0, 0]]
    assert_array_equal(encoder.transform(table), expected)
    # What was never seen is none of them.
    assert_array_equal(encoder.transform(pd.DataFrame({"c": ["new"]})), [[0, 0, 0]])


def test_rare_categories_share_a_column():
    table = pd.DataFrame({"c": list("aabbcd")})
    encoder = TableEncoder(max_categories=3).fit(table)
    names = ["c_a", "c_b", "c_infrequent_sklearn"]
    assert encoder.get_feature_names_out().tolist() == names
    assert_array_equal(encoder.transform(pd.DataFrame({"c": ["c", "z"]})), [[0, 0, 1]] * 2)


def test_polars_gives_what_pandas_gives():
    columns = {
        "n": [1, None, 3],
        "t": ["x", None, "y"],
        "d": [datetime.date(2020, 1, 1), None, datetime.date(2021, 5, 1)],
        "b": [True, None, False],
    }
    of_polars = TableEncoder().fit(pl.DataFrame(columns))
    of_pandas = TableEncoder().fit(pd.DataFrame(columns))
    assert of_polars.feature_names_in_.tolist() == list(columns)
    assert_array_equal(
        of_polars.transform(pl.DataFrame(columns)),
        of_pandas.transform(pd.DataFrame(columns)),
    )


DAYS = ["9999-12-31", "2020-01-01", "0001-01-01"]  # pandas counts nanoseconds from 1677
FAR = {
    "numpy": np.array(DAYS, dtype="datetime64[s]"),
    "written": DAYS,
    "dates": [datetime.date.fromisoformat(day) for day in DAYS],
    "periods": pd.PeriodIndex(DAYS, freq="D"),
    "polars": pl.Series(DAYS).str.to_date(),
}
OLD_PANDAS = int(pd.__version__.split(".")[0]) < 3


@pytest.mark.parametrize("form", FAR)
def test_dates_far_away(form):
    if OLD_PANDAS and form in ("written", "dates", "periods"):
        pytest.skip("pandas 2 reads them as nanoseconds")
    frame = pl.DataFrame if form == "polars" else pd.DataFrame
    encoder = TableEncoder(dtype="float64").fit(frame({"d": FAR[form]}))
    days = encoder.transform(frame({"d": FAR[form]}))[:, 0]
    # Days from 1970, by the calendar of the standard library.
    first = datetime.date(1970, 1, 1)
    known = np.array([(datetime.date.fromisoformat(day) - first).days for day in DAYS])
    assert_allclose(days, (known - known.mean()) / known.std())


def test_decimals_are_numbers():
    table = pd.DataFrame({"a": [Decimal("0.5"), None, Decimal("1.5"), Decimal("NaN")]})
    encoder = TableEncoder().fit(table)
    assert encoder.kinds_ == ["number"]
    assert_array_equal(
        encoder.transform(table),
        encoder.transform(pd.DataFrame({"a": [0.5, None, 1.5, None]})),
    )


@pytest.mark.parametrize("empty", [[None] * 3, [np.nan] * 3, [pd.NaT] * 3])
@pytest.mark.parametrize("new", [["x", "y"], [5e4, 1.0], [datetime.date(2020, 1, 1)] * 2])
def test_a_column_that_had_no_value_counts_as_missing(empty, new):
    encoder = TableEncoder().fit(pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": empty}))
    found = encoder.transform(pd.DataFrame({"a": [1.0, 2.0], "b": new}))
    missing = encoder.transform(pd.DataFrame({"a": [1.0, 2.0], "b": [None, None]}))
    assert_array_equal(found, missing)


def test_values_far_from_the_fitted_are_cut_off():
    encoder = TableEncoder().fit(np.arange(4.0)[:, None])
    # 10 √n deviations for n = 4
    assert_array_equal(encoder.transform([[1e300], [-1e300]]), [[20], [-20]])


def test_a_refused_fit_leaves_the_fitted_encoder():
    encoder = TableEncoder().fit([[1.0, 2.0]])
    with pytest.raises(ValueError, match="finite"):
        encoder.fit([[np.inf, 1.0, 2.0]])
    assert encoder.n_features_in_ == 2
    assert encoder.transform([[1.0, 2.0]]).shape == (1, 2)


def test_missing_values_of_new_rows_alone():
    encoder = clone(TableEncoder()).fit([[1.0, 2.0], [3.0, 4.0]])
    assert_array_equal(encoder.transform([[np.nan, 2.0]]), [[0, -1]])


REFUSED = {
    "infinite": (
        [[1.0, np.inf]],
        "`X` should hold finite numbers, or none where they are missing. Got infinity "
        "among them. Replace it by NaN or by a number.",
    ),
    "beyond floats": (
        [[1, 10**400]],
        "`X` should hold finite numbers, or none where they are missing. Got infinity "
        "among them. Replace it by NaN or by a number.",
    ),
    "one dimension": (
        [1, 2],
        "`X` should have two dimensions, rows and features. Got shape (2,). Reshape your "
        "data: `.reshape(-1, 1)` for one feature, `.reshape(1, -1)` for one sample.",
    ),
    "images": (
        np.zeros((2, 3, 8, 8)),
        "`X` should have two dimensions, rows and features. Got shape (2, 3, 8, 8). A "
        "NashMetaClassifier with a `module` of your own takes rows of more dimensions, "
        "such as images; `X.reshape(len(X), -1)` makes features of them.",
    ),
    "columns by name": (
        {"a": list(range(50))},
        "`X` should have two dimensions, rows and features. Got {'a': [0, 1, 2, 3, 4, 5, "
        "...]}. Pass a DataFrame, an array or a list of rows.",
    ),
    "nothing": (
        None,
        "`X` should have two dimensions, rows and features. Got None. Pass a DataFrame, an "
        "array or a list of rows.",
    ),
    "fields": (
        np.array([(1.0, "a")], dtype=[("n", "f8"), ("t", "U1")]),
        "`X` should have two dimensions, rows and features. Got fields ['n', 't']. Pass "
        "`pd.DataFrame(X)`.",
    ),
    "complex": (
        np.array([[1j, 2]]),
        "`X` should hold no complex numbers. Complex data not supported: pass real and "
        "imaginary parts as two columns.",
    ),
    "a complex column": (
        pd.DataFrame({"a": [1j]}),
        "`X['a']` should hold no complex numbers. Complex data not supported: pass real "
        "and imaginary parts as two columns.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(case):
    X, message = REFUSED[case]
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        TableEncoder().fit(X)


def test_refuses_a_table_that_is_not_in_memory():
    message = "`X` should be in memory. Got a LazyFrame. Pass `X.collect()`."
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        TableEncoder().fit(pl.DataFrame({"a": [1]}).lazy())


def test_refuses_cells_that_are_no_values():
    with pytest.raises(TypeError) as error:
        TableEncoder().fit(pd.DataFrame({"a": [{}, 1]}))
    assert str(error.value) == (
        "`X['a']` should hold numbers, text, booleans or dates, one a cell. Got a dict; "
        "each argument must be a string or a number."
    )


DATES = pd.to_datetime(["2024-05-17"] * 2)
OTHER_VALUES = {
    "text": ([1.5, 2.0], ["3", "v"], "numbers", "'v'"),
    "categories": ([1.5, 2.0], pd.Categorical(["3", "v"]), "numbers", "'v'"),
    "dates": ([1.5, 2.0], DATES, "numbers", "Timestamp('20...-17 00:00:00')"),
    "numbers": (DATES, [1.5, 2.0], "dates", "1.5"),
    "booleans": (["2024-05-17"] * 2, [True, False], "dates", "True"),
    "numbers as categories": (["2024-05-17"] * 2, pd.Categorical([1, 2]), "dates", "1"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHER_VALUES)
def test_refuses_new_rows_that_hold(case):
    fitted, new, wanted, found = OTHER_VALUES[case]
    encoder = TableEncoder().fit(pd.DataFrame({"a": fitted}))
    message = (
        f"`X['a']` should hold {wanted}, as where the encoder was fitted. Got {found}. "
        "Give the column what it held there, or leave the cell missing."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        encoder.transform(pd.DataFrame({"a": new}))


@pytest.mark.parametrize(
    "new",
    [["1", "2.5"], pd.Categorical(["1", "2.5"]), pd.array(["1", "2.5"], dtype="string")],
)
def test_numbers_of_new_rows_may_be_text(new):
    encoder = TableEncoder().fit(pd.DataFrame({"a": [1.0, 4.0]}))
    found = encoder.transform(pd.DataFrame({"a": new}))
    assert_allclose(found, [[-1], [0]], atol=1e-6)
