"""Hypergradients by first-order gradients, one sample after the other."""

import contextlib

import torch

from ._graph_engine import GraphEngine
from ._step_gradients import StepGradients, averages_of
from ._trained import trained_parameters


class LoopEngine(GraphEngine):
    """Hypergradients by first-order gradients, one sample after the other: the last resort.

    It takes one backward pass per player and one per sample of the minibatch, through the
    graph of the whole minibatch. So batch statistics are differentiated as they are, and
    whatever torch can train has its hypergradients: layers without second derivatives,
    scripted modules, reentrant checkpoints. The other engines are compared with it.

    Parameters
    ----------
    module : torch.nn.Module
    train_loss, meta_loss : callable
        ``(logits, target) -> losses``, one per sample.
    joint : bool, default=False
        Whether minibatch and validation set pass through the module as one tensor, as in
        the ghost engine, or one after the other, so that no layer can mix them.

    See Also
    --------
    AutogradEngine : One pass per player, where all layers have second derivatives.
    """

    name = "loop"

    def __init__(self, module, train_loss, meta_loss, joint=False):
        super().__init__(module, train_loss, meta_loss)
        self.joint = joint

    def hypergradients(self, inputs, targets, n_batch, averages):
        """As `GhostEngine.hypergradients`, by a loop over the samples."""
        parameters = list(trained_parameters(self.module).values())
        if self.joint:
            logits = self.module(inputs)
            logits, val_logits = logits[:n_batch], logits[n_batch:]
        else:
            with _buffers_set_aside(self.module) as set_aside:
                # Copies, of which a change in place does not count as one of the other.
                logits = self.module(inputs[:n_batch].clone())
                set_aside()
                val_logits = self.module(inputs[n_batch:].clone())
        losses = self.train_loss(logits, targets[:n_batch]).to(averages.dtype)
        val_losses = self.meta_loss(val_logits, targets[n_batch:]).to(averages.dtype)
        averages = averages_of(averages, val_losses)
        players = [_gradient(loss, parameters) for loss in averages.T @ val_losses]
        rows = []
        for loss in losses:
            gradient = _gradient(loss, parameters)
            rows.append(torch.stack([gradient @ player for player in players]))
        self._losses = losses
        return StepGradients(
            torch.stack(rows), losses.detach(), val_losses.detach(), logits.detach()
        )


def _gradient(loss, parameters):
    """Gradient of one loss by all parameters, as one vector."""
    for parameter in parameters:
        parameter.grad = None
    # By `backward`, because reentrant checkpoints refuse `torch.autograd.grad`.
    if loss.requires_grad:
        loss.backward(retain_graph=True)
    gradients = [
        torch.zeros_like(p) if p.grad is None else p.grad.to_dense() for p in parameters
    ]
    for parameter in parameters:
        parameter.grad = None
    return torch.cat([g.flatten().to(loss.dtype) for g in gradients])


@contextlib.contextmanager
def _buffers_set_aside(module):
    """Yield a function that replaces the buffers by copies of what they were at entry.

    At the end the module has its own buffers again. As in `AutogradEngine`, so what the
    validation set leaves in them is lost.
    """
    own = [
        (part, name, buffer)
        for part in module.modules()
        for name, buffer in part.named_buffers(recurse=False)
    ]
    copies = {id(buffer): buffer.clone() for _, _, buffer in own}

    def set_aside():
        nonlocal own
        # By now, because a forward pass may have assigned a new tensor.
        own = [(part, name, getattr(part, name)) for part, name, _ in own]
        for (part, name, _), copied in zip(own, of_entry, strict=True):
            setattr(part, name, copied)

    of_entry = [copies[id(buffer)] for _, _, buffer in own]
    try:
        yield set_aside
    finally:
        for part, name, buffer in own:
            setattr(part, name, buffer)
