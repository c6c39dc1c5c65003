"""Losses of a minibatch for networks trained without hypergradients.

A loss is ``(logits, target, rows) -> scalar``; `rows` are the minibatch's row numbers.
"""

import numpy as np
import torch

from skfairbargain.losses import cross_entropy
from skfairbargain.model_selection import encode_cells


def mean_loss(logits, target, rows):
    """The usual one."""
    return cross_entropy(logits, target).mean()


def balanced_loss(train):
    """The mean loss with the classes of the training rows weighted equally."""
    counts = np.bincount(train.y, minlength=2)
    return weighted_loss((len(train.y) / (2 * counts))[train.y])


def weighted_loss(weights):
    """The mean of the losses, each times the weight of its row."""
    weights = torch.as_tensor(weights, dtype=torch.float32)

    def loss(logits, target, rows):
        return (cross_entropy(logits, target) * weights[rows]).mean()

    return loss


def group_dro_loss(train, step=0.01):
    """The loss of group DRO, whose groups are the training cells (Sagawa et al., 2020).

    Parameters
    ----------
    train : Rows
    step : float, default=0.01
        How fast the weight of a cell follows its loss.
    """
    # Cells without a row have no loss and no weight.
    codes = encode_cells(train.groups, train.y).codes
    cells, codes = np.unique(codes, return_inverse=True)
    codes = torch.from_numpy(codes)
    share = torch.full((len(cells),), 1 / len(cells))

    def loss(logits, target, rows):
        of_cell = torch.nn.functional.one_hot(codes[rows], len(cells)).to(logits)
        counts = of_cell.sum(dim=0)
        losses = cross_entropy(logits, target) @ of_cell / counts.clamp(min=1)
        with torch.no_grad():
            # A cell without rows in the minibatch keeps its weight.
            share.mul_(torch.exp(step * losses.detach() * (counts > 0)))
            share.div_(share.sum())
        return share.clone() @ losses

    return loss
