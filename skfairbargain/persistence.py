"""Store a trained model in one file that runs no code when it is loaded.

Two functions, as in joblib and skops: `load` has no estimator yet that it could be a method
of. The file is in the safetensors format: weights as bare numbers, everything else as JSON
in its header. What pickle and joblib write is convenient too, but loading it runs whatever
code its author put in.
"""

import hashlib
import json
import math
import re
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError
from sklearn.utils.validation import check_is_fitted

from ._training import RECORDS, Players, history_of, make_net, run_settings
from ._utils import write_at_once
from ._version import __version__
from .classifier import NashMetaClassifier
from .protocols import PROTOCOLS

__all__ = ["load", "save"]

FORMAT, FORMAT_VERSION = "skfairbargain model", 1
# Numbers, booleans, text and objects; of objects only what is plain itself.
DTYPE = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248]|U\d{1,6}|O)")
LEARNED = ("classes_", "groups_", "cells_", "history_", "n_iter_", "n_features_in_",
           "feature_names_in_", "_first_seed")  # fmt: skip


def save(estimator, path):
    """Write a trained model to a file, all of it or nothing.

    The file has all that `predict`, `partial_fit` and ``warm_start`` need: weights,
    parameters, learned attributes, the optimizer's state. It does not have the validation
    rows that `partial_fit` remembers, since they are somebody's data.

    Parameters
    ----------
    estimator : NashMetaClassifier
        A fitted one, not the pipeline around it.
    path : str or Path
        The file to write, usually named ``*.safetensors``. An existing one is replaced at
        the end, in one step.

    Raises
    ------
    ValueError
        If a parameter is a function, a class or another object that only code could bring
        back. A `module` of your own is no obstacle: pass it to `load` again.
    TypeError
        If `estimator` is no `NashMetaClassifier`.
    NotFittedError
        If it is not fitted.

    See Also
    --------
    load : Read the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.datasets import load_iris
    >>> from skfairbargain import NashMetaClassifier
    >>> from skfairbargain.persistence import load, save
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NashMetaClassifier(bargaining=None, max_epochs=2, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "iris.safetensors"
    ...     save(clf, path)
    ...     loaded = load(path)
    >>> bool((loaded.predict_proba(X) == clf.predict_proba(X)).all())
    True
    """
    path = Path(path)
    if type(estimator) is not NashMetaClassifier:
        raise TypeError(
            "save stores a NashMetaClassifier. Got an object of class "
            f"{type(estimator).__name__}. Of a pipeline, save the last step here and the "
            "others by other means, such as skops.io.dump; of a ReweightedClassifier, "
            "likewise the network in its `weigher_` and its `estimator_`."
        )
    check_is_fitted(estimator)
    net = estimator.net_
    tensors, optimizer_state = _tensors_and_rest(estimator)
    model = {
        "skfairbargain": __version__,
        "parameters": _plain_parameters(estimator, path),
        "learned": {
            name: getattr(estimator, name) for name in LEARNED if hasattr(estimator, name)
        },
        "module": None if estimator.module is None else type(net.module_).__qualname__,
        "row_shape": net.row_shape,
        "dtype": str(next(net.module_.parameters()).dtype).removeprefix("torch."),
        "schedule_start": net.schedule_start,
        "optimizer_groups": net.optimizer_.state_dict()["param_groups"],
        "optimizer_state": optimizer_state,
    }
    try:
        text = json.dumps(to_plain(model), allow_nan=False)
    except NotPlainError as error:
        raise ValueError(
            f"{path} was not written, because labels should be numbers, text or booleans. "
            f"Got {error}."
        ) from error
    header = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "model": text,
        "sha256": _checksum(text, tensors),
    }
    write_at_once(path, safetensors.torch.save(tensors, header))


