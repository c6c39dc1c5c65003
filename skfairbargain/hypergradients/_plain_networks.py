"""Networks for which the ghost engine is exact by construction."""

from torch import nn

from ..losses import META_LOSSES
from ._graphs import only_known_code
from ._obstacles import structural_obstacle

# What maps every row on its own, in training mode as well.
ROW_BY_ROW = (nn.Linear, nn.ReLU, nn.Dropout)


def is_plain_network(module, losses):
    """Whether a module is a chain of linear layers, rectifiers and dropout, and no more.

    The estimator's default network is. A comparison with first-order gradients would tell
    nothing new of it, and costs as much as a hundred steps.

    Parameters
    ----------
    module : torch.nn.Module
    losses : iterable of callable
        Plain are those of `skfairbargain.losses` alone: they do not mix samples.

    Returns
    -------
    plain : bool
    """
    return (
        isinstance(module, nn.Sequential)
        and all(isinstance(layer, ROW_BY_ROW) for layer in module)
        and all(loss in META_LOSSES.values() for loss in losses)
        and len(set(module)) == len(module)
        and any(p.requires_grad for p in module.parameters())
        and only_known_code(module)
        and structural_obstacle(module) is None
    )
