"""What cannot be stored, and files that are damaged, are refused by name."""

import copy
import json
import pickle
import re

import numpy as np
import pytest
import safetensors.torch
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from skfairbargain import persistence
from skfairbargain.persistence import load, save


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
