"""Validation loss of each group at the end of an epoch."""

import numpy as np
import torch

# Stands for a loss that is infinite or undefined; float32's largest number.
LARGEST_LOSS = float(np.finfo(np.float32).max)


def group_losses(module, data, meta_loss, averages, to_groups):
    """Return the mean validation loss of each group's cells.

    Parameters
    ----------
    module : torch.nn.Module
        In evaluation mode.
    data : TrainingData
    meta_loss : callable
    averages : ndarray of shape (n_val, n_cells)
    to_groups : ndarray of shape (n_cells, n_groups)

    Returns
    -------
    losses : list of float
    """
    device = next(module.parameters()).device
    with torch.no_grad():
        X_val = torch.as_tensor(data.X_val, device=device)
        y_val = torch.as_tensor(data.y_val, device=device)
        losses = meta_loss(module(X_val), y_val).double().cpu().numpy()
    # Training that diverged must not pass for a loss of 0.
    losses = np.nan_to_num(losses, nan=LARGEST_LOSS, posinf=LARGEST_LOSS)
    return (losses @ averages @ to_groups).tolist()
