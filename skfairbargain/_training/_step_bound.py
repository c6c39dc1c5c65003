"""How long a step may be before a player loses: Theorem 3.6 with measured curvature."""

import numpy as np
import torch

from ..losses import cross_entropy

# Epochs in which the bound is measured.
FIRST_EPOCHS, EVERY = 3, 5


def step_bound(losses_at, probe, epsilon):
    """Longest step in one direction that the descent bound calls safe for every player.

    A loss φ_k of gain g_k = −φ_k'(0) and curvature at most c_k along the step obeys
    φ_k(t) ≤ φ_k(0) − t g_k + t² c_k/2, so it does not rise up to t = 2g_k/c_k. Both are
    taken as central differences near the start. The curvature farther out may be larger,
    so what they promise is looked up at 0.99 of the bound, and the bound is halved until
    the promise is kept.

    Parameters
    ----------
    losses_at : callable
        ``t -> losses`` of shape (n_players,), at t times the direction.
    probe : float
        The distance for the differences, positive.
    epsilon : float
        Relative rounding of a loss.

    Returns
    -------
    bound : float or None
        min_k 2g_k/c_k over the players whose loss curves upwards, halved while somebody's
        loss just short of it is above that at 0. 0.0 if a player gains nothing to first
        order. None if no loss curves upwards by more than its rounding, or a loss is not
        finite.

    Examples
    --------
    φ₁ = (t − 1)² rises above its start after t = 2, φ₂ = (t − 3)² after t = 6:

    >>> import numpy as np
    >>> from skfairbargain._training._step_bound import step_bound
    >>> step_bound(lambda t: (t - np.array([1.0, 3.0])) ** 2, probe=0.5, epsilon=1e-16)
    2.0
    """
    here, ahead, behind = (losses_at(t) for t in (0.0, probe, -probe))
    if not np.isfinite([here, ahead, behind]).all():
        return None
    noise = 8 * epsilon * (1 + np.abs(here))
    twice_gain = behind - ahead
    bend = behind - 2 * here + ahead
    curved = bend > noise
    if not curved.any():
        return None
    # In units of the probe the gain is twice_gain/2, and the curvature is bend.
    bound = float((twice_gain[curved] / bend[curved]).min() * probe)
    if (twice_gain < -noise).any() or bound <= 0:
        return 0.0
    for _ in range(20):
        # Just short of it, where an exact bound is not broken by rounding.
        if (losses_at(0.99 * bound) <= here + noise).all():
            return bound
        bound /= 2
    return 0.0


def losses_along_step(module, batch, weights, validation, averages, lr, meta_loss):
    """Player losses as a function of how far θ goes along −lr Σ w_i ∇ℓ_i.

    Parameters
    ----------
    module : torch.nn.Module
        In evaluation mode. Its parameters are moved and put back.
    batch : tuple of (Tensor, Tensor)
        Inputs and targets of the minibatch.
    weights : ndarray of shape (n_batch,)
    validation : tuple of (Tensor, Tensor)
        Inputs and targets of the validation set.
    averages : ndarray of shape (n_val, n_players)
        Column k averages the validation rows of player k.
    lr : float
    meta_loss : callable

    Returns
    -------
    losses_at : callable
        ``t -> losses``, ndarray of shape (n_players,).
    """
    parameters = [p for p in module.parameters() if p.requires_grad]
    losses = cross_entropy(module(batch[0]), batch[1])
    total = torch.as_tensor(weights, dtype=losses.dtype, device=losses.device) @ losses
    gradients = [None] * len(parameters)
    # A module may have no graph in evaluation mode.
    if total.requires_grad:
        gradients = torch.autograd.grad(total, parameters, allow_unused=True)
    step = [
        (p, p.data, lr * gradient)
        for p, gradient in zip(parameters, gradients, strict=True)
        if gradient is not None
    ]

    def losses_at(t):
        try:
            for parameter, start, change in step:
                parameter.data = start - t * change
            with torch.no_grad():
                losses = meta_loss(module(validation[0]), validation[1])
        finally:
            for parameter, start, _ in step:
                parameter.data = start
        return losses.double().cpu().numpy() @ averages

    return losses_at


class EpochBound:
    """The bound of the first step of an epoch in which the bargainers agree.

    Parameters
    ----------
    weighting : Weighting
    averages : ndarray of shape (n_val, n_cells)
        Column k averages the validation rows of cell k.
    meta_loss : callable
    epoch : int, default=1
        Counted from 1. In small data the bound takes as long as several steps, so it is
        measured in the first three epochs and every fifth.

    Attributes
    ----------
    value : float or None
        The bound on `meta_lr`; None before it is measured, or without a curved loss.
    is_due : bool
        Whether it is still to be measured.
    """

    def __init__(self, weighting, averages, meta_loss, epoch=1):
        self.weighting = weighting
        self.averages = averages
        self.meta_loss = meta_loss
        self.value = None
        self.is_due = epoch <= FIRST_EPOCHS or epoch % EVERY == 0

    def measure(self, net, batch, decision, epsilon):
        """Measure the bound along a step, without dropout and momentum.

        Parameters
        ----------
        net : MetaNet
            Its mode, buffers and random numbers are afterwards what they were before.
        batch : Batch
        decision : Decision
            An agreement.
        epsilon : float
            Relative rounding of a loss.
        """
        self.is_due = False
        mixture = self.weighting.mixture
        learned = (1 - mixture.anchor) * mixture.meta_lr
        if not learned:
            return
        averages, n_batch = self.averages, len(batch.X)
        if len(decision.alpha) < averages.shape[1]:
            averages = averages @ self.weighting.to_groups
        with torch.random.fork_rng([net.device] if "cuda" in str(net.device) else []):
            net._set_training(False)
            losses_at = losses_along_step(
                net.module_,
                (batch.X, batch.y),
                decision.weights / learned,
                (batch.inputs[n_batch:], batch.targets[n_batch:]),
                averages,
                net.optimizer_.param_groups[0]["lr"],
                self.meta_loss,
            )
            self.value = step_bound(losses_at, mixture.meta_lr, epsilon)
            net._set_training(True)
