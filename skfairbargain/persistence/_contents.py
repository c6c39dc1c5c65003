"""What is in a model file, checked as a whole before anything is built of it."""

import math
import re
from typing import NamedTuple

import torch

from .._inputs import Standardizer
from .._model_file import checked_scaler, require, require_type
from .._training import RECORDS
from .._version import __version__
from ..classifier import NashMetaClassifier
from ._learned import check_learned
from ._optimizer import check_optimizer
from ._parameters import checked_estimator
from ._weights import DTYPES, check_weights, outline_of_default

# The parts of a description, and the types that each may be.
PARTS = {
    "skfairbargain": (str,),
    "parameters": (dict,),
    "learned": (dict,),
    "module": (str, type(None)),
    "row_shape": (tuple,),
    "dtype": (str,),
    "schedule_start": (int,),
    "optimizer_groups": (list,),
    "optimizer_state": (dict,),
    "module_state": (dict,),
    "standardizes": (bool,),
}
# What the parts are in files of the first format, which has fewer.
FIRST_FORMAT = {"module_state": {}, "standardizes": False}
VERSION = re.compile(r"[\w.+!-]{1,60}")
# Values of a row that a network of the user's own is tried with at load, more than the file
# has itself: a network of convolutions is small, and its images are large.
MOST_VALUES = 2**24


class Contents(NamedTuple):
    """A model that was read and checked, and not built yet.

    Parameters
    ----------
    version : str
        Of the package that wrote it.
    estimator : NashMetaClassifier
        With the stored parameters, and not fitted.
    learned : dict
        Its learned attributes except for the net.
    module : str or None
        Name of the network of the user's own.
    row_shape : tuple of int
    scaler : Standardizer or None
    dtype : torch.dtype
    schedule_start : int
        As of `MetaNet`.
    weights : dict of str to Tensor
    module_state : dict of str to object
        The parts of the network's state that are no tensors.
    optimizer_options : list of dict
    optimizer_state : dict of str to object
    """

    version: str
    estimator: NashMetaClassifier
    learned: dict
    module: str | None
    row_shape: tuple
    scaler: Standardizer | None
    dtype: torch.dtype
    schedule_start: int
    weights: dict
    module_state: dict
    optimizer_options: list
    optimizer_state: dict


def checked_contents(description, tensors, n_bytes, *, complete=True):
    """Return what is in a file, if a model can be made of it that works.

    Parameters
    ----------
    description : object
        What `from_plain` returned.
    tensors : dict of str to Tensor
    n_bytes : int
        Size of the file.
    complete : bool, default=True
        Whether all parameters have to be there; formats of earlier versions had fewer.

    Returns
    -------
    contents : Contents

    Raises
    ------
    ValueError
        If a part is missing, or anything has a wrong type, shape or value.
    """
    require_type(description, dict, "its description")
    parts = description if complete else {**FIRST_FORMAT, **description}
    lacking = [name for name in PARTS if name not in parts]
    require(not lacking, f"its description lacks {', '.join(lacking)}")
    for name, kinds in PARTS.items():
        require(type(parts[name]) in kinds, f"its `{name}` has a wrong type")
    version = parts["skfairbargain"]
    require(VERSION.fullmatch(version), f"its version is {version!r:.40}")
    by_part = _by_part(tensors)
    learned, row_shape = parts["learned"], _checked_shape(parts["row_shape"])
    check_learned(learned, by_part["records"], row_shape[0], n_bytes)
    n_epochs, start = len(learned["history_"]), parts["schedule_start"]
    require(0 <= start <= n_epochs, f"its `schedule_start` is {start!r:.40}")
    require(parts["dtype"] in DTYPES, f"its `dtype` is {parts['dtype']!r:.40}")
    contents = Contents(
        version=version,
        estimator=checked_estimator(
            parts["parameters"],
            complete=complete and version == __version__,
        ),
        learned={
            **learned,
            **{name: by_part["records"][name].numpy().copy() for name in RECORDS},
        },
        module=parts["module"],
        row_shape=row_shape,
        scaler=checked_scaler(
            {name: tensor.numpy() for name, tensor in by_part["scaler"].items()},
            row_shape[0],
            parts["standardizes"],
        ),
        dtype=DTYPES[parts["dtype"]],
        schedule_start=start,
        weights=by_part["module"],
        module_state=parts["module_state"],
        optimizer_options=parts["optimizer_groups"],
        optimizer_state={**by_part["optimizer"], **parts["optimizer_state"]},
    )
    _check_network(contents, n_bytes)
    return contents


def _by_part(tensors):
    """The tensors of the network, the optimizer and the scaler, and the rows' records."""
    parts = {"module": {}, "optimizer": {}, "scaler": {}, "records": {}}
    for name, tensor in tensors.items():
        part, _, rest = name.partition(".")
        if name in RECORDS:
            part, rest = "records", name
        require(part in parts and rest, f"it has the unknown tensor `{name:.80}`")
        parts[part][rest] = tensor
    return parts


def _checked_shape(row_shape):
    are_sizes = all(type(size) is int and size > 0 for size in row_shape)
    require(row_shape and are_sizes, f"its `row_shape` is {row_shape!r:.80}")
    return row_shape


def _check_network(contents, n_bytes):
    """Hold the weights against the network, of which only the default one is known yet."""
    if contents.module is not None:
        is_small = math.prod(contents.row_shape) <= max(MOST_VALUES, n_bytes)
        require(is_small, f"its `row_shape` is {contents.row_shape!r:.80}")
        return
    require(len(contents.row_shape) == 1, f"its `row_shape` is {contents.row_shape!r:.80}")
    require(not contents.module_state, "the default network has no extra state")
    check_fit(
        contents,
        outline_of_default(
            contents.estimator,
            contents.weights,
            contents.row_shape[0],
            len(contents.learned["classes_"]),
            contents.dtype,
        ),
    )


def check_fit(contents, network):
    """Refuse weights and an optimizer's state that are not of a network.

    Returns
    -------
    optimizer_state : dict of int to dict
        By the number of the parameter.
    """
    check_weights(contents.weights, network)
    return check_optimizer(
        contents.estimator.optimizer,
        contents.optimizer_options,
        contents.optimizer_state,
        list(network.parameters()),
    )
