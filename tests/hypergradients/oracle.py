"""A step by its definition: one first-order gradient at a time, each on a fresh module."""

import random

import numpy as np
import torch


def seed_all(seed):
    """Seed the generators that a module may draw from."""
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    random.seed(seed)


def step_by_definition(build, state, losses, data, weights, joint):
    """Hypergradients and the gradient of Σ w_i ℓ_i, by a loop that is slow and plain.

    Parameters
    ----------
    build : callable
        Makes the module.
    state : dict
        Its state.
    losses : tuple of (callable, callable)
    data : tuple of (Tensor, Tensor, int, Tensor)
        As of the engines' `hypergradients`.
    weights : Tensor of shape (n_batch,)
    joint : bool
        Whether minibatch and validation set pass as one tensor.

    Returns
    -------
    H : Tensor of shape (n_batch, n_players)
    gradients : list of Tensor
    """
    inputs, targets, n_batch, averages = data
    train_loss, meta_loss = losses

    def passed():
        """Losses of the minibatch and of the players, of two fresh modules."""
        modules, rows = [], []
        seed_all(1)
        for _ in range(2):
            with torch.random.fork_rng():
                module = build().to(inputs.dtype)
                if any(map(torch.nn.parameter.is_lazy, module.parameters())):
                    with torch.no_grad():
                        module.eval()(inputs)
                module.load_state_dict(state)
            modules.append(module.train())
        if joint:
            modules[1] = modules[0]
            logits = modules[0](inputs)
            rows = logits[:n_batch], logits[n_batch:]
        else:
            rows = modules[0](inputs[:n_batch]), modules[1](inputs[n_batch:])
        return (
            (modules[0], train_loss(rows[0], targets[:n_batch])),
            (modules[1], averages.T @ meta_loss(rows[1], targets[n_batch:])),
        )

    def gradients(module, loss):
        parameters = [p for p in module.parameters() if p.requires_grad]
        loss.backward()
        return [
            torch.zeros_like(p) if p.grad is None else p.grad.to_dense() for p in parameters
        ]

    samples = [
        gradients(module, of_samples[i])
        for i in range(n_batch)
        for (module, of_samples), _ in [passed()]
    ]
    players = [
        gradients(module, of_players[k])
        for k in range(averages.shape[1])
        for _, (module, of_players) in [passed()]
    ]
    H = torch.tensor(
        [
            [sum((a * b).sum() for a, b in zip(one, two, strict=True)) for two in players]
            for one in samples
        ],
        dtype=inputs.dtype,
    )
    (module, of_samples), _ = passed()
    return H, gradients(module, weights @ of_samples)
