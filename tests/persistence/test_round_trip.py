"""A stored model predicts and trains as before, to the bit, in another process too."""

import copy
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch
from torch import nn

import skfairbargain
from skfairbargain.persistence import load, save
from tests.persistence._shared import Conv, assert_same, quick

LABELS = {
    "str": np.array(["no", "yes"]),
    "object": np.array(["no", "yes"], dtype=object),
    "int": np.array([-1, 7]),
    "uint8": np.array([1, 2], dtype=np.uint8),
    "bool": np.array([False, True]),
    "float": np.array([-1.0, 2.0]),
}


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
def test_training_goes_on_as_without_storing(diabetes, optimizer, way, tmp_path):
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


def test_loading_leaves_the_random_state_alone(fitted, tmp_path):
    save(fitted, tmp_path / "model")
    before = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    load(tmp_path / "model")
    assert torch.equal(torch.random.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002
