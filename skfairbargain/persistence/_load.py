"""Load a model: read and check the file, then build the model of it."""

from contextlib import contextmanager

import numpy as np
import torch

from .._inputs import Players
from .._networks import available_device
from .._training import history_of, make_net, run_settings
from ..exceptions import ModelFileError
from ._contents import check_fit, checked_contents
from ._file_format import decode, parse
from ._optimizer import restore_optimizer
from ._path import checked_path
from ._plain import MOST_BYTES, from_plain


def load(path, *, module=None, device=None):
    """Read a model that `save` wrote.

    Nothing in the file is executed. All of it is checked before anything is made of it:
    types, lengths, and the shapes of the weights, so that a file takes no more memory than
    its size asks for. A checksum finds damage; it does not tell who wrote the file.

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
    ModelFileError
        If the file is damaged or something else, is of a newer version, holds weights that
        are not finite, or was trained on a device that is not here; or if `module` is
        missing or does not fit the file. It is a ValueError.
    ValueError
        If `device` is not here, or `module` is no network for the rows of the model.
    FileNotFoundError
        If there is no such file.

    Warns
    -----
    ModelVersionWarning
        If another version of this package wrote the file.

    See Also
    --------
    save : Write the file, with an example.
    """
    path = checked_path(path)
    with _faults_of(path):
        contents = _read(path)
    _choose_device(contents.estimator, device, path)
    _check_module(module, contents.module, path)
    if module is None:
        with _faults_of(path):
            net = _built(contents, None)
    else:
        net = _built(contents, module)
    with _faults_of(path) if module is None else _misfits(path):
        _restore(net, contents)
    estimator = contents.estimator
    estimator.module = module
    # As after unpickling, which warns of another version.
    estimator.__setstate__(
        {**contents.learned, "net_": net, "_skfairbargain_version": contents.version}
    )
    return estimator


def _read(path):
    if path.is_dir():
        raise ModelFileError("it is a folder")
    if path.exists() and not path.is_file():
        raise ModelFileError("it is no regular file")
    data = path.read_bytes()
    format_version, text, tensors = decode(data)
    description = from_plain(parse(text), MOST_BYTES + 4 * len(text))
    return checked_contents(description, tensors, len(data), complete=format_version > 1)


@contextmanager
def _faults_of(path):
    """Make one `ModelFileError` of whatever a file causes."""
    try:
        yield
    except ModelFileError as error:
        raise ModelFileError(
            f"{path} cannot be loaded: {error}. Nothing was loaded."
        ) from error
    except (
        ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError,
        ValueError,
    ) as error:  # fmt: skip
        reason = str(error).rstrip(".")
        raise ModelFileError(
            f"{path} cannot be loaded: {reason}. It is damaged, or not a file that "
            "skfairbargain.persistence.save wrote. Nothing was loaded."
        ) from error


@contextmanager
def _misfits(path):
    """Blame the `module` where its weights are others than those of the file."""
    try:
        yield
    except ModelFileError as error:
        raise ModelFileError(
            f"{path} cannot be loaded: {error}. Nothing was loaded."
        ) from error
    except (LookupError, RuntimeError, TypeError, ValueError) as error:
        raise ModelFileError(
            f"`module` should have the weights that {path} has, but {error}."
        ) from error


def _choose_device(estimator, device, path):
    if device is not None:
        available_device(device)
        estimator.device = device
        return
    try:
        available_device(estimator.device)
    except ValueError as error:
        raise ModelFileError(
            f"{path} cannot be loaded: it was trained on {estimator.device}, which is not "
            "here; pass device='cpu'. Nothing was loaded."
        ) from error


def _check_module(module, stored, path):
    """Refuse a network where the file has the default one, and the other way round."""
    if module is None and stored is not None:
        raise ModelFileError(
            f"`module` should be the network that was trained, {stored}: a file "
            "that runs no code cannot hold it. Got None."
        )
    if module is not None and stored is None:
        raise ModelFileError(
            f"`module` should be None, because {path} has the default network. Got "
            f"{module!r}."
        )


def _built(contents, module):
    """A net as it was before its training."""
    estimator, learned = contents.estimator, contents.learned
    dtype = np.float64 if contents.dtype == torch.float64 else np.float32
    with torch.random.fork_rng(devices=[]):  # initial weights, about to be replaced
        return make_net(
            estimator,
            np.zeros((2, *contents.row_shape), dtype),
            len(learned["classes_"]),
            module=module,
            earlier_epochs=history_of(learned["history_"]),
            schedule_start=contents.schedule_start,
            **run_settings(
                estimator,
                Players(learned["groups_"], learned["cells_"]),
                n_rows=len(learned["applied_weight_"]),
                epochs=estimator.max_epochs,
            ),
        )


def _restore(net, contents):
    """Bring weights and optimizer of a fresh net to what was stored."""
    optimizer_state = check_fit(contents, net.module_)
    net.module_.load_state_dict({**contents.weights, **contents.module_state})
    net.scaler_ = contents.scaler
    restore_optimizer(net.optimizer_, contents.optimizer_options, optimizer_state)
