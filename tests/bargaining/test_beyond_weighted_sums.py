"""What the paper's Section 3.6 says of bargaining: fronts that bulge, and dead ends."""

import numpy as np
import pytest

from skfairbargain.bargaining import nash_bargaining
from skfairbargain.protocols import MetaStep, Nash, get_protocol


# Fonseca and Fleming (1995): the front is the line between (−1, 0) and (1, 0), and concave
# in the plane of losses but near its ends.
def bulging_losses(x, y):
    return np.array([1 - np.exp(-((x - at) ** 2) - y**2) for at in (1.0, -1.0)])


def bulging_hypergradients(x, y):
    away = np.array([[x - 1, x + 1], [y, y]])
    return -2 * away * np.exp(-(away**2).sum(axis=0))


PLANE = np.meshgrid(np.linspace(-1.5, 1.5, 301), np.linspace(-0.5, 0.5, 101))


def test_no_weighted_sum_is_least_in_the_middle_of_a_front_that_bulges():
    first, second = bulging_losses(*PLANE)
    for share in np.linspace(0, 1, 101):
        best = np.argmin(share * first + (1 - share) * second)
        assert abs(PLANE[0].flat[best]) > 0.85
    # Yet no point is better for both than one of the middle.
    for x in np.linspace(-0.8, 0.8, 17):
        mine = bulging_losses(x, 0.0)
        assert not ((first < mine[0]) & (second < mine[1])).any()


@pytest.mark.parametrize("x", [-0.4, -0.2, 0.0, 0.2, 0.4])
def test_a_bargain_ends_where_no_weighted_sum_is_least(x):
    at = np.array([x, 0.9])
    begin = bulging_losses(*at)
    for step in range(600):
        H = bulging_hypergradients(*at)
        solution = nash_bargaining(hypergradients=H)
        if not solution.agreed:
            break
        at = at + 0.03 * 0.985**step * H @ solution.alpha
    assert abs(at[0]) < 0.8
    assert abs(at[1]) < 1e-3
    end = bulging_losses(*at)
    assert (end < begin).all()
    first, second = bulging_losses(*PLANE)
    for share in np.linspace(0, 1, 101):
        least = (share * first + (1 - share) * second).min()
        assert least < share * end[0] + (1 - share) * end[1] - 0.01


# One parameter. Player 2 gains to the right; player 1 has a valley at 0, a hill to its
# right, and a deeper valley behind it.
def hill_losses(x):
    return np.array([0.1 * x**2 * (3 - x) ** 2 - 0.1 * x, (3.2 - x) ** 2 / 4])


def hill_hypergradients(x):
    return -np.array([[0.2 * x * (3 - x) * (3 - 2 * x) - 0.1, (x - 3.2) / 2]])


def play_on_the_hill(goal):
    x, agreed = -0.8, []
    for step in range(150):
        players = MetaStep(hill_losses(x), hypergradients=hill_hypergradients(x))
        beta = Nash(feasible="ball").weights(players)
        agreed.append(beta is not None)
        if beta is None and goal is not None:
            beta = goal.weights(players)
        if beta is not None:
            x += 0.06 * 0.99**step * np.sign(players.hypergradients[0] @ beta)
    return x, agreed


def test_a_goal_leads_out_of_a_point_at_which_the_bargain_stalls():
    stalled, agreed = play_on_the_hill(goal=None)
    # Player 1's valley: 0.2 x (3 − x)(3 − 2x) = 0.1 at x = 0.058; a step is 0.05 there.
    assert abs(stalled - 0.058) < 0.06
    first_refusal = agreed.index(False)
    assert not any(agreed[first_refusal:])
    # Whoever is worst off is player 2, as far as the hill's top.
    escaped, agreed = play_on_the_hill(get_protocol("meta_gdro"))
    assert agreed.index(False) == first_refusal
    assert any(agreed[first_refusal:])
    assert (hill_losses(escaped) < hill_losses(stalled) - 0.2).all()
