"""Stored models predict with NumPy alone, and refuse what they cannot be."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

import skfairbargain
from skfairbargain import ModelFileError, ReweightedClassifier
from skfairbargain.deployment import load_for_prediction
from skfairbargain.persistence import save
from tests.persistence._shared import Conv, quick, rewrite
from tests.small_model import raises

RNG = np.random.default_rng(0)
# Columns of very different units, one of them constant.
X = RNG.normal(size=(90, 4)) * [1, 1e5, 1e-5, 0] + [0, 1e6, 0, 3]
Y = np.array(["no", "maybe", "yes"])[RNG.integers(0, 3, size=90)]


def assert_predicts_alike(model, clf, rows, atol):
    probabilities = clf.predict_proba(rows)
    np.testing.assert_allclose(model.predict_proba(rows), probabilities, atol=atol)
    np.testing.assert_array_equal(model.predict(rows), clf.predict(rows))
    scores = clf.decision_function(rows)
    found = model.decision_function(rows)
    np.testing.assert_allclose(found, scores, atol=10 * atol, rtol=atol)
    assert model.predict_proba(rows).dtype == probabilities.dtype


@pytest.mark.parametrize(("dtype", "atol"), [(np.float32, 1e-6), (np.float64, 1e-14)])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": (7, 5), "dropout": 0},
        {"standardize": False},
    ],
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_are_those_of_the_network(dtype, atol, options, n_classes, tmp_path):
    labels = Y if n_classes == 3 else Y == "no"
    rows = X.astype(dtype) if options != {"standardize": False} else X[:, :1].astype(dtype)
    clf = quick(bargaining=None, **options).fit(rows, labels)
    save(clf, tmp_path / "model.safetensors")
    model = load_for_prediction(tmp_path / "model.safetensors")
    # Rows far from those of the training are cut off in both.
    assert_predicts_alike(model, clf, np.vstack([rows, 1e6 * rows[:5]]), atol)
    assert model.classes_.dtype == clf.classes_.dtype


def test_names_and_numbers_of_features_are_checked(tmp_path):
    people = pd.DataFrame(X, columns=list("abcd"))
    save(quick(bargaining=None).fit(people, Y), tmp_path / "model")
    model = load_for_prediction(tmp_path / "model")
    assert model.predict(people).shape == (90,)
    with pytest.raises(ValueError, match=r"^The feature names should match"):
        model.predict(people.rename(columns={"a": "z"}))
    with pytest.raises(ValueError, match=r"^The feature names should match"):
        model.predict(people.iloc[:, :3])
    with raises(
        "This network was loaded for prediction and cannot be trained. Use "
        "skfairbargain.persistence.load to train on.",
        TypeError,
    ):
        model.fit(X, Y)


def test_sparse_rows(tmp_path):
    rows = csr_matrix(np.where(X > 0.5, X, 0).astype(np.float32))
    clf = quick(bargaining=None).fit(rows, Y)
    save(clf, tmp_path / "model")
    assert_predicts_alike(load_for_prediction(tmp_path / "model"), clf, rows, 1e-6)


def test_rows_beyond_the_range_of_the_dtype(tmp_path):
    rows = np.array([[1.0], [2.0]] * 20, dtype=np.float32)
    clf = quick(bargaining=None, standardize=False).fit(rows, [0, 1] * 20)
    save(clf, tmp_path / "model")
    model = load_for_prediction(tmp_path / "model")
    huge = np.array([[3e38], [1.0]], dtype=np.float32)
    try:
        expected = clf.predict_proba(huge)
    except ValueError:
        with raises(
            "The network's logits should be finite. Got infinite or NaN ones for 1 of 2 "
            "rows: values of `X` are too large to compute with in float32."
        ):
            model.predict_proba(huge)
    else:
        np.testing.assert_allclose(model.predict_proba(huge), expected, atol=1e-6)


def people_and_pipeline():
    people = pd.DataFrame(X[:, :2], columns=["a", "b"])
    people["town"] = np.where(X[:, 0] > 0, "x", "y")
    encoder = OneHotEncoder(handle_unknown="ignore")
    columns = make_column_transformer((encoder, ["town"]), remainder=StandardScaler())
    clf = make_pipeline(columns, quick(bargaining=None))
    return people, clf.fit(people, Y)


def test_pipelines(tmp_path):
    people, clf = people_and_pipeline()
    save(clf, tmp_path / "model.skops")
    model = load_for_prediction(tmp_path / "model.skops")
    check_is_fitted(model)
    assert_predicts_alike(model, clf, people, 1e-14)


def test_a_reweighted_classifier(tmp_path):
    clf = ReweightedClassifier(
        make_pipeline(StandardScaler(), LogisticRegression()), quick(), random_state=0
    )
    clf.fit(X, Y == "no")
    save(clf, tmp_path / "model.skops")
    model = load_for_prediction(tmp_path / "model.skops")
    expected = clf.predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-14)


def test_neither_torch_nor_skorch_is_needed(tmp_path):
    """In a process that has none."""
    people, clf = people_and_pipeline()
    save(clf, tmp_path / "model.skops")
    save(clf[-1], tmp_path / "model.safetensors")
    rows = clf[:-1].transform(people)
    weighted = ReweightedClassifier(LogisticRegression(), clf[-1], random_state=0)
    weighted.fit(rows, Y)
    save(weighted, tmp_path / "weighted.skops")
    people.to_pickle(tmp_path / "people.pickle")
    code = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "skorch"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
import json, pandas
from skfairbargain.deployment import load_for_prediction
people = pandas.read_pickle("people.pickle")
files = "model.skops", "model.safetensors", "weighted.skops"
model, network, weighted = map(load_for_prediction, files)
rows = model[:-1].transform(people)
found = model.predict_proba(people), *(m.predict_proba(rows) for m in (network, weighted))
print(json.dumps([each.tolist() for each in found]))
"""
    path = f"{Path(skfairbargain.__file__).parents[1]}{os.pathsep}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path + os.environ.get("PYTHONPATH", "")},
        check=True,
        capture_output=True,
        timeout=120,
    )
    *of_network, of_weighted = json.loads(done.stdout)
    for probabilities in of_network:
        np.testing.assert_allclose(probabilities, clf.predict_proba(people), atol=1e-14)
    np.testing.assert_allclose(of_weighted, weighted.predict_proba(rows), atol=1e-14)


