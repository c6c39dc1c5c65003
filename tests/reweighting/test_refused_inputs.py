"""What the parts could not take is refused in the name of the estimator that was called."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skfairbargain import ReweightedClassifier
from skfairbargain.reweighting._weighted_rows import weighted_rows
from tests.reweighting._shared import alone, network
from tests.small_model import VALIDATION, X, Y, raises

TEXT = "should hold numbers. Got text in the column 'city'. Encode it first"
FRAME = pd.DataFrame(X, columns=list("abcde")).assign(city="x")
AUDIT = {
    **VALIDATION,
    "X_val": pd.DataFrame(VALIDATION["X_val"], columns=list("abcde")).assign(city="x"),
}


@pytest.mark.parametrize("weigher", [None, network()])
def test_text_is_refused_where_nothing_encodes_it(weigher):
    clf = ReweightedClassifier(weigher=weigher)
    with pytest.raises(ValueError, match=f"^`X` {TEXT}"):
        clf.fit(FRAME, Y, **AUDIT)
    with pytest.raises(ValueError, match=r"^`X_val` should be .* Got text in"):
        clf.fit(FRAME.assign(city=1.0), Y, **AUDIT)


@pytest.mark.parametrize("weigher", [None, network()])
def test_nan_is_refused_in_the_name_of_what_was_called(weigher):
    message = "Input X contains NaN.\nReweightedClassifier does not accept missing values"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        ReweightedClassifier(weigher=weigher).fit(
            np.where(X > 2, np.nan, X), Y, **VALIDATION
        )


def test_unknown_keywords_are_explained():
    message = (
        "ReweightedClassifier.fit takes no `sensitive_features`. Its arguments are X, y, "
        "X_val, y_val, groups_val, sample_weight, classes. Groups and labels of audited "
        "rows are "
        "`groups_val`, `y_val` and `X_val`; the training rows need no groups."
    )
    with raises(message, TypeError):
        ReweightedClassifier().fit(X, Y, sensitive_features=Y)


def test_classes_are_no_estimators():
    message = (
        "`estimator` should be an estimator. Got the class LogisticRegression. Pass "
        "LogisticRegression(...)."
    )
    with raises(message, TypeError):
        ReweightedClassifier(LogisticRegression).fit(X, Y, **VALIDATION)
    with raises(message.replace("`estimator`", "`weigher`"), TypeError):
        ReweightedClassifier(weigher=LogisticRegression).fit(X, Y, **VALIDATION)


@pytest.mark.parametrize(
    "weigher",
    [LogisticRegression(), make_pipeline(StandardScaler(), LogisticRegression())],
)
def test_a_weigher_takes_audited_rows(weigher):
    message = (
        "`weigher` should be a NashMetaClassifier, or a pipeline, a search or a "
        f"FrozenEstimator that ends in one. Got {weigher!r}."
    )
    with raises(message, TypeError):
        ReweightedClassifier(weigher=weigher).fit(X, Y, **VALIDATION)


def categories(rows, values, known):
    frame = pd.DataFrame(rows, columns=list("abcde"))
    return frame.assign(city=pd.Categorical(values, categories=known))


@pytest.mark.parametrize(("values", "known", "expected"), [
    ("x", ["z", "y", "x"], ["x", "y"]),
    ("q", ["q"], ["x", "y", "q"]),
])  # fmt: skip
def test_categories_are_those_of_the_training_rows_and_new_ones(values, known, expected):
    train = categories(X, np.where(Y, "x", "y"), ["x", "y"])
    val = categories(VALIDATION["X_val"], [values] * 16, known)
    rows, _, _ = weighted_rows(
        train, Y, np.ones(120), np.array([0, 1]), val, VALIDATION["y_val"], 0.5
    )
    assert rows["city"].cat.categories.tolist() == expected
    assert rows["city"].tolist() == [*train["city"], *[values] * 16]
    assert val["city"].cat.categories.tolist() == known
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["city"]), remainder="passthrough"
    )
    boosting = HistGradientBoostingClassifier(categorical_features="from_dtype")
    weigher = make_pipeline(encode, network(), transform_input=["X_val"])
    clf = alone(boosting, weigher).fit(train, Y, **{**VALIDATION, "X_val": val})
    assert clf.predict(train).shape == (120,)
