"""Which engine serves a module, and why not the other."""

import copy

import torch
from torch import nn

from .._utils import seeded_torch
from ._autograd import AutogradEngine
from ._ghost import GhostEngine
from ._layer_rules import LAYER_RULES


def make_engine(engine, module, train_loss, meta_loss, example):
    """Return the engine of that name; ``"auto"`` takes ghost where it is exact.

    Parameters
    ----------
    engine : {"auto", "ghost", "autograd"}
    module : torch.nn.Module
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    example : tuple of (Tensor of shape (n, ...), LongTensor of shape (n,))
        A few real rows and their classes, n at least 2, to compare the engines on.

    Returns
    -------
    engine : GhostEngine or AutogradEngine
    reason : str
        Why "auto" took it, as one sentence; empty for a choice of the user's.

    Raises
    ------
    ValueError
        If ``"ghost"`` was asked for a module that it cannot serve; the message says why.
    """
    losses = (train_loss, meta_loss)
    if engine == "autograd":
        return AutogradEngine(module, *losses), ""
    why_not = unsupported(module, *losses, example)
    if why_not is None:
        exact = "its hypergradients are exact for this module." if engine == "auto" else ""
        return GhostEngine(module, *losses), exact
    if engine == "ghost":
        raise ValueError(
            f"engine='ghost' cannot serve this module: {why_not} Use engine='auto'."
        )
    return AutogradEngine(module, *losses), why_not


def unsupported(module, train_loss, meta_loss, example):
    """Say in one sentence why the ghost engine would be wrong for a module, or None.

    Structure first; then, because a ``forward`` may do anything, one step in training mode
    on a copy of the module is compared with autograd's.
    """
    why_not = _structural_obstacle(module)
    if why_not is not None:
        return why_not
    inputs, targets = example
    n_batch = (len(inputs) + 1) // 2
    tolerance = 1e3 * torch.finfo(_dtype(module)).eps
    together = _training_output(module, inputs)
    for row in (0, -1):
        # As many rows, so that dropout draws the same masks.
        among_itself = _training_output(module, inputs[[row] * len(inputs)])
        if not torch.allclose(
            together[row], among_itself[row], rtol=tolerance, atol=tolerance
        ):
            return "its output for a sample depends on the others in the batch."
    # Unequal, so that a loss which is not one sample's alone shows as well.
    n_val = len(inputs) - n_batch
    averages = torch.arange(1, n_val + 1, device=inputs.device, dtype=_dtype(module))[
        :, None
    ]
    steps = []
    for engine in (GhostEngine, AutogradEngine):
        twin = copy.deepcopy(module).train()
        options = {"joint": True} if engine is AutogradEngine else {}
        with seeded_torch(0, inputs.device):
            try:
                with engine(twin, train_loss, meta_loss, **options) as probe:
                    step = probe.hypergradients(inputs, targets, n_batch, averages)
                    probe.backward(torch.ones_like(step.losses))
            except RuntimeError as error:
                if engine is GhostEngine:
                    return str(error)
                # Autograd cannot differentiate it twice: there is nothing to compare.
                return None
        gradients = [
            (torch.zeros_like(p) if p.grad is None else p.grad).flatten()
            for p in twin.parameters()
        ]
        steps.append([step.hypergradients, torch.cat(gradients)])
    for ghost, exact in zip(*steps, strict=True):
        scale = exact.abs().max()
        if ghost.shape != exact.shape or not (
            (ghost - exact).abs().max() <= tolerance * scale
        ):
            return (
                "its hypergradients differ from those of autograd; does its forward "
                "change a layer's output in place or use its parameters outside of it, "
                "or a loss mix samples?"
            )
    return None


def _training_output(module, inputs):
    """Output in training mode, with dropout masks that depend on nothing but the shape."""
    twin = copy.deepcopy(module).train()
    with torch.no_grad(), seeded_torch(0, inputs.device):
        return twin(inputs)


def _structural_obstacle(module):
    owners = {}
    for layer in module.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            return f"{type(layer).__name__} mixes the samples of a batch."
        own = [p for p in layer.parameters(recurse=False) if p.requires_grad]
        if own and type(layer) not in LAYER_RULES:
            return f"{type(layer).__name__} has parameters and no layer rule."
        for parameter in own:
            if owners.setdefault(id(parameter), layer) is not layer:
                return "two of its layers share a parameter."
    return None if owners else "it has no parameter to train."


def _dtype(module):
    return next(module.parameters()).dtype
