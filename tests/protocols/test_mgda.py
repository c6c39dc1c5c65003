"""MGDA is the shortest point of the hull, and no longer than TorchJD's."""

import numpy as np
import pytest
import torch
from torchjd.aggregation import MGDAWeighting

from skfairbargain.protocols import MGDA, MetaStep


def by_torchjd(weighting, H):
    return weighting(torch.from_numpy(H.T @ H)).numpy()


def test_mgda_is_the_shortest_point_of_the_hull(random_hypergradients):
    rng = np.random.default_rng(3)
    found = 0
    for trial in range(300):
        H = random_hypergradients(rng, shared=trial % 3, scale=trial % 2)
        beta = MGDA().weights(MetaStep(np.ones(H.shape[1]), H.T @ H))
        if beta is None:
            continue
        found += 1
        assert (beta >= 0).all()
        assert beta.sum() == pytest.approx(1)
        direction = H @ beta
        # By projection onto a convex set: nobody gains less than ‖d‖², those with a
        # weight exactly that.
        surplus = (H.T @ direction - direction @ direction) / np.linalg.norm(direction)
        assert (surplus / np.linalg.norm(H, axis=0)).min() > -1e-6
        assert (beta * surplus).sum() < 1e-6 * np.linalg.norm(direction)
    assert found > 150


@pytest.mark.parametrize("n_players", [2, 3, 10, 50])
def test_mgda_is_no_longer_than_what_torchjd_finds(n_players):
    rng = np.random.default_rng(n_players)
    for _ in range(5):
        H = rng.normal(size=(80, n_players))
        beta = MGDA().weights(MetaStep(np.ones(n_players), H.T @ H))
        expected = by_torchjd(MGDAWeighting(epsilon=1e-12, max_iters=2_000), H)
        if n_players <= 3:  # where Frank and Wolfe's iteration reaches the end
            np.testing.assert_allclose(beta, expected, atol=1e-6)
        assert np.linalg.norm(H @ beta) <= np.linalg.norm(H @ expected) * (1 + 1e-12)
