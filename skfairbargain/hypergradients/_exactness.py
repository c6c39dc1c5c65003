"""Whether the ghost engine is exact for a module, and if not, why."""

import copy

import torch
from torch import nn

from .._utils import seeded_torch
from ._autograd import AutogradEngine
from ._ghost import GhostEngine
from ._layer_rules import LAYER_RULES


def unsupported(module, train_loss, meta_loss, example):
    """Say in one sentence why the ghost engine would be wrong for a module, or None.

    The structure of the module is looked at first. Because a ``forward`` may do anything,
    a step in training mode on a copy of the module is then compared with autograd's.

    Parameters
    ----------
    module : torch.nn.Module
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    example : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))
        A few real rows and their classes, n at least 2.

    Returns
    -------
    why_not : str or None
    """
    return (
        _structural_obstacle(module)
        or _mixing_of_samples(module, example[0])
        or _difference_from_autograd(module, (train_loss, meta_loss), example)
    )


def _structural_obstacle(module):
    """A layer without a rule, with batch statistics, or sharing a parameter."""
    owners = {}
    for layer in module.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            return f"{type(layer).__name__} mixes the samples of a batch."
        if getattr(layer, "track_running_stats", False):
            return (
                f"{type(layer).__name__} keeps running statistics, which must not see the "
                "validation set."
            )
        own = [p for p in layer.parameters(recurse=False) if p.requires_grad]
        if own and type(layer) not in LAYER_RULES:
            return f"{type(layer).__name__} has parameters and no layer rule."
        for parameter in own:
            if owners.setdefault(id(parameter), layer) is not layer:
                return "two of its layers share a parameter."
    return None if owners else "it has no parameter to train."


def _mixing_of_samples(module, inputs):
    """Whether a row's output changes with the other rows of the batch."""
    tolerance = _tolerance(module)
    together = _training_output(module, inputs)
    for row in (0, -1):
        # As many rows, so that dropout draws the same masks.
        by_itself = _training_output(module, inputs[[row] * len(inputs)])
        if not torch.allclose(
            together[row], by_itself[row], rtol=tolerance, atol=tolerance
        ):
            return "its output for a sample depends on the others in the batch."
    return None


def _difference_from_autograd(module, losses, example):
    """Run one step of each engine and compare hypergradients and weighted gradients."""
    try:
        ghost = _one_step(GhostEngine, module, losses, example)
    except RuntimeError as error:
        return str(error)
    try:
        exact = _one_step(AutogradEngine, module, losses, example, joint=True)
    except RuntimeError:
        return None  # it cannot be differentiated twice: there is nothing to compare with
    for found, expected in zip(ghost, exact, strict=True):
        bound = _tolerance(module) * expected.abs().max()
        # Written so that NaN counts as different.
        if found.shape != expected.shape or not (found - expected).abs().max() <= bound:
            return (
                "its hypergradients differ from those of autograd; does its forward "
                "change a layer's output in place or use its parameters outside of it, "
                "or a loss mix samples?"
            )
    return None


def _one_step(engine_class, module, losses, example, **options):
    """Hypergradients and the gradient of the summed losses, on a copy of the module."""
    inputs, targets = example
    n_batch = (len(inputs) + 1) // 2
    twin = copy.deepcopy(module).train()
    # Unequal shares, so that a loss which mixes samples shows as well.
    averages = torch.arange(1, len(inputs) - n_batch + 1).to(
        inputs.device, next(module.parameters()).dtype
    )[:, None]
    with (
        seeded_torch(0, inputs.device),
        engine_class(twin, *losses, **options) as engine,
    ):
        step = engine.hypergradients(inputs, targets, n_batch, averages)
        engine.backward(torch.ones_like(step.losses))
    gradients = [
        (torch.zeros_like(p) if p.grad is None else p.grad).flatten()
        for p in twin.parameters()
    ]
    return step.hypergradients, torch.cat(gradients)


def _training_output(module, inputs):
    """Output in training mode, with dropout masks that depend on nothing but the shape."""
    twin = copy.deepcopy(module).train()
    with torch.no_grad(), seeded_torch(0, inputs.device):
        return twin(inputs)


def _tolerance(module):
    return 1e3 * torch.finfo(next(module.parameters()).dtype).eps
