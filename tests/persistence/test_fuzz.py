"""Model files with random damage: what comes is the model, or a `ModelFileError`."""

import json
import warnings

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skfairbargain import (
    DivergenceWarning,
    ModelFileError,
    ModelVersionWarning,
    NoAgreementWarning,
    SkippedStepWarning,
)
from skfairbargain.persistence import load, save
from skfairbargain.persistence._file_format import encode
from tests.persistence._shared import assert_same, header_of, quick
from tests.small_model import VALIDATION, X, Y


def examples(number):
    """The same inputs in every run, and no files about them."""
    return settings(max_examples=number, derandomize=True, deadline=None, database=None)


# What takes the place of a value: the kinds of JSON, extremes, and values of wrong tags.
VALUES = st.sampled_from([
    None, True, 0, -1, 10**30, 1e308, "", "nash", "cuda:99", "\ud800", [], [[]], {},
    {"tuple": []}, {"dict": {}}, {"float": "nan"}, {"float": "-inf"},
    {"array": ["<U9999", [1], ["a"]]}, {"array": ["|O", [0], []]},
    {"protocol": ["cagrad", {"dict": {"c": "a"}}]}, {"date": "2020-13-01"},
    {"interval": [1, 0, "right"]}, {"timestamp": ["2020", "x", "../etc/passwd"]},
])  # fmt: skip


class Stored:
    """A model, its file, and what the file has."""

    def __init__(self, optimizer, path):
        self.optimizer, self.path = optimizer, path
        self.model = quick(optimizer=optimizer).fit(X, Y, **VALIDATION)
        save(self.model, path)
        self.content = path.read_bytes()

    def __repr__(self):  # short, because hypothesis prints it
        return f"Stored({self.optimizer!r})"


@pytest.fixture(scope="module", params=["sgd", "adam"])
def stored(request, tmp_path_factory):
    return Stored(request.param, tmp_path_factory.mktemp("fuzz") / "model")


def places(value, path=()):
    """Every place in a tree of lists and dicts, as the keys that lead there."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        inner = isinstance(item, (dict, list))
        found += places(item, (*path, key)) if inner else [(*path, key)]
    return found


def edit(tree, place, data):
    """Remove, repeat, move or replace what is at a place."""
    for key in place[:-1]:
        tree = tree[key]
    key, kind = place[-1], data.draw(st.sampled_from(["remove", "repeat", "swap", "set"]))
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    if kind == "remove":
        del tree[key]
    elif kind == "repeat" and isinstance(tree, list):
        tree.insert(key, tree[key])
    elif kind == "swap":
        other = data.draw(st.sampled_from(keys))
        tree[key], tree[other] = tree[other], tree[key]
    else:
        tree[key] = data.draw(VALUES)


def edit_tensor(tensors, data):
    name = data.draw(st.sampled_from(sorted(tensors)))
    tensor = tensors.pop(name)
    kind = data.draw(st.sampled_from(["remove", "cut", "turn", "cast", "rename", "value"]))
    if kind == "rename":
        tensors[data.draw(st.sampled_from([name[:-1], f"{name}.x", "module.", "x"]))] = (
            tensor
        )
    elif kind == "cut":
        tensors[name] = tensor.reshape(-1)[: data.draw(st.integers(0, 3))].clone()
    elif kind == "turn":
        tensors[name] = tensor.T.contiguous() if tensor.ndim == 2 else tensor[None]
    elif kind == "cast":
        dtypes = [torch.float16, torch.float32, torch.int64, torch.bool, torch.bfloat16]
        tensors[name] = tensor.to(data.draw(st.sampled_from(dtypes)))
    elif kind == "value":
        values = [torch.nan, torch.inf, -torch.inf, -1.0]
        is_float = tensor.is_floating_point()
        value = data.draw(st.sampled_from(values if is_float else [-1, 2**20]))
        tensors[name] = tensor.clone().reshape(-1)
        tensors[name][0] = value
        tensors[name] = tensors[name].reshape(tensor.shape)


def loaded_or_refused(path):
    """The model, or None where the file is refused in the usual words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ModelVersionWarning)
            return load(path)
    except ModelFileError as error:
        reason = str(error)
    about_file = reason.startswith(f"{path} cannot be loaded: ")
    assert about_file or reason.startswith(
        "`module` should be the network that was trained"
    )
    assert reason.endswith(". Nothing was loaded." if about_file else "Got None.")
    return None


def assert_works(model):
    """It predicts, is stored, and trains on if its players are those of the data."""
    assert model.predict_proba(X).shape == (len(X), len(model.classes_))
    assert np.isfinite(model.predict_proba(X)).all()
    assert set(model.predict(X)) <= set(model.classes_)
    assert model.sample_influence_.shape == (len(X), len(model.groups_))
    players = [(group, label) for group in "FM" for label in (0, 1)]
    if model.cells_ == players and model.classes_.tolist() == [0, 1]:
        n_iter = model.n_iter_
        with warnings.catch_warnings():
            # Another `lr`, say, may make the training diverge, and it says so.
            warnings.simplefilter("ignore", SkippedStepWarning)
            warnings.simplefilter("ignore", NoAgreementWarning)
            warnings.simplefilter("ignore", DivergenceWarning)
            try:
                model.partial_fit(X, Y, **VALIDATION)
            except ValueError as error:
                if "its training diverged" not in str(error):
                    raise
                n_iter -= 1  # the model is as it was
        assert model.n_iter_ == n_iter + 1


@examples(60)
@given(st.data())
def test_flipped_bytes_are_found(stored, data):
    path, content = stored.path, stored.content
    flipped = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        flipped[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(
            st.integers(1, 255)
        )
    path.write_bytes(flipped)
    loaded = loaded_or_refused(path)
    if loaded is not None:
        assert_same(loaded, stored.model, X)


@examples(60)
@given(st.data())
def test_what_is_cut_or_appended_is_found(stored, data):
    path, content = stored.path, stored.content
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start, len(content) - 1))
    parts = [content[:end], content[start:end], content + content[start : end + 1]]
    path.write_bytes(data.draw(st.sampled_from(parts)))
    assert loaded_or_refused(path) is None


@examples(250)
@given(st.data())
def test_other_contents_with_a_valid_checksum(stored, data):
    path, content = stored.path, stored.content
    description, tensors = (
        json.loads(header_of(content)["model"]),
        safetensors.torch.load(content),
    )
    if data.draw(st.booleans()):
        edit(description, data.draw(st.sampled_from(places(description))), data)
    else:
        edit_tensor(tensors, data)
    path.write_bytes(encode(json.dumps(description), tensors))
    loaded = loaded_or_refused(path)
    if loaded is not None:
        assert_works(loaded)
