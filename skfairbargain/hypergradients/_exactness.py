"""Whether the ghost engine is exact for a module, and if not, why."""

import copy

import torch
from torch import nn

from .._utils import seeded_torch
from ._ghost import GhostEngine
from ._layer_rules import LAYER_RULES


def unsupported(module, train_loss, meta_loss, example):
    """Say in one sentence why the ghost engine would be wrong for a module, or None.

    The structure of the module is looked at first. Because a ``forward`` may do anything,
    a step in training mode on a copy of the module is then compared with autograd's
    per-sample gradients.

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
    """Compare one step of the ghost engine with per-sample gradients."""
    try:
        ghost = _ghost_step(module, losses, example)
    except RuntimeError as error:
        return str(error)
    exact = _step_by_definition(module, losses, example)
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


def _ghost_step(module, losses, example):
    """Hypergradients and the gradient of the summed losses, by the ghost engine."""
    inputs, targets = example
    n_batch = _n_batch(inputs)
    twin = copy.deepcopy(module).train()
    with seeded_torch(0, inputs.device), GhostEngine(twin, *losses) as engine:
        step = engine.hypergradients(inputs, targets, n_batch, _averages(module, inputs))
        engine.backward(torch.ones_like(step.losses))
    gradients = [
        (torch.zeros_like(p) if p.grad is None else p.grad).flatten()
        for p in _trained(twin)
    ]
    return step.hypergradients, torch.cat(gradients)


def _step_by_definition(module, losses, example):
    """The same by Theorem 3.5: H holds inner products of first-order gradients.

    The unrolled step of `AutogradEngine` would need second derivatives, which some layers
    do not have.
    """
    inputs, targets = example
    n_batch = _n_batch(inputs)
    train_loss, meta_loss = losses
    twin = copy.deepcopy(module).train()
    with seeded_torch(0, inputs.device):
        logits = twin(inputs)
    train_losses = train_loss(logits[:n_batch], targets[:n_batch])
    val_losses = meta_loss(logits[n_batch:], targets[n_batch:])
    samples = _gradients(train_losses, twin)
    players = _gradients(_averages(module, inputs).T @ val_losses, twin)
    return samples @ players.T, samples.sum(0)


def _gradients(losses, module):
    """Gradients of several losses by the trained parameters, one row each."""
    parameters = _trained(module)
    rows = []
    for loss in losses:
        gradients = torch.autograd.grad(
            loss, parameters, retain_graph=True, allow_unused=True
        )
        rows.append(
            torch.cat(
                [
                    (torch.zeros_like(p) if gradient is None else gradient).flatten()
                    for p, gradient in zip(parameters, gradients, strict=True)
                ]
            )
        )
    return torch.stack(rows)


def _trained(module):
    return [p for p in module.parameters() if p.requires_grad]


def _n_batch(inputs):
    return (len(inputs) + 1) // 2


def _averages(module, inputs):
    """One player; unequal shares, so that a loss which mixes samples shows as well."""
    n_val = len(inputs) - _n_batch(inputs)
    shares = torch.arange(1, n_val + 1, device=inputs.device)
    return shares.to(next(module.parameters()).dtype)[:, None]


def _training_output(module, inputs):
    """Output in training mode, with dropout masks that depend on nothing but the shape."""
    twin = copy.deepcopy(module).train()
    with torch.no_grad(), seeded_torch(0, inputs.device):
        return twin(inputs)


def _tolerance(module):
    return 1e3 * torch.finfo(next(module.parameters()).dtype).eps
