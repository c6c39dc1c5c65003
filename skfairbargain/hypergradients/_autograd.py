"""Hypergradients by differentiating the unrolled step."""

import contextlib

import torch
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel

from .._utils import global_states, restore_globals
from ._graph_engine import GraphEngine
from ._graphs import has_dead_end
from ._step_gradients import StepGradients, averages_of
from ._trained import NotExactError, trained_parameters


class AutogradEngine(GraphEngine):
    """Hypergradients by differentiating the unrolled step: any module, and slow.

    It takes one second-order backward pass per player. Batch normalisation in training
    mode, tied parameters and layers that mix samples are all differentiated as they are.

    Parameters
    ----------
    module : torch.nn.Module
        Anything that autograd can differentiate twice.
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    joint : bool, default=False
        Whether minibatch and validation set pass through the module as one tensor, as in
        the ghost engine, or one after the other, so that no layer can mix them.
    math_attention : bool, default=False
        Whether attention is computed by its formula. torch's faster kernels have no second
        derivatives.

    See Also
    --------
    GhostEngine : One backward pass, for modules made of common layers.
    LoopEngine : First derivatives only, for modules without second ones.
    """

    name = "autograd"

    def __init__(self, module, train_loss, meta_loss, joint=False, math_attention=False):
        super().__init__(module, train_loss, meta_loss)
        self.joint = joint
        self.math_attention = math_attention

    def hypergradients(self, inputs, targets, n_batch, averages):
        """As `GhostEngine.hypergradients`, by second-order differentiation."""
        formula = sdpa_kernel(SDPBackend.MATH)
        with formula if self.math_attention else contextlib.nullcontext():
            return self._unrolled(inputs, targets, n_batch, averages)

    def _unrolled(self, inputs, targets, n_batch, averages):
        parameters = trained_parameters(self.module)
        buffers = {name: b.clone() for name, b in self.module.named_buffers()}
        replay = global_states(inputs.device) if self.joint else None
        logits = self.module(inputs if self.joint else inputs[:n_batch].clone())
        resume = global_states(inputs.device) if self.joint else None
        losses = self.train_loss(logits[:n_batch], targets[:n_batch]).to(averages.dtype)
        # ε weighs the losses of the inner step θ' = θ − ∇ Σ ε_j ℓ_j, which at ε = 0 is θ.
        epsilon = torch.zeros_like(losses, requires_grad=True)
        gradients = torch.autograd.grad(
            epsilon @ losses,
            list(parameters.values()),
            create_graph=True,
            allow_unused=True,
        )
        if has_dead_end(gradients):
            raise NotExactError("some of its operations have no second derivative.")
        stepped = {
            name: p if gradient is None else p - gradient
            for (name, p), gradient in zip(parameters.items(), gradients, strict=True)
        }
        if self.joint:
            # The same dropout masks in the second forward pass as in the first.
            restore_globals(replay, inputs.device)
        val_logits = functional_call(
            self.module,
            {**stepped, **buffers},
            (inputs if self.joint else inputs[n_batch:].clone(),),
        )
        if self.joint:
            restore_globals(resume, inputs.device)
        n_val = len(inputs) - n_batch
        val_losses = self.meta_loss(val_logits[-n_val:], targets[n_batch:])
        val_losses = val_losses.to(averages.dtype)
        averages = averages_of(averages, val_losses)
        columns = [_derivative(loss, epsilon) for loss in averages.T @ val_losses]
        self._losses = losses
        return StepGradients(
            -torch.stack(columns, dim=1),
            losses.detach(),
            val_losses.detach(),
            logits[:n_batch].detach(),
        )


def _derivative(loss, epsilon):
    """Derivative of a player's loss; 0 where no parameter serves both, as among experts."""
    derivative = None
    if loss.requires_grad:
        (derivative,) = torch.autograd.grad(
            loss, epsilon, retain_graph=True, allow_unused=True
        )
    return torch.zeros_like(epsilon) if derivative is None else derivative
