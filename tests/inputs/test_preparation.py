"""fit notices a validation set that was cut or not transformed on its way."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier, ValidationSetWarning
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.model_selection import balanced_validation_split

ROUTE_IT = 'In a Pipeline, transform_input=["X_val"] takes it through the earlier steps.'


@pytest.fixture(scope="module")
def diabetes():
    """Training rows and a validation set, unscaled, with names."""
    data = load_diabetes_progression()
    X, X_val, y, y_val, _, sex_val = balanced_validation_split(
        data.data, data.target, data.sensitive["sex"], per_cell=10, random_state=0
    )
    return X, y, {"X_val": X_val, "y_val": y_val, "groups_val": sex_val}


def quick(**options):
    options = {"max_epochs": 1, "bargaining": None, "random_state": 0, **options}
    return NashMetaClassifier(**options)


def pipeline(**options):
    return make_pipeline(StandardScaler(), quick(), **options)


def as_kwargs_of_step(validation):
    return {f"nashmetaclassifier__{name}": value for name, value in validation.items()}


def cut_message(n):
    return (
        f"`X_val` has exactly as many rows as `X`, {n}. A cross-validator cuts whatever is "
        "as long as the data that it splits, so rows of the validation set are probably "
        "missing. Pass a validation set of another length, such as one of "
        "balanced_validation_split."
    )


def names_message(has, lacks):
    return (
        f"`{has}` has column names and `{lacks}` has none, so `X_val` was probably not "
        f"prepared as `X` was. {ROUTE_IT}"
    )


def range_message(share):
    return (
        f"{share} of the values of `X_val` lie outside the range of their column in `X`, "
        f"so it was probably not prepared as `X` was. {ROUTE_IT}"
    )


def assert_warns(message, fit):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit()
    assert [(w.category, str(w.message)) for w in caught] == [
        (ValidationSetWarning, message)
    ]
    return caught[0]


def test_routed_validation_set_raises_no_alarm(diabetes):
    X, y, validation = diabetes
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline(transform_input=["X_val"]).fit(X, y, **validation)
        routed = pipeline(transform_input=["X_val"])
        cross_validate(routed, X, y, params=validation, cv=2, error_score="raise")


def test_validation_set_cut_by_a_cross_validator(diabetes):
    X, y, validation = diabetes
    scaler = StandardScaler().fit(X)
    X = scaler.transform(X)
    rows = np.resize(np.arange(40), len(y))  # as long as the training set
    long = {name: np.asarray(value)[rows] for name, value in validation.items()}
    long["X_val"] = scaler.transform(validation["X_val"])[rows]
    with sklearn.config_context(enable_metadata_routing=True):
        for fit in (
            lambda: cross_validate(quick(), X, y, params=long, cv=2, error_score="raise"),
            lambda: GridSearchCV(quick(), {"lr": [0.01]}, cv=2, refit=False).fit(
                X, y, **long
            ),
        ):
            with pytest.warns(ValidationSetWarning, match="A cross-validator cuts") as got:
                fit()
            assert [str(w.message) for w in got] == [cut_message(len(y) // 2)] * 2
    warning = assert_warns(
        cut_message(len(y) // 2),
        lambda: quick().fit(
            X[::2], y[::2], **{name: value[::2] for name, value in long.items()}
        ),
    )
    assert warning.filename == __file__


def test_balanced_validation_set_may_be_as_long_as_the_training_set(diabetes):
    X, y, validation = diabetes
    scaler = StandardScaler().fit(X)
    scaled = {**validation, "X_val": scaler.transform(validation["X_val"])}
    few = np.r_[np.flatnonzero(y == 0)[:20], np.flatnonzero(y == 1)[:20]]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        quick().fit(scaler.transform(X)[few], y.iloc[few], **scaled)
        # A minibatch of partial_fit was cut by nobody.
        unbalanced = {name: np.asarray(value)[:39] for name, value in scaled.items()}
        quick().partial_fit(
            scaler.transform(X)[few[:39]], y.iloc[few[:39]], [0, 1], **unbalanced
        )
    assert caught == []


def test_zero_weights_do_not_hide_a_cut(diabetes):
    X, y, validation = diabetes
    scaler = StandardScaler().fit(X)
    X = scaler.transform(X)
    rows = np.resize(np.arange(40), len(y))
    long = {name: np.asarray(value)[rows] for name, value in validation.items()}
    long["X_val"] = scaler.transform(validation["X_val"])[rows]
    weight = np.ones(len(y))
    weight[:5] = 0
    assert_warns(
        cut_message(len(y)), lambda: quick().fit(X, y, **long, sample_weight=weight)
    )


def test_names_on_one_side_only(diabetes):
    X, y, validation = diabetes
    named = StandardScaler().set_output(transform="pandas").fit(X)
    scaled = {**validation, "X_val": named.transform(validation["X_val"])}
    warning = assert_warns(
        names_message("X_val", "X"),
        lambda: quick().fit(named.transform(X).to_numpy(), y, **scaled),
    )
    assert warning.filename == __file__
    scaled["X_val"] = scaled["X_val"].to_numpy()
    assert_warns(
        names_message("X", "X_val"), lambda: quick().fit(named.transform(X), y, **scaled)
    )


def test_untransformed_names_and_values(diabetes):
    X, y, validation = diabetes
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pipeline().fit(X, y, **as_kwargs_of_step(validation))
    assert [str(w.message) for w in caught] == [
        names_message("X_val", "X"),
        range_message("97%"),
    ]


@pytest.mark.parametrize("kind", [np.asarray, csr_array])
def test_untransformed_values_without_names(diabetes, kind):
    X, y, validation = diabetes
    X = kind(X.to_numpy())
    bare = {**validation, "X_val": kind(validation["X_val"].to_numpy())}
    model = make_pipeline(StandardScaler(with_mean=False), quick())
    assert_warns(range_message("89%"), lambda: model.fit(X, y, **as_kwargs_of_step(bare)))


def test_rows_of_one_kind_stay_in_range():
    """At the usual sizes the share outside is far from one half, one-hot columns or not."""
    rng = np.random.default_rng(0)
    for n_samples, n_val in ((12, 4), (100, 12), (5000, 200)):
        numbers = rng.standard_t(3, size=(n_samples + n_val, 3))
        levels = pd.get_dummies(rng.integers(50, size=n_samples + n_val), dtype=float)
        X = np.column_stack([numbers, levels])
        y = np.resize([0, 1], len(X))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            quick().fit(X[n_val:], y[n_val:], X_val=X[:n_val], y_val=y[:n_val])
        assert caught == []


def test_other_columns_are_an_error_that_says_where_to_route_it(diabetes):
    X, y, validation = diabetes
    wide = {**validation, "X_val": validation["X_val"].to_numpy()[:, :4]}
    message = (
        "`X_val` should be prepared as `X` was. X has 4 features, but NashMetaClassifier "
        f"is expecting 9 features as input. {ROUTE_IT}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        quick().fit(X.to_numpy(), y, **wide)
    other = {**validation, "X_val": validation["X_val"].rename(columns={"bmi": "BMI"})}
    message = (
        "`X_val` should be prepared as `X` was. The feature names should match those that "
        "were passed during fit.\nFeature names unseen at fit time:\n- BMI\nFeature names "
        f"seen at fit time, yet now missing:\n- bmi\n {ROUTE_IT}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        quick().fit(X, y, **other)
