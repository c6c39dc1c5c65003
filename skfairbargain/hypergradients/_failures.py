"""What to say of a module that cannot be trained."""

import torch

from .._utils import layer_name, layer_of_error, one_line


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
    layer = layer_of_error(error, module) or _layer_without_gradient(
        module, train_loss, rows
    )
    if layer is None:
        return None
    return ValueError(
        "`module` should be a module that torch can train, on the loss of each sample, "
        f"but {layer} raised {one_line(error)}"
    )


def _layer_without_gradient(module, train_loss, rows):
    """Name the innermost module that a gradient enters and does not leave."""
    calls = []
    for name, part in module.named_modules():
        if isinstance(part, torch.jit.ScriptModule):
            continue  # it takes no hooks
        part.register_forward_hook(
            lambda part, inputs, output, name=name: calls.append(
                (name, part, inputs, output)
            )
        )
    inputs, targets = rows
    total = train_loss(module(inputs), targets).sum()
    if _differentiable(total, list(module.parameters())):
        return None
    passed = [
        (name, part)
        for name, part, args, output in calls
        if _differentiable(total, _tensors(output))
        and not _differentiable(total, [*_tensors(args), *part.parameters()])
    ]
    return layer_name(*passed[0]) if passed else layer_name("", module)


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
