"""Describe an estimator: the values that go into a model file, and its tensors."""

import json

import torch

from .._model_file import NotPlainError, to_plain
from .._training import RECORDS
from .._version import __version__
from ._learned import learned_of
from ._optimizer import stored_optimizer
from ._requests import requests_of

TRUSTED = "use joblib.dump and load such files from people you trust"


def describe(estimator):
    """Return what a file has of a fitted estimator.

    Returns
    -------
    text : str
        The description, as JSON.
    tensors : dict of str to Tensor

    Raises
    ------
    ValueError
        If something is there that only code could bring back.
    """
    net = estimator.net_
    parameters, learned = plain_parameters(estimator), _plain_learned(estimator)
    options, optimizer_state = stored_optimizer(estimator)
    parts = {
        "module": net.module_.state_dict(),
        "optimizer": optimizer_state,
        "scaler": _scaler_tensors(net.scaler_),
    }
    tensors = {name: torch.from_numpy(getattr(estimator, name)) for name in RECORDS}
    rest = {"module": {}, "optimizer": {}}
    for part, values in parts.items():
        for name, value in values.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{part}.{name}"] = value
            else:
                rest[part][name] = value
    plain = {
        "skfairbargain": __version__,
        "parameters": parameters,
        "learned": learned,
        "module": None if estimator.module is None else type(net.module_).__qualname__,
        "row_shape": to_plain(tuple(net.row_shape)),
        "dtype": str(next(net.module_.parameters()).dtype).removeprefix("torch."),
        "schedule_start": net.schedule_start,
        "optimizer_groups": to_plain(options),
        "optimizer_state": to_plain(rest["optimizer"]),
        "module_state": _plain_state(rest["module"]),
        "standardizes": net.scaler_ is not None,
    }
    # Copies, because tied weights share memory, which the format cannot express.
    copies = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    return json.dumps({"dict": plain}, allow_nan=False), copies


def _scaler_tensors(scaler):
    state = {} if scaler is None else scaler.get_state()
    return {name: torch.from_numpy(value) for name, value in state.items()}


def plain_parameters(estimator):
    """Return parameters without the module, and requests of metadata, as `to_plain` does.

    Raises
    ------
    ValueError
        If only code could bring one back.
    """
    parameters = {**estimator.get_params(deep=False), "module": None}
    if isinstance(parameters["device"], torch.device):
        parameters["device"] = str(parameters["device"])
    strange = {}
    for name, value in parameters.items():
        try:
            to_plain(value)
        except NotPlainError as error:
            strange[name] = str(error)
    if strange:
        raise ValueError(
            "a file that runs no code cannot bring back "
            f"{', '.join(f'`{name}` ({value})' for name, value in strange.items())}. "
            "Predictions do not need it: replace it with set_params, or "
            f"{TRUSTED}"
        )
    return to_plain({**parameters, **requests_of(estimator)})


def _plain_learned(estimator):
    try:
        return to_plain(learned_of(estimator))
    except NotPlainError as error:
        raise ValueError(
            "labels should be numbers, text, booleans, dates, timestamps or intervals. Got "
            f"{error}. Train on labels that are text, as groups_val.astype(str) is, or "
            f"{TRUSTED}"
        ) from error


def _plain_state(rest):
    """The states that are no tensors: those of modules with `get_extra_state`."""
    try:
        return to_plain(rest)
    except NotPlainError as error:
        raise ValueError(
            "the extra state of a module should be numbers, text, lists, dicts and arrays. "
            f"Got {error}. Change its get_extra_state, or {TRUSTED}"
        ) from error