def load(path, *, module=None, device=None):
    """Read a model that `save` wrote.

    Nothing in the file is executed. The file is read and checked as a whole before
    anything is made of it. A checksum finds damage; it does not tell who wrote the file.

    Parameters
    ----------
    path : str or Path
    module : class, callable or torch.nn.Module, default=None
        The `module` of the model, where it had one of its own.
    device : str or torch.device, default=None
        Where the model is put. None: where it was trained.

    Returns
    -------
    estimator : NashMetaClassifier
        Predictions equal those of the one that was saved to the bit, on the same kind of
        machine.

    Raises
    ------
    ValueError
        If the file is damaged or something else, or `module` is missing or does not fit.

    Warns
    -----
    ModelVersionWarning
        If another version of this package wrote the file.

    See Also
    --------
    save : Write the file, with an example.
    """
    path = Path(path)
    try:
        model, tensors = _read(path.read_bytes())
        estimator, learned = _untrained(model, tensors, device)
        net_arguments = _net_arguments(estimator, learned, model)
    except (
        ArithmeticError, LookupError, RecursionError, TypeError, ValueError, SafetensorError
    ) as error:  # fmt: skip
        raise _damaged(path, error) from error
    _check_module(module, model["module"], path)
    estimator.module = module
    with torch.random.fork_rng(devices=[]):  # initial weights, about to be replaced
        net = make_net(estimator, module=module, **net_arguments)
    try:
        _restore(net, model, tensors)
    except (LookupError, RuntimeError, TypeError, ValueError) as error:
        if module is None:
            raise _damaged(path, error) from error
        raise ValueError(
            f"`module` should have the weights that {path} has. {error}"
        ) from error
    # As after unpickling, which warns of another version.
    version = model["skfairbargain"]
    estimator.__setstate__({**learned, "net_": net, "_skfairbargain_version": version})
    return estimator


def _tensors_and_rest(estimator):
    """The tensors to store by name, and the optimizer's state that is no tensor."""
    net, rest = estimator.net_, {}
    tensors = {f"module.{name}": t for name, t in net.module_.state_dict().items()}
    tensors |= {name: torch.from_numpy(getattr(estimator, name)) for name in RECORDS}
    for place, entries in net.optimizer_.state_dict()["state"].items():
        for name, value in entries.items():
            if isinstance(value, torch.Tensor):
                tensors[f"optimizer.{place}.{name}"] = value
            else:
                rest[f"{place}.{name}"] = value
    # Copies, because tied weights share memory, which the format cannot express.
    copies = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    return copies, rest


def _untrained(model, tensors, device):
    """An estimator with the stored parameters, and the attributes that it will have."""
    parameters = model["parameters"]
    if device is not None:
        parameters["device"] = device
    estimator = NashMetaClassifier(**parameters)
    estimator._validate_params()
    learned = {name: model["learned"][name] for name in LEARNED if name in model["learned"]}
    return estimator, learned | {name: tensors[name].numpy().copy() for name in RECORDS}


def _net_arguments(estimator, learned, model):
    """What `make_net` is given beside the module, to make the net that was stored."""
    dtype = {"float32": np.float32, "float64": np.float64}[model["dtype"]]
    return {
        "example": np.zeros((2, *model["row_shape"]), dtype),
        "n_classes": len(learned["classes_"]),
        "earlier_epochs": history_of(learned["history_"]),
        "schedule_start": model["schedule_start"],
        **run_settings(
            estimator,
            Players(learned["groups_"], learned["cells_"]),
            n_rows=len(learned["applied_weight_"]),
            epochs=estimator.max_epochs,
        ),
    }


def _check_module(module, stored, path):
    """Refuse a network where the file has the default one, and the other way round."""
    if module is None and stored is not None:
        raise ValueError(
            f"`module` should be the network that was trained, {stored}: a file "
            "that runs no code cannot hold it. Got None."
        )
    if module is not None and stored is None:
        raise ValueError(
            f"`module` should be None, because {path} has the default network. Got "
            f"{module!r}."
        )


def _plain_parameters(estimator, path):
    """Parameters without the module, if all of them are plain."""
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
            f"{path} was not written, because a file that runs no code cannot bring back "
            f"{', '.join(f'`{name}` ({value})' for name, value in strange.items())}. "
            "Predictions do not need it: replace it with set_params, or use joblib.dump "
            "and load such files from people you trust."
        )
    return parameters


