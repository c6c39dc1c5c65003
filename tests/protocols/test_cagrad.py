"""CAGrad is optimal in its ball, and no worse than TorchJD's."""

import numpy as np
import pytest
import torch
from torchjd.aggregation import CAGradWeighting

from skfairbargain.protocols import CAGrad, MetaStep


def by_torchjd(weighting, H):
    return weighting(torch.from_numpy(H.T @ H)).numpy()


def convex_bound(H, w, c):
    """The dual of CAGrad at w: no direction of the ball gives everybody more."""
    average = H.mean(axis=1)
    combined = H @ w
    return combined @ average + c * np.linalg.norm(average) * np.linalg.norm(combined)


@pytest.mark.parametrize("c", [0.1, 0.5, 0.9, 1.0, 1.5, 10.0])
def test_cagrad_is_the_best_of_its_ball_for_whoever_gains_least(random_hypergradients, c):
    rng = np.random.default_rng(4)
    found = 0
    for trial in range(100):
        H = random_hypergradients(rng, shared=1 + trial % 3, scale=0.5 * (trial % 2))
        n_players = H.shape[1]
        beta = CAGrad(c).weights(MetaStep(np.ones(n_players), H.T @ H))
        if beta is None:
            continue
        found += 1
        correction = beta - 1 / n_players
        assert correction.min() >= -1e-15
        radius = c * np.linalg.norm(H.mean(axis=1))
        assert np.linalg.norm(H @ correction) == pytest.approx(radius, rel=1e-6)
        # No duality gap: the multipliers prove that nobody's gain can be raised further.
        bound = convex_bound(H, correction / correction.sum(), c)
        length = np.linalg.norm(H.mean(axis=1)) * np.linalg.norm(H, axis=0).min()
        assert (H.T @ H @ beta).min() == pytest.approx(bound, abs=1e-6 * (1 + c) * length)
    assert found > 60


@pytest.mark.parametrize("c", [0.2, 0.6, 1.2])
@pytest.mark.parametrize("n_players", [2, 3, 8, 20])
def test_cagrad_gives_at_least_what_torchjd_finds(c, n_players):
    rng = np.random.default_rng(n_players)
    for _ in range(3):
        H = rng.normal(size=(60, n_players)) + 0.3
        beta = CAGrad(c).weights(MetaStep(np.ones(n_players), H.T @ H))
        expected = by_torchjd(CAGradWeighting(c=c), H)
        ours, theirs = (H.T @ H @ beta).min(), (H.T @ H @ expected).min()
        assert ours >= theirs - 1e-6 * abs(theirs)
        # TorchJD stops at cvxpy's tolerance on the dual, whose bound is ours to 1e-6.
        w = np.maximum(expected - 1 / n_players, 0)
        assert convex_bound(H, w / w.sum(), c) == pytest.approx(ours, rel=1e-6)
        cosine = (H @ beta) @ (H @ expected)
        cosine /= np.linalg.norm(H @ beta) * np.linalg.norm(H @ expected)
        assert cosine == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("c", [0.1, 0.5, 0.9])
def test_cagrad_where_not_all_can_gain_makes_the_largest_loss_smallest(c):
    # Three players at 120°: every direction costs one of them. The average is not zero.
    angles = 2 * np.pi * np.arange(3) / 3
    H = np.stack([np.cos(angles), np.sin(angles)]) * [1.0, 1.0, 1.5]
    beta = CAGrad(c).weights(MetaStep(np.ones(3), H.T @ H))
    correction = beta - 1 / 3
    smallest = (H.T @ H @ beta).min()
    assert smallest < 0
    bound = convex_bound(H, correction / correction.sum(), c)
    assert smallest == pytest.approx(bound, abs=1e-9)


def test_cagrad_goes_from_the_average_to_serving_everybody():
    H = np.array([[4.0, -1.0], [0.0, 1.0]])
    gram = H.T @ H
    np.testing.assert_array_equal(
        CAGrad(c=0).weights(MetaStep(np.ones(2), gram)), [0.5, 0.5]
    )
    smallest = [
        (gram @ CAGrad(c).weights(MetaStep(np.ones(2), gram))).min()
        for c in (0, 0.3, 0.6, 0.9, 1.2)
    ]
    assert smallest == sorted(smallest)
    assert smallest[0] < 0 < smallest[-1]
