"""The loss of the validation samples, tried before anything is trained."""

from functools import partial

import torch
from torch import nn

from .._utils import shortly
from ..losses import META_LOSSES


def checked_meta_loss(loss, n_classes, example):
    """Return the loss as a function of logits and class indices.

    Parameters
    ----------
    loss : str or callable
        As `meta_loss` of the estimator.
    n_classes : int
    example : Tensor
        Has the dtype and the device of the logits.

    Returns
    -------
    loss : callable

    Raises
    ------
    ValueError
        If it does not return one finite loss per sample that depends on the logits.
    """
    if isinstance(loss, str):
        return META_LOSSES[loss]
    logits = example.new_zeros((2, n_classes), requires_grad=True)
    target = torch.tensor([0, 1], device=logits.device)
    try:
        with torch.enable_grad():
            losses = loss(logits, target)
    except Exception as error:
        raise ValueError(
            f"`meta_loss` should map logits of shape (2, {n_classes}) and class indices of "
            "shape (2,) to one loss per sample. Got an error, "
            f"{type(error).__name__}: {error}"
        ) from error
    if not isinstance(losses, torch.Tensor):
        raise ValueError(
            "`meta_loss` should return a tensor with one loss per sample. Got "
            f"{shortly(losses)}."
        )
    if losses.shape != (2,):
        raise ValueError(
            "`meta_loss` should return one loss per sample, of shape (2,) for 2 samples. "
            f"Got shape {tuple(losses.shape)}. A loss of torch's does with "
            "reduction='none'."
        )
    if not losses.requires_grad:
        raise ValueError(
            "`meta_loss` should compute its losses from the logits, by functions that "
            "torch can differentiate. Got losses without a gradient."
        )
    if not torch.isfinite(losses).all():
        raise ValueError(
            f"`meta_loss` should be finite. Got {losses.tolist()} for logits of zero."
        )
    # Wrapped, because skorch takes a torch module among its attributes for its own.
    return partial(loss) if isinstance(loss, nn.Module) else loss
