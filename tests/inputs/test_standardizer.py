"""Means and deviations: as scikit-learn's, chunk by chunk, and at the ends of float64."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from skfairbargain._inputs._standardizer import Standardizer

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(200, 4)) * [1, 1e-3, 1e4, 30] + [0, 5, -1e6, 1e9]


def fitted(X, weight=None, rows=None, **options):
    rows = np.arange(X.shape[0]) if rows is None else rows
    return Standardizer(**options).partial_fit(X, rows, weight)


@pytest.mark.parametrize("n_copies", [1, 2000])
def test_dense_rows_are_scaled_as_by_scikit_learn(n_copies):
    # Copies are more than one chunk.
    expected = StandardScaler().fit(ROWS)
    scaler = fitted(np.tile(ROWS, (n_copies, 1)))
    np.testing.assert_allclose(scaler.mean_, expected.mean_, rtol=1e-12)
    np.testing.assert_allclose(scaler.scale_, expected.scale_, rtol=1e-7)
    assert scaler.n_rows_ == 200 * n_copies
    features = scaler.transform(ROWS)
    np.testing.assert_allclose(features, expected.transform(ROWS), atol=1e-5)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(features.std(axis=0), 1, rtol=1e-7)


def test_sparse_rows_are_scaled_without_subtracting_the_mean():
    # More than one chunk.
    X = sparse.random(20_000, 5, density=0.3, format="csr", random_state=0)
    scaler = fitted(X, centered=False)
    expected = StandardScaler(with_mean=False).fit_transform(X).toarray()
    np.testing.assert_allclose(scaler.transform(X), expected, rtol=1e-12)
    np.testing.assert_array_equal(scaler.transform(X.toarray()), scaler.transform(X))
    assert (scaler.transform(X)[X.toarray() == 0] == 0).all()


def test_whole_weights_are_copies_of_the_row():
    weight = np.tile([1.0, 3.0], 100)
    weighted = fitted(ROWS, weight)
    copies = fitted(np.repeat(ROWS, weight.astype(int), axis=0))
    np.testing.assert_allclose(weighted.mean_, copies.mean_, rtol=1e-12)
    np.testing.assert_allclose(weighted.scale_, copies.scale_, rtol=1e-6)
    tenfold = fitted(ROWS, weight * 1e300)
    np.testing.assert_allclose(tenfold.scale_, weighted.scale_, rtol=1e-12)


def test_rows_that_are_not_named_do_not_count():
    X = np.r_[ROWS, np.full((50, 4), 1e12)]
    np.testing.assert_array_equal(
        fitted(X, rows=np.arange(200)).scale_, fitted(ROWS).scale_
    )


def test_calls_are_merged_and_count_by_their_rows():
    in_parts = fitted(ROWS[:30], np.full(30, 5.0))
    in_parts.partial_fit(ROWS, np.arange(30, 200))
    np.testing.assert_allclose(in_parts.mean_, ROWS.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(in_parts.scale_, ROWS.std(axis=0), rtol=1e-7)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("offset", 1e9 + RNG.choice([-1.0, 1.0], 300)),
        ("huge", 1e300 * RNG.normal(size=300)),
        ("ends of float64", 1.7e308 * RNG.choice([-1.0, 1.0], 300)),
        ("tiny", 1e-300 * RNG.normal(size=300)),
        ("a heavy tail", RNG.lognormal(sigma=30, size=300)),
    ],
)
def test_finite_columns_have_deviation_1(name, column):
    with np.errstate(all="raise", under="ignore"):
        scaler = fitted(np.c_[column, ROWS[np.arange(300) % 200, 0]])
        features = scaler.transform(np.c_[column, column])
    np.testing.assert_allclose(features[:, 0].mean(), 0, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(features[:, 0].std(), 1, rtol=1e-6, err_msg=name)
    # By the scale of the other column they are far away, and finite.
    assert np.isfinite(features).all()
    assert abs(features[:, 1]).max() <= 10 * np.sqrt(300)


@pytest.mark.parametrize("later", [0.0, 1.0, 1e300, -1.7e308])
@pytest.mark.parametrize("centered", [True, False])
@pytest.mark.parametrize(
    "column",
    [
        np.zeros(300),
        np.full(300, 0.1),
        np.full(300, -1.7e308),
        1e8 + 1e-8 * RNG.normal(size=300),
        np.full(300, 1e-310),
        np.float32(1e8) + RNG.choice([0, 8], 300).astype(np.float32),
    ],
    ids=["0", "0.1", "huge", "rounding noise", "subnormal", "float32"],
)
def test_a_constant_column_becomes_0_whatever_comes_later(column, centered, later):
    scaler = fitted(column[:, None], centered=centered)
    assert scaler.scale_.tolist() == [np.inf]
    with np.errstate(all="raise", under="ignore"):
        assert (scaler.transform(column[:, None]) == 0).all()
        assert scaler.transform(np.array([[later]])) == 0


def test_a_constant_column_counts_once_it_varies():
    scaler = fitted(np.full((10, 1), 5.0))
    scaler.partial_fit(np.full((10, 1), 7.0), np.arange(10))
    assert scaler.mean_.tolist() == [6]
    assert scaler.scale_.tolist() == [1]


def test_values_grow_from_call_to_call():
    small, large = 1e-200 * RNG.normal(size=50), 1e200 * RNG.normal(size=50)
    scaler = fitted(small[:, None]).partial_fit(large[:, None], np.arange(50))
    expected = np.sqrt(np.mean((large / 1e200) ** 2) / 2 - (large / 1e200).mean() ** 2 / 4)
    np.testing.assert_allclose(scaler.scale_, 1e200 * expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.int64, bool])
def test_numbers_of_every_kind_are_read_in_float64(dtype):
    X = RNG.integers(0, 2, (100, 3)).astype(dtype)
    if dtype == np.int64:
        X += 10**12
    features = fitted(X).transform(X)
    assert features.dtype == np.float64
    np.testing.assert_allclose(features.std(axis=0), 1, rtol=1e-3)


def test_weights_count_as_their_effective_number_of_rows():
    X = np.array([[0.0], [4.0], [8.0]])
    # (1 + 1 + 2)² / (1 + 1 + 4) = 8/3 rows
    scaler = fitted(X, np.array([1.0, 1.0, 2.0]))
    assert scaler.n_rows_ == pytest.approx(8 / 3)
    # mean (0 + 4 + 16)/4 = 5, variance (25 + 1 + 2·9)/4 = 11, at most 10 √(8/3) deviations
    assert scaler.mean_ == pytest.approx(5)
    assert scaler.scale_ == pytest.approx(11**0.5)
    far = scaler.transform(np.array([[1e6], [-1e6]]))
    np.testing.assert_allclose(far, [[10 * (8 / 3) ** 0.5], [-10 * (8 / 3) ** 0.5]])


@pytest.mark.parametrize("orders", [6, 60, 300])
def test_features_stay_small_where_the_weights_rest_on_one_row(orders):
    weight = np.logspace(-orders, orders, len(ROWS))
    features = fitted(ROWS, weight).transform(ROWS)
    assert abs(features).max() <= 10.0 * len(ROWS) ** 0.5
    n_effective = weight[-5:] / weight.max()  # the others are negligible
    n_effective = n_effective.sum() ** 2 / (n_effective @ n_effective)
    if orders >= 60:
        assert abs(features).max() <= 10.1 * n_effective**0.5


@pytest.mark.parametrize("weight", [None, np.arange(1.0, 21)])
def test_images_are_scaled_by_channel(weight):
    X = RNG.normal(size=(20, 3, 4, 5)) * np.array([1, 10, 100])[:, None, None] + 7
    scaler = fitted(X, weight)
    pixels = np.moveaxis(X, 1, -1).reshape(-1, 3)
    weights = None if weight is None else np.repeat(weight, 20)
    expected = StandardScaler().fit(pixels, sample_weight=weights)
    np.testing.assert_allclose(scaler.mean_, expected.mean_, rtol=1e-12)
    by_channel = np.moveaxis(scaler.transform(X), 1, -1).reshape(-1, 3)
    np.testing.assert_allclose(by_channel, expected.transform(pixels), atol=1e-9)


def test_a_state_brings_it_back():
    scaler = fitted(ROWS)
    again = Standardizer.from_state(scaler.get_state())
    np.testing.assert_array_equal(again.transform(ROWS), scaler.transform(ROWS))
    again.partial_fit(ROWS + 1, np.arange(200))
    scaler.partial_fit(ROWS + 1, np.arange(200))
    np.testing.assert_array_equal(again.transform(ROWS), scaler.transform(ROWS))


@pytest.mark.parametrize("seed", range(5))
def test_unequal_weights_of_a_constant_column_leave_no_negative_variance(seed):
    rng = np.random.default_rng(seed)
    weight = rng.choice([5.0, 0.2], 400)
    columns = np.tile(rng.normal(size=50), (400, 1))
    assert (fitted(columns, weight).scale_ == np.inf).all()


@pytest.mark.parametrize(("offset", "constant"), [(1e5, False), (1e6, False), (1e8, True)])
def test_a_float32_column_of_some_sixteen_levels_is_not_constant(offset, constant):
    """Of a deviation of 1, float32 keeps sixteen levels at 1e6, and none at 1e8."""
    column = (RNG.normal(size=(4000, 1)) + offset).astype(np.float32)
    assert fitted(column).constant_.tolist() == [constant]


def test_more_rows_change_what_is_transformed():
    scaler = fitted(ROWS)
    before = scaler.transform(ROWS)
    scaler.partial_fit(ROWS + 1e6, np.arange(200))
    both = np.concatenate([ROWS, ROWS + 1e6])
    expected = StandardScaler().fit(both).transform(ROWS)
    np.testing.assert_allclose(scaler.transform(ROWS), expected, atol=1e-5)
    assert np.abs(before - expected).max() > 0.1
