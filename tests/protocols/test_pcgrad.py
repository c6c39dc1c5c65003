"""PCGrad: by hand, as TorchJD, and with orders that repeat."""

import numpy as np
import torch
from sklearn.base import clone
from torchjd.aggregation import PCGradWeighting

from skfairbargain.protocols import MetaStep, PCGrad
from skfairbargain.protocols._pcgrad import _project_in_turn


def by_torchjd(weighting, H):
    return weighting(torch.from_numpy(H.T @ H)).numpy()


def test_pcgrad_by_hand():
    # h₁ = (1, 0), h₂ = (−1, 1): ⟨h₁, h₂⟩ = −1, ‖h₂‖² = 2. Projected, h₁ + h₂/2 = (½, ½) and
    # h₂ + h₁ = (0, 1); β = (1 + 1, ½ + 1).
    gram = np.array([[1.0, -1.0], [-1.0, 2.0]])
    np.testing.assert_array_equal(PCGrad().weights(MetaStep(np.ones(2), gram)), [2.0, 1.5])
    # h₃ = (0, −1) is at right angles to h₁ and against h₂: ⟨h₂, h₃⟩ = −1.
    gram = np.array([[1.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 1.0]])
    orders = np.array([[1, 2, 0], [0, 2, 1], [0, 1, 2]])
    # Player 1: meets 2: (½, ½), then 3: product −½, ends at (½, 0) = h₁ + h₂/2 + h₃/2.
    # Player 2: meets 1: (0, 1), then 3: product −1, ends at 0 = h₂ + h₁ + h₃.
    # Player 3: meets 1: product 0, stays; then 2: −1, ends at (−½, −½) = h₃ + h₂/2.
    expected = [1 + 1 + 0, 0.5 + 1 + 0.5, 0.5 + 1 + 1]
    np.testing.assert_array_equal(_project_in_turn(gram, orders), expected)


def test_pcgrad_agrees_with_torchjd_for_the_orders_that_torchjd_drew(random_hypergradients):
    rng = np.random.default_rng(0)
    for seed in range(60):
        H = random_hypergradients(rng, shared=0.1 * (seed % 2))
        n_players = H.shape[1]
        torch.manual_seed(seed)
        expected = by_torchjd(PCGradWeighting(), H)
        torch.manual_seed(seed)
        orders = np.stack([torch.randperm(n_players).numpy() for _ in range(n_players)])
        beta = _project_in_turn(H.T @ H, orders)
        np.testing.assert_allclose(H @ beta, H @ expected, rtol=1e-6, atol=1e-6)
        if n_players == 2:
            np.testing.assert_allclose(
                PCGrad().weights(MetaStep(np.ones(2), H.T @ H)), expected, rtol=1e-6
            )


def test_pcgrad_of_two_hurts_neither_and_of_many_may():
    rng = np.random.default_rng(1)
    hurt = 0
    for _ in range(200):
        H = rng.normal(size=(5, 2))
        beta = PCGrad().weights(MetaStep(np.ones(2), H.T @ H))
        assert (H.T @ H @ beta >= -1e-12).all()
        H = rng.normal(size=(5, 4))
        hurt += (H.T @ H @ PCGrad().weights(MetaStep(np.ones(4), H.T @ H))).min() < -1e-6
    assert hurt > 10


def test_pcgrad_repeats_itself_and_changes_its_orders_from_step_to_step():
    rng = np.random.default_rng(2)
    H = rng.normal(size=(6, 5))
    gram = H.T @ H
    beta = PCGrad().weights(MetaStep(np.ones(5), gram))
    np.testing.assert_array_equal(clone(PCGrad()).weights(MetaStep(np.ones(5), gram)), beta)
    seeds = {tuple(PCGrad(seed).weights(MetaStep(np.ones(5), gram))) for seed in range(20)}
    assert len(seeds) > 5
    # Scaled by less than 1e-9, other orders are drawn for what is the same problem.
    steps = {
        tuple(PCGrad().weights(MetaStep(np.ones(5), gram * (1 + 1e-12 * t))).round(6))
        for t in range(20)
    }
    assert len(steps) > 5
