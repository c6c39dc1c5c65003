"""The optimizer that a training uses, tried before anything is trained."""

import inspect

import torch
from torch import nn
from torch.optim.optimizer import (
    _global_optimizer_post_hooks,
    _global_optimizer_pre_hooks,
)

from .._utils import shortly
from ._named_optimizers import OPTIMIZERS


def optimizer_settings(estimator, module):
    """Return the optimizer's class and those of its options that the estimator sets.

    Parameters
    ----------
    estimator : NashMetaClassifier
    module : torch.nn.Module
        What it would train.

    Returns
    -------
    settings : dict
        Parameters of `skorch.NeuralNet`.

    Raises
    ------
    ValueError
        If it is no optimizer, cannot train the module, or needs the loss more than once
        for a step.
    """
    optimizer = estimator.optimizer
    if isinstance(optimizer, str):
        optimizer = OPTIMIZERS[optimizer]
    _check_steps_once(optimizer)
    taken = _parameters(optimizer)
    options = {
        name: getattr(estimator, name)
        for name in ("momentum", "weight_decay")
        if name in taken
    }
    _try(optimizer, module, {"lr": estimator.lr, **options}, estimator.optimizer)
    # Not tried: fused kernels take any number, and step to NaN by one beyond their dtype.
    if isinstance(estimator.optimizer, str) and _can_be_fused(module, estimator.device):
        options["fused"] = True
    options = {f"optimizer__{name}": value for name, value in options.items()}
    return {"optimizer": optimizer, **options}


def complete_momentum(optimizer):
    """Give each parameter of a fused SGD its momentum: zero, if it has had no gradient.

    torch steps all parameters at once, and cannot when some have momentum and others, which
    were frozen, do not. A first step from zeros is the same.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
    """
    if not isinstance(optimizer, torch.optim.SGD):
        return
    for group in optimizer.param_groups:
        if group["fused"] and group["momentum"] and not group["dampening"]:
            for parameter in group["params"]:
                state = optimizer.state[parameter]
                if state.get("momentum_buffer") is None:
                    state["momentum_buffer"] = torch.zeros_like(parameter)


def take_step(optimizer):
    """Step an optimizer; one by name without the profiler's record around it, if it can be.

    The record and the hooks that torch looks for take longer than a fused step of a small
    network.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
    """
    hooks = (
        optimizer._optimizer_step_pre_hooks,
        optimizer._optimizer_step_post_hooks,
        _global_optimizer_pre_hooks,
        _global_optimizer_post_hooks,
    )
    # Schedulers of learning rates set a `step` of their own on the object.
    if (
        type(optimizer) not in OPTIMIZERS.values()
        or "step" in vars(optimizer)
        or any(hooks)
    ):
        optimizer.step()
        return
    with torch.no_grad():
        inspect.unwrap(type(optimizer).step)(optimizer)


def _can_be_fused(module, device):
    """Whether torch can step all parameters in one call, which takes half the time."""
    dtypes = {p.dtype for p in module.parameters()}
    known = dtypes <= {torch.float32, torch.float64}
    return known and torch.device(device).type in ("cpu", "cuda")


def _parameters(function):
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # such as those written in C
        return {}


def _check_steps_once(optimizer):
    closure = _parameters(getattr(optimizer, "step", None)).get("closure")
    if closure and closure.default is inspect.Parameter.empty:
        raise ValueError(
            "`optimizer` should take one step for each gradient, as SGD and Adam do. Got "
            f"{optimizer.__name__}, which asks for the loss again during a step, when the "
            "weights of its samples are those of another place."
        )


def _try(optimizer, module, options, passed):
    """Make one for the module, and take a step with one of zeros."""
    zeros = nn.Parameter(torch.zeros(2, 2))
    zeros.grad = torch.zeros(2, 2)
    try:
        made = optimizer(module.parameters(), **options)
        if isinstance(made, torch.optim.Optimizer):
            take_step(optimizer([zeros], **options))
    except Exception as error:
        given = ", ".join(f"{name}={value!r}" for name, value in options.items())
        raise ValueError(
            "`optimizer` should be a class of torch.optim that trains this network, given "
            f"its parameters and {given}. Got {shortly(passed)}, which fails: {error}"
        ) from error
    if not isinstance(made, torch.optim.Optimizer):
        raise ValueError(
            "`optimizer` should be 'sgd', 'adam', 'adamw', or a class of torch.optim. Got "
            f"{shortly(passed)}, which makes {shortly(made)}."
        )
