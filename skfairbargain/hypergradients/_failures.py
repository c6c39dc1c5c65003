"""Which layer of a module an error came from."""

import traceback

import torch
from torch import nn


def cannot_be_trained(module, train_loss, rows, error):
    """Return the error to raise in place of one that training a module ended with.

    Parameters
    ----------
    module : torch.nn.Module
        A copy in training mode, to repeat the step on.
    train_loss : callable
    rows : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))
    error : Exception

    Returns
    -------
    error : ValueError or None
        None if the module is not to blame, but a loss.
    """
    layer = layer_of_error(error) or _layer_without_gradient(module, train_loss, rows)
    if layer is None:
        return None
    return ValueError(
        "`module` should be a module that torch can train, on the loss of each sample. "
        f"{layer} raised {one_line(error)}"
    )


def layer_of_error(error):
    """Name the innermost module in whose forward an error was raised.

    Parameters
    ----------
    error : Exception

    Returns
    -------
    layer : str or None
        As the beginning of a sentence. None if it was raised in no forward.
    """
    modules = [
        frame.f_locals["self"]
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if isinstance(frame.f_locals.get("self"), nn.Module)
    ]
    if not modules:
        return None
    names = {part: name for name, part in modules[0].named_modules()}
    # A module may call one that it does not hold.
    return _sentence(names.get(modules[-1], ""), modules[-1])


def one_line(error):
    """Say type and first line of an error."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"


def _layer_without_gradient(module, train_loss, rows):
    """Name the innermost module that a gradient enters and does not leave."""
    calls = []
    for name, part in module.named_modules():
        part.register_forward_hook(
            lambda part, inputs, output, name=name: calls.append(
                (name, part, inputs, output)
            )
        )
    inputs, targets = rows
    total = train_loss(module(inputs), targets).sum()
    passed = [
        (name, part)
        for name, part, args, output in calls
        if _differentiable(total, _tensors(output))
        and not _differentiable(total, [*_tensors(args), *part.parameters()])
    ]
    return _sentence(*passed[0]) if passed else None


def _differentiable(total, tensors):
    tensors = [t for t in tensors if t.requires_grad]
    try:
        if tensors:
            torch.autograd.grad(total, tensors, retain_graph=True, allow_unused=True)
    except Exception:
        return False
    return True


def _tensors(values):
    values = values if isinstance(values, list | tuple) else (values,)
    return [value for value in values if isinstance(value, torch.Tensor)]


def _sentence(name, part):
    return f"Its layer {name!r} ({type(part).__name__})" if name else "It"
