"""From the estimator's parameters to an initialized net."""

import copy
import inspect
from functools import partial

import torch
from skorch.callbacks import EarlyStopping
from skorch.utils import noop
from torch import nn

from ..losses import META_LOSSES
from ._modules import build_module, checked_sizes
from ._net import MetaNet
from ._parameters import OPTIMIZERS


def make_net(estimator, example, *, keep_weights=False):
    """Return a net with the estimator's parameters, ready to train.

    Parameters
    ----------
    estimator : NashMetaClassifier
    example : ndarray of shape (n, ...)
        A few rows, in the dtype to compute in.
    keep_weights : bool, default=False
        Whether it goes on from a copy of the estimator's `module_` and its history.

    Returns
    -------
    net : MetaNet

    Raises
    ------
    ValueError
        If the module or the loss does not return what it should, or the optimizer needs
        the loss more than once for a step.
    """
    module = build_module(
        estimator.module_ if keep_weights else estimator.module,
        estimator.n_features_in_,
        len(estimator.classes_),
        hidden_layer_sizes=checked_sizes(estimator.hidden_layer_sizes),
        dropout=estimator.dropout,
        example=example,
    )
    optimizer = estimator.optimizer
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[optimizer]
    _check_steps_once(optimizer)
    taken = inspect.signature(optimizer).parameters
    options = {
        f"optimizer__{name}": getattr(estimator, name)
        for name in ("momentum", "weight_decay")
        if name in taken
    }
    net = MetaNet(
        module,
        weighting=None,
        engine=estimator.engine,
        meta_loss=_meta_loss(estimator.meta_loss, len(estimator.classes_)),
        bargain_epochs=estimator.bargain_epochs,
        optimizer=optimizer,
        lr=estimator.lr,
        train_split=None,
        callbacks=_callbacks(estimator),
        device=torch.device(estimator.device),
        verbose=int(estimator.verbose),
        **options,
    ).initialize()
    net.row_shape = example.shape[1:]
    if keep_weights:
        net.history = copy.deepcopy(estimator.net_.history)
        net.schedule_start = len(net.history)
    return net


def _check_steps_once(optimizer):
    step = getattr(optimizer, "step", None)
    closure = step and inspect.signature(step).parameters.get("closure")
    if closure and closure.default is inspect.Parameter.empty:
        raise ValueError(
            "`optimizer` should take one step for each gradient, as SGD and Adam do. Got "
            f"{optimizer.__name__}, which asks for the loss again during a step, when the "
            "weights of its samples are those of another place."
        )


def _callbacks(estimator):
    callbacks = list(estimator.callbacks or [])
    if estimator.early_stopping:
        patience = 10 if estimator.early_stopping is True else estimator.early_stopping
        stopping = EarlyStopping(
            "worst_group_loss",
            patience=patience,
            load_best=True,
            sink=print if estimator.verbose else noop,
        )
        callbacks.append(("early_stopping", stopping))
    return callbacks


def _meta_loss(loss, n_classes):
    if isinstance(loss, str):
        return META_LOSSES[loss]
    shape = tuple(loss(torch.zeros(2, n_classes), torch.tensor([0, 1])).shape)
    if shape != (2,):
        raise ValueError(
            "`meta_loss` should return one loss per sample, of shape (2,) for 2 samples. "
            f"Got shape {shape}. A loss of torch's does with reduction='none'."
        )
    # Wrapped, because skorch takes a torch module among its attributes for its own.
    return partial(loss) if isinstance(loss, nn.Module) else loss
