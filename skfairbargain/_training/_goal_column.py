"""The one player that a goal about losses alone comes to."""

import numpy as np


class GoalColumn:
    """Averages of a step's validation rows in which each counts as much as the goal says.

    An engine is given it in place of one column a player.

    Parameters
    ----------
    weighting : Weighting
    averages : ndarray of shape (n_val, n_cells)
    on_device : Tensor of shape (n_val, n_cells)
        The same.

    Attributes
    ----------
    dtype : torch.dtype
    """

    def __init__(self, weighting, averages, on_device):
        self.weighting, self.averages, self.on_device = weighting, averages, on_device
        self.dtype = on_device.dtype

    def __call__(self, val_losses):
        """Return averages of shape (n_val, 1)."""
        with np.errstate(over="ignore", invalid="ignore"):
            losses = val_losses.double().cpu().numpy() @ self.averages
        # Such a step is skipped afterwards.
        defined = np.isfinite(losses).all()
        shares = self.weighting.goal_shares(losses) if defined else np.zeros(len(losses))
        return self.on_device @ self.on_device.new_tensor(shares[:, None])
