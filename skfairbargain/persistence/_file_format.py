"""The bytes of a model file: tensors, a description as JSON, and a checksum of both."""

import hashlib
import json
import re

import safetensors.torch
import torch
from safetensors import SafetensorError

from ..exceptions import ModelFileError
from ._foreign_files import kind_of_foreign_file

# Version 1 had no standardizer, no extra state of a module, and no dates or intervals.
FORMAT, FORMAT_VERSION = "skfairbargain model", 2
PARTS = ("model", "sha256", "format_version")


def encode(text, tensors):
    """Return the bytes of a file.

    Parameters
    ----------
    text : str
        The description, as JSON.
    tensors : dict of str to Tensor
        On the CPU, contiguous, no two of which share memory.

    Returns
    -------
    data : bytes
    """
    header = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "model": text,
        "sha256": _checksum(text, tensors),
    }
    return safetensors.torch.save(tensors, header)


def decode(data):
    """Return format version, description and tensors of a file, checksum compared.

    Returns
    -------
    format_version : int
    text : str
    tensors : dict of str to Tensor

    Raises
    ------
    ModelFileError
        If it is a file of another kind, or of a newer format.
    ValueError
        If it is damaged.
    """
    kind = kind_of_foreign_file(data)
    if kind is not None:
        raise ModelFileError(kind)
    try:
        tensors = safetensors.torch.load(data)
    except SafetensorError as error:
        raise ValueError("it is no whole safetensors file") from error
    length = int.from_bytes(data[:8], "little")
    header = parse(data[8 : 8 + length]).get("__metadata__", {})
    if header.get("format") != FORMAT:
        raise ModelFileError("it is a safetensors file of something else")
    lacking = [part for part in PARTS if part not in header]
    if lacking:
        raise ValueError(f"its header lacks {', '.join(lacking)}")
    version = header["format_version"]
    if not re.fullmatch("[1-9][0-9]{0,8}", version):
        raise ValueError(f"its format version is {version!r}")
    if int(version) > FORMAT_VERSION:
        raise ModelFileError(
            f"it has format version {version}, and this version of skfairbargain reads "
            f"those up to {FORMAT_VERSION}; update the package"
        )
    if _checksum(header["model"], tensors) != header["sha256"]:
        raise ValueError("its contents do not match its checksum")
    return int(version), header["model"], tensors


def parse(text):
    """Read JSON as `save` writes it: no key twice, no NaN.

    Raises
    ------
    ValueError
        If it is anything else, or nested too deeply to be read.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("its description is nested too deeply") from error


def _unique(pairs):
    keys = dict(pairs)
    if len(keys) < len(pairs):
        raise ValueError("its description has a key twice")
    return keys


def _refuse(constant):
    raise ValueError(f"its description has {constant}, which is no JSON")


def _checksum(text, tensors):
    """SHA-256 of the JSON and of every tensor's name, kind, shape and bytes."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()
