"""A `NashMetaClassifier` as bytes, and what was read of such bytes, checked."""

import json
from typing import NamedTuple

from .._model_file import (
    MOST_BYTES,
    StoredNetwork,
    StoredParameters,
    from_plain,
    parse,
    require_type,
)
from ..classifier import NashMetaClassifier
from ._contents import checked_contents
from ._description import describe, plain_parameters
from ._file_format import decode, encode
from ._parameters import checked_estimator
from ._weights import check_weights


class Untrained(NamedTuple):
    """A classifier that was read and checked, and is not trained.

    Parameters
    ----------
    estimator : NashMetaClassifier
    module : str or None
        Name of the network of the user's own.
    """

    estimator: NashMetaClassifier
    module: str | None


def checked_bytes(estimator):
    """Return what to write of a trained network, if `load` would take it.

    Raises
    ------
    ValueError
        If it would not: better to learn of an obstacle now.
    """
    text, tensors = describe(estimator)
    check_weights(
        {
            name.removeprefix("module."): tensor
            for name, tensor in tensors.items()
            if name.startswith("module.")
        },
        estimator.net_.module_,
    )
    data = encode(text, tensors)
    checked_contents(_description(text), tensors, len(data))
    return data


def checked_network(data):
    """Return what is in the bytes of a network's file.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    contents : Contents

    Raises
    ------
    ValueError
        If no model can be made of it.
    """
    format_version, text, tensors = decode(data)
    description = _description(text)
    return checked_contents(description, tensors, len(data), complete=format_version > 1)


def stored(estimator):
    """Return what stands for a `NashMetaClassifier` in an archive.

    Returns
    -------
    stored : StoredNetwork or StoredParameters
        The latter where it is not trained.
    """
    if hasattr(estimator, "net_"):
        return StoredNetwork(checked_bytes(estimator))
    module = estimator.module
    if module is not None:
        module = getattr(module, "__qualname__", type(module).__qualname__)
    return StoredParameters(json.dumps(plain_parameters(estimator)), module)


def checked_untrained(stored_parameters):
    """Return the classifier that is not trained of which an archive has the parameters."""
    require_type(stored_parameters.text, str, "the parameters of a classifier")
    plain = parse(stored_parameters.text)
    parameters = from_plain(plain, MOST_BYTES)
    require_type(parameters, dict, "the parameters of a classifier")
    return Untrained(
        checked_estimator(parameters, complete=False), stored_parameters.module
    )


def _description(text):
    return from_plain(parse(text), MOST_BYTES + 4 * len(text))