def _checksum(text, tensors):
    """SHA-256 of the JSON and of every tensor's name, kind, shape and bytes."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _read(data):
    """Check a file's bytes; return the model's description and its tensors."""
    tensors = safetensors.torch.load(data)
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    if header.get("format") != FORMAT:
        raise ValueError("it is a safetensors file of something else")
    if int(header["format_version"]) > FORMAT_VERSION:
        raise ValueError(
            f"it has format version {header['format_version']}, and this version of "
            f"skfairbargain reads {FORMAT_VERSION}; update the package"
        )
    if _checksum(header["model"], tensors) != header["sha256"]:
        raise ValueError("its contents do not match its checksum")
    return from_plain(json.loads(header["model"])), tensors


def _restore(net, model, tensors):
    """Bring weights and optimizer of a fresh net to what was stored."""
    weights = {
        name.removeprefix("module."): tensor
        for name, tensor in tensors.items()
        if name.startswith("module.")
    }
    net.module_.load_state_dict(weights)
    state = {}
    for place, value in [
        *((name, t) for name, t in tensors.items() if name.startswith("optimizer.")),
        *((f"optimizer.{name}", v) for name, v in model["optimizer_state"].items()),
    ]:
        _, index, name = place.split(".", 2)
        state.setdefault(int(index), {})[name] = value
    net.optimizer_.load_state_dict(
        {"state": state, "param_groups": model["optimizer_groups"]}
    )


def _damaged(path, error):
    return ValueError(
        f"{path} cannot be loaded: {error}. It is damaged, or not a file that "
        "skfairbargain.persistence.save wrote. Nothing was loaded."
    )


class NotPlainError(ValueError):
    """A value that is no number, text, list, tuple, dict, array or known protocol."""


def to_plain(value):
    """Turn a value into what `json` can write; other types than JSON's become {tag: ...}.

    Parameters
    ----------
    value : None, bool, int, float, str, list, tuple, dict, ndarray or Protocol
        NumPy's scalars become Python's.

    Returns
    -------
    plain : None, bool, int, float, str, list or dict

    Raises
    ------
    NotPlainError
        If it is, or has, something else.

    Examples
    --------
    >>> from skfairbargain.persistence import from_plain, to_plain
    >>> from skfairbargain.protocols import Nash
    >>> to_plain(("F", 40.0))
    {'tuple': ['F', 40.0]}
    >>> from_plain(to_plain(Nash(feasible="ball")))
    Nash(feasible='ball')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) in (list, tuple):
        items = [to_plain(item) for item in value]
        return items if type(value) is list else {"tuple": items}
    if type(value) is dict and all(type(key) is str for key in value):
        return {"dict": {key: to_plain(item) for key, item in value.items()}}
    if isinstance(value, np.ndarray) and DTYPE.fullmatch(value.dtype.str):
        items = [to_plain(item) for item in value.ravel().tolist()]
        return {"array": [value.dtype.str, list(value.shape), items]}
    if type(value) in PROTOCOLS.values():
        name = next(name for name, kind in PROTOCOLS.items() if kind is type(value))
        return {"protocol": [name, to_plain(value.get_params(deep=False))]}
    if type(value) is float and not math.isfinite(value):
        return {"float": repr(value)}
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise NotPlainError(f"{type(value).__name__} {value!r}")


def from_plain(plain):
    """Undo `to_plain`.

    Raises
    ------
    ValueError
        If `to_plain` did not make this.
    """
    if isinstance(plain, list):
        return [from_plain(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    [(tag, content)] = plain.items()
    if tag == "tuple":
        return tuple(from_plain(content))
    if tag == "dict":
        return {key: from_plain(item) for key, item in content.items()}
    if tag == "float":
        return float(content)
    if tag == "array":
        dtype, shape, items = content
        if not DTYPE.fullmatch(dtype):
            raise ValueError(f"an array has the dtype {dtype!r}")
        return np.array(from_plain(items), dtype=dtype).reshape(shape)
    if tag == "protocol":
        name, parameters = content
        return PROTOCOLS[name](**from_plain(parameters))
    raise ValueError(f"there is a value of unknown kind {tag!r}")
