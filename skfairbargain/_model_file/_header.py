"""The header of a model file: a description as JSON, and a checksum of all contents."""

import hashlib
import json
import re

from safetensors import SafetensorError, deserialize

from ..exceptions import ModelFileError
from ._foreign_files import kind_of_foreign_file

# Version 1 had no standardizer, no extra state of a module, and no dates or intervals.
FORMAT, FORMAT_VERSION = "skfairbargain model", 2
PARTS = ("model", "sha256", "format_version")
# The names in the checksum are torch's; of the header, safetensors' own.
DTYPES = {
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{"U8": "uint8", "BOOL": "bool", "BF16": "bfloat16"},
}


def header_for(text, data):
    """Return the header of a file, for safetensors to write.

    Parameters
    ----------
    text : str
        The description, as JSON.
    data : bytes
        The tensors as a safetensors file.

    Returns
    -------
    header : dict of str to str
    """
    return {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "model": text,
        "sha256": _checksum(text, deserialize(data)),
    }


def read_header(data):
    """Return format version and description of a file, the checksum of all compared.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    format_version : int
    text : str

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
        entries = deserialize(data)
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
    if _checksum(header["model"], entries) != header["sha256"]:
        raise ValueError("its contents do not match its checksum")
    return int(version), header["model"]


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


def _checksum(text, entries):
    """SHA-256 of the JSON and of every tensor's name, kind, shape and bytes."""
    digest = hashlib.sha256(text.encode())
    for name, tensor in sorted(entries, key=lambda entry: entry[0]):
        dtype = DTYPES.get(tensor["dtype"], tensor["dtype"])
        digest.update(f"{name} torch.{dtype} {tuple(tensor['shape'])}".encode())
        digest.update(tensor["data"])
    return digest.hexdigest()
