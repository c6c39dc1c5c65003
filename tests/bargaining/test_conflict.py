"""Conflict and opposition: by hand, at the edge of a stake, and at the edge of rounding."""

import numpy as np
import pytest

from skfairbargain.bargaining import (
    STAKE,
    conflicts_of_step,
    has_stake,
    nash_bargaining,
    opposed_players,
)
from skfairbargain.protocols import MGDA, CAGrad, MetaStep

EPSILONS = [float(np.finfo(dtype).eps) for dtype in (np.float32, np.float64)]


def pair(cosine, lengths=(1.0, 1.0)):
    """Two players in the plane, the first along the first axis."""
    H = np.array([[1.0, cosine], [0.0, np.sqrt(1 - cosine**2)]])
    return H * lengths


def test_conflict_by_hand():
    # ⟨h, w⟩ for w = (1, 2): 1 − 2 = −1, −1 + 2 = 1, 0.
    H = np.array([[1.0, -1.0, 2.0], [-1.0, 1.0, -1.0]])
    conflicts = conflicts_of_step(H, np.array([1.0, 2.0]), EPSILONS[1])
    assert conflicts.tolist() == [True, False, False]


def test_a_gram_that_is_known_is_used():
    H, w = pair(-0.5), np.array([1.0, 0.0])
    assert conflicts_of_step(H, w, 0.0).tolist() == [False, True]
    # By a gram that calls the second player negligible, it has no stake.
    gram = np.diag([1.0, 1e-13])
    assert conflicts_of_step(H, w, 0.0, gram).tolist() == [False, False]


def test_opposition_by_hand():
    # h₁ = (1, 0), h₂ = (−1, 1), h₃ = (0, −1): only 1 and 2, and 2 and 3, are opposed.
    H = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    opposed = opposed_players(H.T @ H, EPSILONS[1])
    assert opposed.astype(int).tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.parametrize(("multiple", "counts"), [(-2.0, False), (-8.0, True)])
def test_a_negative_product_within_rounding_is_none(scale, epsilon, multiple, counts):
    # The cosine between the two is −2ε or −8ε; the limit is −4ε, whatever the lengths.
    H = scale * pair(multiple * epsilon, lengths=(1.0, 100.0))
    opposed = opposed_players(H.T @ H, epsilon)
    assert opposed.tolist() == [[False, counts], [counts, False]]
    for length in (1e-4, 1.0, 1e4):
        conflicts = conflicts_of_step(H, np.array([length, 0.0]), epsilon)
        assert conflicts.tolist() == [False, counts]


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_a_player_without_a_stake_is_in_no_conflict_and_opposes_nobody(scale):
    for length, counts in ((0.5 * STAKE, False), (2 * STAKE, True)):
        H = scale * pair(-1.0, lengths=(1.0, length))
        assert opposed_players(H.T @ H, EPSILONS[1])[0, 1] == counts
        conflicts = conflicts_of_step(H, np.array([1.0, 0.0]), EPSILONS[1])
        assert conflicts.tolist() == [False, counts]


def test_a_stake_begins_above_the_limit_and_zero_is_none():
    assert has_stake(np.array([3.0, 2.7e-6, 3.3e-6])).tolist() == [True, False, True]
    assert has_stake(np.array([1.0, STAKE, 1.01 * STAKE])).tolist() == [True, False, True]
    assert has_stake(np.array([4.0, 1.0, 1.5]), 0.25).tolist() == [True, False, True]
    for min_stake in (0.0, STAKE):
        assert not has_stake(np.zeros(3), min_stake).any()
    assert has_stake(np.array([1.0, 0.0, 1e-300]), 0.0).tolist() == [True, False, True]
    assert has_stake(np.array([])).shape == (0,)


@pytest.mark.parametrize(("multiple", "counts"), [(0.5, False), (1.0, False), (2.0, True)])
def test_everybody_means_the_same_by_a_stake(multiple, counts):
    # Powers of two, so that the norms are exact: the limit itself has no stake.
    smallest, limit = multiple * 2.0**-20, 2.0**-20
    H = np.array([[1.0, 0.0], [0.0, smallest]])
    for feasible in ("ball", "weights"):
        solution = nash_bargaining(hypergradients=H, feasible=feasible, min_stake=limit)
        assert (solution.alpha > 0).tolist() == [True, counts]
    scaled = H * [1.0, STAKE / limit]
    step = MetaStep(np.ones(2), hypergradients=scaled)
    if multiple != 1:  # 1e-6 and its square are no exact numbers
        assert (MGDA().weights(step) > 0).tolist() == [True, counts]
        # CAGrad adds to the average's ½ only for players with a stake.
        assert (CAGrad(c=0.9).weights(step)[1] > 0.5) == counts
