"""The bytes of a network's file, and its contents as tensors of torch."""

import safetensors.torch

from .._model_file import header_for, read_header


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
    header = header_for(text, safetensors.torch.save(tensors))
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
    return *read_header(data), safetensors.torch.load(data)
