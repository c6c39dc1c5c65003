"""Graphs of ONNX give what the estimator gives, computed by onnxruntime."""

import re

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.compose import make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from torch import nn

from skfairbargain.deployment import to_onnx
from tests.persistence._shared import quick
from tests.small_model import raises

onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
pytest.importorskip("skl2onnx", reason="the extra onnx is not installed")
pytest.importorskip("onnxscript", reason="the extra onnx is not installed")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4)) * [1, 1e5, 1e-5, 0] + [0, 1e6, 0, 3]
Y = RNG.integers(0, 3, size=90)


def answers(model, rows):
    """Labels and probabilities by onnxruntime."""
    session = onnxruntime.InferenceSession(model.SerializeToString())
    if isinstance(rows, pd.DataFrame):
        given = {
            put.name: rows[[put.name]].to_numpy(rows[put.name].dtype)
            if rows[put.name].dtype.kind in "if"
            else rows[[put.name]].to_numpy(object)
            for put in session.get_inputs()
        }
    else:
        given = {"X": rows}
    return session.run(["label", "probabilities"], given)


def assert_same(model, clf, rows, atol):
    labels, probabilities = answers(model, rows)
    np.testing.assert_allclose(probabilities, clf.predict_proba(rows), atol=atol, rtol=0)
    np.testing.assert_array_equal(labels, clf.predict(rows))
    one_row = answers(model, rows[:1])[1]
    np.testing.assert_allclose(one_row, probabilities[:1], atol=atol, rtol=0)


@pytest.mark.parametrize(("dtype", "atol"), [(np.float32, 1e-6), (np.float64, 1e-14)])
@pytest.mark.parametrize(
    "options", [{}, {"hidden_layer_sizes": ()}, {"dropout": 0.0}, {"standardize": True}]
)
def test_networks(dtype, atol, options):
    rows = X.astype(dtype)
    clf = quick(bargaining=None, **options).fit(rows, Y)
    # Rows far from those of the training are cut off in both.
    assert_same(to_onnx(clf), clf, np.vstack([rows, 1e6 * rows[:5]]), atol)


@pytest.mark.parametrize(
    "labels", [Y, Y == 1, np.array(["no", "maybe", "yes"])[Y], Y + 1.0, Y.astype(np.uint8)]
)
def test_labels_of_every_kind(labels):
    clf = quick(bargaining=None).fit(X, labels)
    found, expected = answers(to_onnx(clf), X)[0], clf.predict(X)
    if expected.dtype.kind in "iub":
        assert found.dtype == np.int64
    else:
        expected = expected.astype(str)
    np.testing.assert_array_equal(found, expected)


class Pictures(nn.Module):
    """Convolution, batch statistics and dropout, which prediction does without."""

    def __init__(self, n_classes):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(2, 4, 2), nn.BatchNorm2d(4)
        self.drop, self.out = nn.Dropout(0.5), nn.Linear(16, n_classes)

    def forward(self, X):
        return self.out(self.drop(torch.relu(self.norm(self.conv(X))).flatten(1)))


@pytest.mark.parametrize("standardize", [False, True])
def test_own_networks(standardize):
    rows = RNG.normal(size=(60, 2, 3, 3)).astype(np.float32) * 3 + 1
    clf = quick(bargaining=None, module=Pictures, standardize=standardize)
    clf.fit(rows, rows[:, 0, 0, 0] > 1)
    assert_same(to_onnx(clf), clf, rows, 1e-6)
    assert clf.module_.training is False  # and as it was, on its device


class Branches(nn.Module):
    """What cannot be written as a graph: it depends on the values of the rows."""

    def __init__(self, n_features, n_classes):
        super().__init__()
        self.out = nn.Linear(n_features, n_classes)

    def forward(self, X):
        return self.out(X) if X.sum().item() > 0 else -self.out(X)


def test_networks_that_are_no_graph():
    clf = quick(bargaining=None, module=Branches, engine="loop").fit(X, Y)
    start = (
        "`module` should be a network that torch.onnx can export for any number of rows, "
        "but that raised "
    )
    with pytest.raises(ValueError, match=f"^{re.escape(start)}"):
        to_onnx(clf)


def people():
    frame = pd.DataFrame({"a": X[:, 0], "n": np.arange(90)})
    frame["a"] = frame["a"].astype(np.float32)
    frame.loc[3, "a"] = np.nan
    frame["town"] = np.where(X[:, 2] > 0, "x", "y")
    return frame


def test_pipelines_on_data_frames():
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    encoder = OneHotEncoder(handle_unknown="ignore")
    columns = make_column_transformer((encoder, ["town"]), remainder=numbers)
    clf = make_pipeline(columns, quick(bargaining=None)).fit(people(), Y)
    model = to_onnx(clf, people())
    assert [put.name for put in model.graph.input] == ["a", "n", "town"]
    # float32 is what skl2onnx imputes and scales in.
    assert_same(model, clf, people(), 1e-6)


@pytest.mark.parametrize(("dtype", "atol"), [(np.float32, 1e-6), (np.float64, 1e-14)])
def test_searches_and_pipelines_on_arrays(dtype, atol):
    rows = X.astype(dtype)
    pipeline = make_pipeline(StandardScaler(), quick(bargaining=None))
    clf = GridSearchCV(pipeline, {"nashmetaclassifier__lr": [0.01]}, cv=2).fit(rows, Y)
    assert_same(to_onnx(clf, rows), clf, rows, atol)


def test_what_cannot_be_converted():
    with pytest.raises(NotFittedError):
        to_onnx(quick())
    with raises(
        "`estimator` should be a NashMetaClassifier, or a pipeline or search that ends in "
        "one. Got LogisticRegression().",
        TypeError,
    ):
        to_onnx(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y))
    clf = make_pipeline(StandardScaler(), quick(bargaining=None)).fit(X, Y)
    with raises(
        "`X` should be a few rows as the pipeline will get them, from which its inputs "
        "take their types. Got None."
    ):
        to_onnx(clf)
    with raises(
        "`X` should be a few rows, or None. Got 'model.onnx'. The model is returned, and "
        "`onnx.save(model, path)` writes it.",
        TypeError,
    ):
        to_onnx(clf, "model.onnx")
    odd = make_pipeline(FunctionTransformer(np.sign), quick(bargaining=None)).fit(X, Y)
    start = (
        "The steps before the network should be transformers that skl2onnx converts, but "
        "that raised "
    )
    with pytest.raises(ValueError, match=f"^{re.escape(start)}"):
        to_onnx(odd, X)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (people()[:0], "ValueError: Found array with 0 sample(s) (shape=(0,)) while a "
                       "minimum of 1 is required."),
        (people()[["a", "n"]], "ValueError: columns are missing: {'town'}."),
        (3, "TypeError: 'int' object is not subscriptable."),
    ],
    ids=["no rows", "a column less", "no table"],
)  # fmt: skip
def test_rows_that_the_pipeline_does_not_take(rows, why):
    columns = make_column_transformer(
        (OneHotEncoder(), ["town"]), (StandardScaler(), ["n"])
    )
    clf = make_pipeline(columns, quick(bargaining=None)).fit(people(), Y)
    with raises(
        "`X` should be a few rows as the pipeline will get them, but the steps before the "
        f"network raised {why}"
    ):
        to_onnx(clf, rows)
