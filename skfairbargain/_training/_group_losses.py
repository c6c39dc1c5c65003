"""Validation loss of each group at the end of an epoch."""

import numpy as np

# Stands for a loss that is infinite or undefined; float32's largest number.
LARGEST_LOSS = float(np.finfo(np.float32).max)


def finite_losses(losses):
    """Return losses as numbers, of which none is infinite or undefined.

    Parameters
    ----------
    losses : Tensor of shape (n_val,)

    Returns
    -------
    losses : ndarray of shape (n_val,), float64
    """
    # Training that diverged must not pass for a loss of 0.
    losses = losses.double().cpu().numpy()
    return np.nan_to_num(losses, nan=LARGEST_LOSS, posinf=LARGEST_LOSS)


def group_losses(losses, averages, to_groups):
    """Return the mean validation loss of each group's cells.

    Parameters
    ----------
    losses : ndarray of shape (n_val,)
        Loss of each validation row.
    averages : ndarray of shape (n_val, n_cells)
    to_groups : ndarray of shape (n_cells, n_groups)

    Returns
    -------
    losses : list of float
    """
    return (losses @ averages @ to_groups).tolist()
