"""A stored model predicts the same to the bit, in another process too, or says why not."""

import copy
import json
import os
import pickle
import re
import subprocess
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
import safetensors.torch
import torch
from sklearn.base import clone
from sklearn.exceptions import InconsistentVersionWarning, NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

import skfairbargain
from skfairbargain import FORML, ModelVersionWarning, Nash, NashMetaClassifier, persistence
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.model_selection import balanced_validation_split
from skfairbargain.persistence import load, save

LABELS = {
    "str": np.array(["no", "yes"]),
    "object": np.array(["no", "yes"], dtype=object),
    "int": np.array([-1, 7]),
    "uint8": np.array([1, 2], dtype=np.uint8),
    "bool": np.array([False, True]),
    "float": np.array([-1.0, 2.0]),
}


class Conv(nn.Module):
    """A network of the user's, for rows of shape (1, 3, 3)."""

    def __init__(self, n_classes):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 2)
        self.out = nn.Linear(16, n_classes)

    def forward(self, X):
        return self.out(torch.relu(self.conv(X)).flatten(1))


@pytest.fixture(scope="module")
def diabetes():
    """Scaled training rows with names, and a validation set with two sensitive columns."""
    data = load_diabetes_progression()
    sensitive = data.sensitive.assign(old=data.data["age"] > 50)
    X, X_val, y, y_val, _, sensitive_val = balanced_validation_split(
        data.data, data.target, sensitive, per_cell=5, random_state=0
    )
    scaler = StandardScaler().set_output(transform="pandas").fit(X)
    validation = {"y_val": y_val.to_numpy(), "groups_val": sensitive_val}
    return (
        scaler.transform(X),
        y.to_numpy(),
        {
            "X_val": scaler.transform(X_val),
            **validation,
        },
    )


def quick(**options):
    options = {"max_epochs": 2, "bargain_epochs": 1, "hidden_layer_sizes": (8,), **options}
    return NashMetaClassifier(**{"random_state": 0, **options})


@pytest.fixture(scope="module")
def fitted(diabetes):
    X, y, validation = diabetes
    goal, nash = FORML(), Nash(feasible="ball", min_stake=np.float64(1e-5))
    return quick(goal=goal, bargaining=nash).fit(X, y, **validation)


def assert_same(one, other, X):
    for method in ("predict", "predict_proba", "decision_function"):
        np.testing.assert_array_equal(getattr(one, method)(X), getattr(other, method)(X))
    assert one.get_params() == other.get_params()
    assert one.classes_.dtype == other.classes_.dtype
    for name in (
        "classes_",
        "cell_influence_",
        "sample_influence_",
        "applied_weight_",
        "feature_names_in_",
    ):
        expected = getattr(other, name, None)
        np.testing.assert_array_equal(getattr(one, name, None), expected)
    for name in ("groups_", "cells_", "history_", "n_iter_", "n_features_in_"):
        assert getattr(one, name) == getattr(other, name)
    assert one.module_ is one.net_.module_


def test_saved_and_loaded(diabetes, fitted, tmp_path):
    X, _, _ = diabetes
    path = tmp_path / "model.safetensors"
    save(fitted, path)
    assert_same(load(path), fitted, X)
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]
    assert isinstance(fitted.groups_[0], tuple)
    assert load(path).groups_ == fitted.groups_
    mode = tmp_path / "plain"
    mode.touch()
    assert path.stat().st_mode == mode.stat().st_mode


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_every_kind(diabetes, kind, tmp_path):
    X, y, validation = diabetes
    labels = LABELS[kind]
    labelled = {**validation, "y_val": labels[validation["y_val"]]}
    labelled["groups_val"] = labels[(validation["groups_val"]["old"] * 1).to_numpy()]
    model = quick().fit(X.to_numpy(np.float32), labels[y], **{
        **labelled, "X_val": validation["X_val"].to_numpy(np.float32)
    })  # fmt: skip
    save(model, tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert_same(loaded, model, X.to_numpy(np.float32))
    assert loaded.predict(X.to_numpy()).dtype == labels.dtype
    assert [type(group) for group in loaded.groups_] == [type(labels.tolist()[0])] * 2


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("way", ["save", "pickle", "joblib", "deepcopy"])
def test_training_goes_on_as_if_nothing_had_been(diabetes, optimizer, way, tmp_path):
    X, y, validation = diabetes
    model = quick(optimizer=optimizer, lr=0.001).partial_fit(X, y, **validation)
    other = {
        "save": lambda: (save(model, tmp_path / "m"), load(tmp_path / "m"))[1],
        "pickle": lambda: pickle.loads(pickle.dumps(model)),
        "joblib": lambda: (joblib.dump(model, tmp_path / "m"), joblib.load(tmp_path / "m"))[
            1
        ],
        "deepcopy": lambda: copy.deepcopy(model),
    }[way]()
    assert_same(other, model, X)
    for estimator in (model, other):
        estimator.partial_fit(X, y, **validation)
    seconds = [row.pop("seconds") for row in model.history_ + other.history_]
    assert min(seconds) > 0
    assert_same(other, model, X)
    assert [row["stage"] for row in other.history_] == [1, 2]


def test_other_process_predicts_the_same(diabetes, fitted, tmp_path):
    X, _, _ = diabetes
    save(fitted, tmp_path / "model.safetensors")
    joblib.dump(fitted, tmp_path / "model.joblib")
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(copy.deepcopy(fitted)))
    X.to_pickle(tmp_path / "X.pickle")
    code = """
import pickle, joblib, numpy, pandas
from skfairbargain.persistence import load
X = pandas.read_pickle("X.pickle")
models = load("model.safetensors"), joblib.load("model.joblib"), pickle.load(
    open("model.pickle", "rb"))
numpy.save("proba.npy", [model.predict_proba(X) for model in models])
"""
    path = f"{Path(skfairbargain.__file__).parents[1]}{os.pathsep}"
    child = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path + os.environ.get("PYTHONPATH", "")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert child.returncode == 0, child.stderr
    for probabilities in np.load(tmp_path / "proba.npy"):
        np.testing.assert_array_equal(probabilities, fitted.predict_proba(X))


