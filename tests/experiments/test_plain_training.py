"""Networks trained without hypergradients."""

import numpy as np
import pytest
import torch

from experiments.networks import PLAIN_NETWORK
from experiments.plain_training import largest_losses, train_plainly
from skfairbargain._networks._mlp import MLP


def test_dro_sums_the_largest_forty_percent():
    # Cross-entropy of two logits (0, x) and target 0 is log(1 + eˣ).
    x = torch.tensor([0.0, 3.0, 1.0, -2.0, 2.0])
    logits = torch.stack([torch.zeros(5), x], dim=1)
    loss = largest_losses(logits, torch.zeros(5, dtype=torch.int64), None)
    assert loss.item() == pytest.approx(np.log1p(np.exp(3)) + np.log1p(np.exp(2)))


def test_plain_training_repeats_and_leaves_torch_alone(some_rows):
    rows = some_rows()
    parameters = {**PLAIN_NETWORK, "batch_size": 64, "max_epochs": 2, "momentum": 0.9}
    before = torch.random.get_rng_state()
    runs = [
        train_plainly(rows.X, rows.y, largest_losses, parameters=parameters, seed=seed)
        for seed in (0, 0, 1)
    ]
    assert torch.equal(torch.random.get_rng_state(), before)
    one, two, other = (next(iter(module.parameters())) for module in runs)
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


def test_the_plain_network_starts_as_that_of_the_estimator(some_rows):
    rows = some_rows()
    parameters = {**PLAIN_NETWORK, "batch_size": 64, "max_epochs": 0, "momentum": 0.9}
    ours = train_plainly(rows.X, rows.y, largest_losses, parameters=parameters, seed=3)
    with torch.random.fork_rng([]):
        torch.manual_seed(3)
        theirs = MLP(6, 2, PLAIN_NETWORK["hidden_layer_sizes"], PLAIN_NETWORK["dropout"])
    kinds = [[type(layer).__name__ for layer in each] for each in (ours, theirs)]
    assert kinds[0] == kinds[1]
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(one, other)
