"""What an engine returns of a step."""

from typing import NamedTuple

import torch


def averages_of(averages, val_losses):
    """Return the averages of a step, where they are a function of its losses.

    Parameters
    ----------
    averages : Tensor of shape (n_val, n_players) or callable
        ``val_losses -> averages``, with a `dtype`.
    val_losses : Tensor of shape (n_val,)

    Returns
    -------
    averages : Tensor of shape (n_val, n_players)
    """
    return averages(val_losses.detach()) if callable(averages) else averages


class StepGradients(NamedTuple):
    """Hypergradients and losses of one step.

    Parameters
    ----------
    hypergradients : Tensor of shape (n_batch, n_players)
        H, for a unit learning rate.
    losses : Tensor of shape (n_batch,)
        Training loss ℓ_i of every sample of the minibatch.
    val_losses : Tensor of shape (n_val,)
        Loss of every validation sample.
    logits : Tensor of shape (n_batch, n_classes)
        What the module made of the minibatch, in training mode.
    """

    hypergradients: torch.Tensor
    losses: torch.Tensor
    val_losses: torch.Tensor
    logits: torch.Tensor

    def on_cpu(self):
        """Return the step with all but the logits on the CPU, for one wait for a GPU."""
        if self.losses.device.type == "cpu":
            return self
        parts = self[:3]
        flat = torch.cat([part.flatten() for part in parts]).cpu()
        split = flat.split([part.numel() for part in parts])
        shaped = (one.view(part.shape) for one, part in zip(split, parts, strict=True))
        return StepGradients(*shaped, self.logits)
