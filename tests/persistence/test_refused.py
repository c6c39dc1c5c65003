"""What cannot be stored, and files that are damaged, are refused by name."""

import gzip
import io
import pickle
import re
import zipfile

import joblib
import numpy as np
import pytest
import safetensors.torch
import torch
from sklearn.base import clone
from torch import nn

from skfairbargain import ModelFileError
from skfairbargain.persistence import load, save
from tests.persistence._shared import header_of
from tests.small_model import raises


@pytest.mark.parametrize("path", [None, 3, b"model"])
def test_what_is_no_path(path, fitted):
    message = f"`path` should name a file, as text or a pathlib.Path. Got {path!r}."
    with raises(message, TypeError):
        save(fitted, path)
    with raises(message, TypeError):
        load(path)


def test_an_empty_path_is_not_the_current_folder(fitted):
    with raises("`path` should name a file. Got ''."):
        save(fitted, "")
    with raises("`path` should name a file. Got ''."):
        load("")


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


def rewritten(data, change):
    """The file again, its JSON changed and its checksum left alone."""
    tensors = safetensors.torch.load(data)
    return safetensors.torch.save(tensors, change(header_of(data)))


def relabelled(header):
    return {**header, "model": header["model"].replace("ball", "bald")}


def damage(data):
    flipped = bytearray(data)
    flipped[-9] ^= 1  # one bit of a weight
    return {
        "truncated": data[:-1],
        "half": data[: len(data) // 2],
        "header alone": data[:100],
        "text": b"a model, but not one of ours" * 9,
        "one bit": bytes(flipped),
        "labels": rewritten(data, relabelled),
        "bare": rewritten(data, lambda h: {"format": h["format"]}),
        "odd version": rewritten(data, lambda h: {**h, "format_version": "-1"}),
    }


TORN = "it is no whole safetensors file"
DAMAGED = {
    "truncated": TORN,
    "half": TORN,
    "header alone": TORN,
    "text": TORN,
    "one bit": "its contents do not match its checksum",
    "labels": "its contents do not match its checksum",
    "bare": "its header lacks model, sha256, format_version",
    "odd version": "its format version is '-1'",
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_damaged_files(fitted, kind, tmp_path):
    path = tmp_path / "model"
    save(fitted, path)
    path.write_bytes(damage(path.read_bytes())[kind])
    message = (
        f"{path} cannot be loaded: {DAMAGED[kind]}. It is damaged, or not a file that "
        "skfairbargain.persistence.save wrote. Nothing was loaded."
    )
    with raises(message, ModelFileError):
        load(path)


def bytes_of(write):
    """What a function writes to a file that it is given."""
    file = io.BytesIO()
    write(file)
    return file.getvalue()


PICKLE = (
    "it is a pickle, such as joblib.dump writes; if you trust its author, load it with "
    "what wrote it"
)
WEIGHTS = {"weight": torch.ones(2)}
FOREIGN = {
    "empty": (b"", "it is empty"),
    "pickle": (pickle.dumps(WEIGHTS), PICKLE),
    "joblib": (bytes_of(lambda file: joblib.dump([1], file, compress=3)), PICKLE),
    "torch": (
        bytes_of(lambda file: torch.save(WEIGHTS, file)),
        "it is a file of torch.save; load it with torch.load",
    ),
    "old torch": (
        bytes_of(
            lambda file: torch.save(WEIGHTS, file, _use_new_zipfile_serialization=False)
        ),
        PICKLE,
    ),
    "npz": (
        bytes_of(lambda file: np.savez(file, [1])),
        "it is an archive of NumPy's arrays",
    ),
    "npy": (bytes_of(lambda file: np.save(file, [1])), "it is an array of NumPy"),
    "zip": (
        bytes_of(lambda file: zipfile.ZipFile(file, "w").writestr("a.txt", "a")),
        "it is a zip archive",
    ),
    "gzip": (gzip.compress(b"a"), "it is compressed with gzip; decompress it first"),
    "git lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        "it is the pointer of Git LFS; run git lfs pull",
    ),
    "safetensors": (
        safetensors.torch.save(WEIGHTS),
        "it is a safetensors file of something else",
    ),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_files_of_something_else(kind, tmp_path):
    data, reason = FOREIGN[kind]
    path = tmp_path / "model"
    path.write_bytes(data)
    with raises(f"{path} cannot be loaded: {reason}. Nothing was loaded.", ModelFileError):
        load(path)


def test_a_file_of_a_newer_format(fitted, tmp_path):
    path = tmp_path / "model"
    save(fitted, path)
    path.write_bytes(rewritten(path.read_bytes(), lambda h: {**h, "format_version": "3"}))
    message = (
        f"{path} cannot be loaded: it has format version 3, and this version of "
        "skfairbargain reads those up to 2; update the package. Nothing was loaded."
    )
    with raises(message, ModelFileError):
        load(path)


def test_what_is_no_file(tmp_path):
    folder = f"{tmp_path} cannot be loaded: it is a folder. Nothing was loaded."
    with raises(folder, ModelFileError):
        load(tmp_path)
    with raises(
        "/dev/zero cannot be loaded: it is no regular file. Nothing was loaded.",
        ModelFileError,
    ):
        load("/dev/zero")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere")
