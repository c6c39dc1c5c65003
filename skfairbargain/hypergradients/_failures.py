"""What to say of a module that cannot be trained."""

import torch

from .._utils import first_line, layer_name

TWO_ROWS = (
    " Statistics of a batch need two rows or more: of a minibatch (`batch_size`), and of "
    "the audited rows."
)


def cannot_be_trained(layer, error):
    """Return the error to raise in place of one that training a module ended with.

    Parameters
    ----------
    layer : str
        The part of the module that raised it, as of `layer_name`.
    error : Exception

    Returns
    -------
    error : ValueError
    """
    sentence = first_line(error)
    way_out = TWO_ROWS if "more than 1 value per channel" in sentence else ""
    return ValueError(
        "`module` should be a module that torch can train, on the loss of each sample, but "
        f"{layer} raised {type(error).__name__}: {sentence}{way_out}"
    )


def cannot_serve(engine, reason):
    """Return the error to raise where an engine that was asked for is not exact.

    Parameters
    ----------
    engine, reason : str

    Returns
    -------
    error : ValueError
    """
    return ValueError(
        f"engine={engine!r} cannot serve this module: {reason} Use engine='auto'."
    )


def layer_without_gradient(module, train_loss, rows):
    """Name the innermost module that a gradient enters and does not leave.

    Parameters
    ----------
    module : torch.nn.Module
        A copy in training mode, to repeat the step on.
    train_loss : callable
    rows : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))

    Returns
    -------
    layer : str or None
        As of `layer_name`. None if there is none.
    """
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