def test_own_networks_are_refused(tmp_path):
    rows = RNG.normal(size=(40, 1, 3, 3)).astype(np.float32)
    save(quick(module=Conv, bargaining=None).fit(rows, [0, 1] * 20), tmp_path / "model")
    with raises(
        f"{tmp_path / 'model'} cannot be loaded: it has the network Conv of your own, "
        "whose code it does not hold; use persistence.load, or to_onnx. Nothing was "
        "loaded.",
        ModelFileError,
    ):
        load_for_prediction(tmp_path / "model")


def tensor(name, edit):
    def change(model, tensors):
        tensors[name] = edit(tensors[name])

    return change


def learned(**changes):
    return lambda model, tensors: model["learned"]["dict"].update(changes)


DAMAGED = {
    "another shape": (
        tensor("module.3.weight", lambda weight: weight[:, :2].contiguous()),
        "its layers do not fit to each other",
    ),
    "not finite": (
        tensor("module.3.bias", lambda bias: bias / 0),
        "its network has weights that are not finite",
    ),
    "half": (
        tensor("module.3.bias", lambda bias: bias.half()),
        "its network has weights of float16",
    ),
    "a layer without weights": (
        lambda model, tensors: tensors.pop("module.0.weight"),
        "its network has no linear layers alone",
    ),
    "too many classes": (
        learned(classes_={"array": ["<i8", [4], [0, 1, 2, 3]]}),
        "`classes_` should be 3 labels",
    ),
    "too few names": (
        learned(feature_names_in_={"array": ["|O", [1], ["a"]]}),
        "`feature_names_in_` should be 4 texts",
    ),
    "no scaler": (
        lambda model, tensors: tensors.pop("scaler.mean"),
        "its scaler lacks parts or has others",
    ),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_files_that_hold_no_network(kind, tmp_path):
    change, reason = DAMAGED[kind]
    path = tmp_path / "model"
    save(quick(bargaining=None).fit(X, Y), path)
    rewrite(path, change)
    with raises(
        f"{path} cannot be loaded: {reason}. It is damaged, or not a file that "
        "skfairbargain.persistence.save wrote. Nothing was loaded.",
        ModelFileError,
    ):
        load_for_prediction(path)
