"""The estimator inside scikit-learn's pipelines: routing, encoders, kinds of data."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.compose import make_column_transformer
from sklearn.model_selection import cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, OneHotEncoder, StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.metrics import get_scorer, worst_group_auc
from skfairbargain.model_selection import balanced_validation_split


@pytest.fixture(scope="module")
def diabetes():
    """Training rows with a text column, a validation set, and the groups of the rows."""
    data = load_diabetes_progression()
    X = data.data.assign(
        build=pd.cut(data.data["bmi"], [0, 22, 27, 99], labels=["slim", "mid", "heavy"])
        .astype(str)
        .to_numpy()
    )
    X, X_val, y, y_val, sex, sex_val = balanced_validation_split(
        X, data.target, data.sensitive["sex"], random_state=0
    )
    return X, y, {"X_val": X_val, "y_val": y_val, "groups_val": sex_val}, sex


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def quick(**options):
    options = {"max_epochs": 2, "bargain_epochs": 1, "hidden_layer_sizes": (8,), **options}
    return NashMetaClassifier(**{"random_state": 0, **options})


def columns():
    numbers = ["age", "bmi", "bp", "s5"]
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
    return make_column_transformer((StandardScaler(), numbers), (encoder, ["build"]))


def numeric(diabetes):
    """The same without the text column."""
    X, y, validation, sex = diabetes
    X_val = validation["X_val"].drop(columns="build")
    return X.drop(columns="build"), y, {**validation, "X_val": X_val}, sex


def fit_by_hand(steps, X, y, validation):
    """The same steps with no pipeline: what routing has to arrive at."""
    transformed = steps.fit_transform(X, y)
    given = {**validation, "X_val": steps.transform(validation["X_val"])}
    return quick().fit(transformed, y, **given), steps


def test_pipeline_transforms_the_validation_set(diabetes, routing):
    X, y, validation, _ = diabetes
    pipe = Pipeline([("columns", columns()), ("clf", quick())], transform_input=["X_val"])
    pipe.fit(X, y, **validation)
    clf, steps = fit_by_hand(columns(), X, y, validation)
    np.testing.assert_array_equal(
        pipe.predict_proba(X), clf.predict_proba(steps.transform(X))
    )
    assert pipe[-1].groups_ == ["sex=1", "sex=2"]
    assert pipe[-1].n_features_in_ == 7
    assert pipe.score(X, y) == np.mean(pipe.predict(X) == y)


def test_without_routing_the_user_transforms(diabetes):
    X, y, validation, _ = diabetes
    steps = columns().fit(X)
    given = {f"clf__{name}": value for name, value in validation.items()}
    given["clf__X_val"] = steps.transform(validation["X_val"])
    pipe = Pipeline([("columns", columns()), ("clf", quick())]).fit(X, y, **given)
    clf, _ = fit_by_hand(columns(), X, y, validation)
    np.testing.assert_array_equal(
        pipe.predict_proba(X), clf.predict_proba(steps.transform(X))
    )


def test_cross_validate_passes_the_validation_set_on(diabetes, routing):
    X, y, validation, sex = diabetes
    pipe = make_pipeline(columns(), quick(), transform_input=["X_val"])
    result = cross_validate(
        pipe,
        X,
        y,
        cv=3,
        scoring={"auc": "roc_auc", "worst": get_scorer("worst_group_auc")},
        params={**validation, "sensitive_features": sex},
        return_estimator=True,
        return_indices=True,
        error_score="raise",
    )
    for fold, fitted in enumerate(result["estimator"]):
        train, test = (result["indices"][part][fold] for part in ("train", "test"))
        clf, steps = fit_by_hand(columns(), X.iloc[train], y.iloc[train], validation)
        rows = X.iloc[test]
        expected = clf.decision_function(steps.transform(rows))
        np.testing.assert_array_equal(fitted.decision_function(rows), expected)
        assert result["test_worst"][fold] == worst_group_auc(
            y.iloc[test], expected, sensitive_features=sex.iloc[test]
        )


def test_set_output_gives_the_classifier_names(diabetes, routing):
    X, y, validation, _ = diabetes
    steps = columns().set_output(transform="pandas")
    pipe = make_pipeline(steps, quick(), transform_input=["X_val"]).fit(X, y, **validation)
    bare = make_pipeline(columns(), quick(), transform_input=["X_val"])
    bare.fit(X, y, **validation)
    np.testing.assert_array_equal(pipe.predict_proba(X), bare.predict_proba(X))
    assert pipe[-1].feature_names_in_.tolist() == steps.get_feature_names_out().tolist()
    assert not hasattr(bare[-1], "feature_names_in_")


def test_polars_in(diabetes, routing):
    X, y, validation, _ = numeric(diabetes)
    frames = {name: pl.DataFrame({"sex": value.to_list()}) if name == "groups_val"
              else pl.Series(value.to_list()) if name == "y_val" else pl.from_pandas(value)
              for name, value in validation.items()}  # fmt: skip
    steps = StandardScaler().set_output(transform="polars")
    pipe = make_pipeline(steps, quick(), transform_input=["X_val"])
    pipe.fit(pl.from_pandas(X), pl.Series(y.to_list()), **frames)
    expected = make_pipeline(StandardScaler(), quick(), transform_input=["X_val"])
    expected.fit(X, y, **validation)
    got = pipe.predict_proba(pl.from_pandas(X))
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, expected.predict_proba(X), rtol=1e-5)
    # scikit-learn 1.7 cannot read the names of a frame of polars 2; later versions can.
    for step in pipe:
        assert list(getattr(step, "feature_names_in_", X.columns)) == X.columns.tolist()
    assert pipe[-1].groups_ == expected[-1].groups_


@pytest.mark.parametrize("kind", [csr_array, lambda X: csr_array(X).tocsc()])
def test_sparse_rows_train_the_same_model(diabetes, routing, kind):
    X, y, validation, _ = numeric(diabetes)
    sparse = {**validation, "X_val": kind(validation["X_val"].to_numpy())}
    # The mean of sparse rows would not be subtracted.
    clf = quick(standardize=False)
    pipe, dense = (
        make_pipeline(MaxAbsScaler(), clf, transform_input=["X_val"]) for _ in range(2)
    )
    pipe.fit(kind(X.to_numpy()), y, **sparse)
    dense.fit(X.to_numpy(), y, **{**validation, "X_val": validation["X_val"].to_numpy()})
    # The scaler rounds sparse rows otherwise than dense ones.
    np.testing.assert_allclose(
        pipe.predict_proba(kind(X.to_numpy())), dense.predict_proba(X.to_numpy()), rtol=1e-9
    )


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("weighted", [False, True])
def test_memory_layout_and_left_out_rows_do_not_matter(diabetes, order, weighted):
    """Rows are gathered from X as it lies, those of weight zero skipped, to the bit."""
    X, y, validation, _ = numeric(diabetes)
    scaler = StandardScaler().fit(X)
    X, y = scaler.transform(X), y.to_numpy()
    given = {**validation, "X_val": scaler.transform(validation["X_val"])}
    weight = np.ones(len(y))
    weight[::7] = 0
    kept = weight > 0 if weighted else np.full(len(y), True)
    options = {"sample_weight": weight} if weighted else {}
    model = quick().fit(np.asarray(X, order=order), y, **given, **options)
    plain = quick().fit(np.ascontiguousarray(X[kept]), y[kept], **given)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    np.testing.assert_array_equal(model.sample_influence_[kept], plain.sample_influence_)
    assert not model.sample_influence_[~kept].any()
