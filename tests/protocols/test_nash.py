"""Nash as a protocol: over the ball, over the weights, and without an agreement."""

import numpy as np
import pytest

from skfairbargain.protocols import MetaStep, Nash

LOSSES = np.array([0.4, 0.1])


def test_nash_bargains_over_directions_or_over_weights():
    H = np.array([[1.0, 0.0], [-1.0, 1.0], [0.5, 0.5]])
    ball = Nash(feasible="ball")
    beta = ball.weights(MetaStep(LOSSES, H.T @ H))
    np.testing.assert_allclose(H.T @ H @ beta, 1 / beta)
    weights = Nash()
    beta = weights.weights(MetaStep(LOSSES, H.T @ H, hypergradients=H))
    np.testing.assert_allclose(H.T @ np.maximum(H @ beta, 0), 1 / beta)
    assert weights.acts_on == ball.acts_on == "players"


def test_nash_without_an_agreement_returns_none():
    opposed = MetaStep(LOSSES, [[1.0, -1.0], [-1.0, 1.0]])
    assert Nash("ball").weights(opposed) is None
    for H in (-np.eye(2), np.zeros((3, 2))):
        assert Nash().weights(MetaStep(LOSSES, hypergradients=H)) is None


def test_one_player_alone_gains():
    assert Nash("ball").weights(MetaStep([0.3], [[1.0]])) == pytest.approx([1.0])


@pytest.mark.parametrize("feasible", ["ball", "weights"])
def test_min_stake_leaves_short_hypergradients_out(feasible):
    step = MetaStep(LOSSES, hypergradients=np.diag([1.0, 0.4]))
    # At right angles α_k = 1/‖h_k‖; without a stake it is 0.
    for min_stake, expected in ((0.3, [1.0, 2.5]), (0.4, [1.0, 0.0]), (0.5, [1.0, 0.0])):
        beta = Nash(feasible, min_stake=min_stake).weights(step)
        np.testing.assert_allclose(beta, expected, rtol=1e-12)