def test_networks_of_the_users_own(diabetes, tmp_path):
    X, y, validation = diabetes
    X, X_val = (
        np.asarray(rows, np.float32).reshape(-1, 1, 3, 3)
        for rows in (X, validation["X_val"])
    )
    model = quick(module=Conv).fit(X, y, **{**validation, "X_val": X_val})
    path = tmp_path / "conv"
    save(model, path)
    assert_same(load(path, module=Conv), model, X)
    message = (
        "`module` should be the network that was trained, Conv: a file that runs no code "
        "cannot hold it. Got None."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load(path)
    with pytest.raises(
        ValueError, match=r"^`module` should have the weights that .*/conv "
    ):
        load(path, module=nn.Sequential(nn.Flatten(), nn.Linear(9, 2)))


def test_module_for_a_model_that_has_none(fitted, tmp_path):
    path = tmp_path / "model"
    save(fitted, path)
    message = (
        f"`module` should be None, because {path} has the default network. Got {Conv!r}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load(path, module=Conv)


def test_device_can_be_chosen(diabetes, fitted, tmp_path):
    X, _, _ = diabetes
    moved = copy.deepcopy(fitted).set_params(device=torch.device("cpu"))
    save(moved, tmp_path / "model")
    assert load(tmp_path / "model").device == "cpu"
    assert_same(load(tmp_path / "model", device="cpu"), fitted, X)


def test_what_only_code_brings_back_is_refused_by_name(fitted, tmp_path):
    path = tmp_path / "model"
    path.write_bytes(b"what was there before")
    random_state = np.random.RandomState(0)
    strange = clone(fitted).set_params(
        meta_loss=nn.functional.cross_entropy,
        optimizer=torch.optim.RMSprop,
        callbacks=[print],
        random_state=random_state,
    )
    vars(strange).update({**vars(fitted), **strange.get_params(deep=False)})
    message = (
        f"{path} was not written, because a file that runs no code cannot bring back "
        f"`callbacks` (builtin_function_or_method {print!r}), `meta_loss` (function "
        f"{nn.functional.cross_entropy!r}), `optimizer` (type {torch.optim.RMSprop!r}), "
        f"`random_state` (RandomState {random_state!r}). Predictions do not need it: "
        "replace it with set_params, or use joblib.dump and load such files from people "
        "you trust."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        save(strange, path)
    assert path.read_bytes() == b"what was there before"
    assert len(list(tmp_path.iterdir())) == 1


def test_only_fitted_classifiers_are_saved(diabetes, fitted, tmp_path):
    message = (
        "save stores a NashMetaClassifier. Got an object of class Pipeline. Of a pipeline, "
        "save the last step here and the others by other means, such as skops.io.dump; of "
        "a ReweightedClassifier, likewise the network in its `weigher_` and its "
        "`estimator_`."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        save(make_pipeline(StandardScaler(), fitted), tmp_path / "model")
    with pytest.raises(NotFittedError):
        save(clone(fitted), tmp_path / "model")
    dated = copy.deepcopy(fitted)
    dated.groups_ = [np.datetime64("2024-01-01").item(), "later"]
    message = (
        f"{tmp_path}/model was not written, because labels should be numbers, text or "
        "booleans. Got date datetime.date(2024, 1, 1)."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        save(dated, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def rewritten(data, change):
    """The file again, its JSON changed and its checksum left alone."""
    tensors = safetensors.torch.load(data)
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    return safetensors.torch.save(tensors, change(header))


def damage(data):
    flipped = bytearray(data)
    flipped[-9] ^= 1  # one bit of a weight
    wider = {"format_version": "2"}
    return {
        "empty": b"",
        "truncated": data[:-1],
        "half": data[: len(data) // 2],
        "header alone": data[:100],
        "one bit": bytes(flipped),
        "text": b"a model, but not one of ours" * 9,
        "pickle": pickle.dumps({"weights": [1.0]}),
        "foreign": safetensors.torch.save({"weight": torch.ones(2)}),
        "labels": rewritten(
            data, lambda h: {**h, "model": h["model"].replace("old", "o1d")}
        ),
        "newer": rewritten(data, lambda h: {**h, **wider}),
        "bare": rewritten(data, lambda h: {"format": h["format"]}),
    }


REASONS = {
    "one bit": "its contents do not match its checksum",
    "labels": "its contents do not match its checksum",
    "foreign": "it is a safetensors file of something else",
    "newer": "it has format version 2, and this version of skfairbargain reads 1; update "
    "the package",
}


@pytest.mark.parametrize("kind", [
    "empty", "truncated", "half", "header alone", "one bit", "text", "pickle", "foreign",
    "labels", "newer", "bare",
])  # fmt: skip
def test_damaged_and_foreign_files(fitted, kind, tmp_path):
    path = tmp_path / "model"
    fitted = copy.deepcopy(fitted)
    fitted.groups_ = ["old", "young"]
    save(fitted, path)
    path.write_bytes(damage(path.read_bytes())[kind])
    with pytest.raises(
        ValueError, match=f"^{re.escape(str(path))} cannot be loaded: "
    ) as got:
        load(path)
    text = str(got.value)
    assert text.endswith(
        ". It is damaged, or not a file that skfairbargain.persistence.save wrote. Nothing "
        "was loaded."
    )
    if kind in REASONS:
        assert f"cannot be loaded: {REASONS[kind]}. It is" in text
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere")


def test_a_description_too_deep_to_read_is_damage(fitted, tmp_path):
    path = tmp_path / "model"
    save(fitted, path)
    data = path.read_bytes()
    text, tensors = "[" * 100_000 + "]" * 100_000, safetensors.torch.load(data)
    digest = persistence._checksum(text, tensors)
    path.write_bytes(
        rewritten(data, lambda header: {**header, "model": text, "sha256": digest})
    )
    with pytest.raises(
        ValueError, match=f"^{re.escape(str(path))} cannot be loaded: maximum recursion"
    ):
        load(path)


def test_loading_leaves_the_random_state_alone(fitted, tmp_path):
    save(fitted, tmp_path / "model")
    before = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    load(tmp_path / "model")
    assert torch.equal(torch.random.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


def test_models_of_another_version_warn(diabetes, tmp_path):
    """Written by a process in which the package has another version."""
    X, _, _ = diabetes
    code = """
import pickle, numpy, skfairbargain._version
skfairbargain._version.__version__ = "0.0.1"
from skfairbargain import NashMetaClassifier
from skfairbargain.persistence import save
rng = numpy.random.default_rng(0)
X, y = rng.normal(size=(60, 9)), numpy.tile([0, 1], 30)
model = NashMetaClassifier(bargaining=None, max_epochs=1, random_state=0).fit(X, y)
pickle.dump(model, open("model.pickle", "wb"))
save(model, "model.safetensors")
"""
    path = f"{Path(skfairbargain.__file__).parents[1]}{os.pathsep}"
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path + os.environ.get("PYTHONPATH", "")},
        check=True,
        timeout=120,
    )
    message = (
        "Loading a NashMetaClassifier of skfairbargain 0.0.1 with skfairbargain "
        f"{skfairbargain.__version__}. Its predictions may differ, or fail. Load it with "
        "the version that stored it, or train it again."
    )
    stored = (tmp_path / "model.pickle").read_bytes()
    with pytest.warns(ModelVersionWarning, match=f"^{re.escape(message)}$") as caught:
        from_pickle = pickle.loads(stored)
    assert caught[0].filename == __file__
    assert isinstance(caught[0].message, InconsistentVersionWarning)
    assert caught[0].message.original_sklearn_version == "0.0.1"
    with pytest.warns(ModelVersionWarning, match=f"^{re.escape(message)}$"):
        loaded = load(tmp_path / "model.safetensors")
    assert_same(from_pickle, loaded, X.to_numpy())


def test_same_version_does_not_warn(fitted):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pickle.loads(pickle.dumps(clone(fitted)))
        pickle.loads(pickle.dumps(fitted))
    assert not caught
    state = fitted.__getstate__()
    assert state.pop("_skfairbargain_version") == skfairbargain.__version__
    with pytest.warns(ModelVersionWarning, match="of skfairbargain unknown with"):
        NashMetaClassifier().__setstate__(state)
