"""Nash's axioms: irrelevant alternatives, affine changes of utility, symmetry, Pareto."""

import numpy as np
import pytest
from scipy.optimize import linprog

from skfairbargain.bargaining import nash_bargaining
from skfairbargain.protocols import MetaStep, Nash, get_protocol

BARGAINS = ["ball", "weights", "beside"]


def problem(seed, n_samples=40, n_players=4):
    rng = np.random.default_rng(seed)
    H = np.abs(rng.normal(size=(n_samples, 1))) + rng.normal(size=(n_samples, n_players))
    return H, 0.3 * rng.normal(size=n_players)


def bargain(H, given, kind):
    """Direction and what each player gains by it: over all directions, or weights."""
    if kind == "beside":
        solution = nash_bargaining(hypergradients=H, feasible="weights", given=given)
        direction, gains = solution.weights, given + H.T @ solution.weights
    else:
        solution = nash_bargaining(hypergradients=H, feasible=kind)
        direction = H @ solution.alpha
        if kind == "weights":
            direction = np.maximum(direction, 0)
        gains = H.T @ direction
    assert solution.agreed
    return direction, gains


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", ["weights", "beside"])
def test_alternatives_that_were_not_taken_are_irrelevant(kind, seed):
    # Without the samples of weight 0 there are fewer alternatives, and the agreement is
    # still among them. So it stays the agreement.
    H, given = problem(seed)
    direction, gains = bargain(H, given, kind)
    taken = direction > 0
    assert not taken.all()
    fewer, same_gains = bargain(H[taken], given, kind)
    np.testing.assert_allclose(fewer, direction[taken], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(same_gains, gains, rtol=1e-7)
    # One that was taken is relevant: without it each player would gain something else.
    taken[np.argmax(direction)] = False
    _, others = bargain(H[taken], given, kind)
    assert np.abs(others / gains - 1).min() > 1e-4


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", ["weights", "beside"])
def test_alternatives_that_nobody_wants_change_nothing_when_they_are_added(kind, seed):
    H, given = problem(seed)
    direction, gains = bargain(H, given, kind)
    harmful = -np.abs(np.random.default_rng(seed).normal(size=(7, H.shape[1])))
    more, same_gains = bargain(np.vstack([H, harmful]), given, kind)
    np.testing.assert_allclose(more, np.append(direction, np.zeros(7)), atol=1e-9)
    np.testing.assert_allclose(same_gains, gains, rtol=1e-7)


def test_a_bargain_over_all_directions_that_is_non_negative_is_the_one_over_weights():
    # The non-negative directions are a subset of the ball. Where the agreement over the
    # ball lies in it, the players agree on the same over the subset; else they do not.
    inside = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        H = rng.normal(size=(4, 3)) + 0.5
        solution = nash_bargaining(hypergradients=H)
        if not solution.agreed:
            continue
        direction = H @ solution.alpha
        over_weights = nash_bargaining(hypergradients=H, feasible="weights")
        is_same = over_weights.agreed and np.allclose(over_weights.alpha, solution.alpha)
        assert is_same == (direction >= 0).all()
        inside += is_same
    assert 15 < inside < 45


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", BARGAINS)
def test_an_affine_change_of_what_players_measure_changes_their_payoffs_alike(kind, seed):
    # Utility u_k becomes a_k u_k + b_k, where there is no agreement too. What a player has
    # beyond that is a_k times as much as before, by the same direction.
    H, given = problem(seed)
    direction, gains = bargain(H, given, kind)
    scale = 10 ** np.random.default_rng(seed).uniform(-3, 3, H.shape[1])
    same, scaled = bargain(H * scale, given * scale, kind)
    np.testing.assert_allclose(same, direction, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(scaled, scale * gains, rtol=1e-6)


@pytest.mark.parametrize("feasible", ["ball", "weights"])
def test_a_shift_of_the_players_losses_changes_the_bargain_by_nothing(feasible):
    # Utility is minus the loss: a shift leaves its gradient, and with a scale both change.
    H, _ = problem(0)
    losses = np.array([0.3, 0.5, 0.2, 0.4])
    scale, shift = np.array([2.0, 0.5, 4.0, 1.0]), np.array([1.0, -3.0, 0.0, 7.0])
    before, after = (
        MetaStep(losses, hypergradients=H),
        MetaStep(scale * losses + shift, hypergradients=scale * H),
    )
    bargain_over = Nash(feasible=feasible)
    beta, changed = bargain_over.weights(before), bargain_over.weights(after)
    np.testing.assert_allclose((scale * H) @ changed, H @ beta, rtol=1e-7)
    # A goal that looks at who is worst off takes another direction.
    worst = get_protocol("meta_gdro")
    assert not np.allclose((scale * H) @ worst.weights(after), H @ worst.weights(before))


@pytest.mark.parametrize("kind", BARGAINS)
def test_players_who_differ_in_name_alone_gain_alike(kind):
    # Swapping the two players and the two halves of the samples leaves the game as it is.
    rng = np.random.default_rng(0)
    half, other = rng.normal(size=15) + 0.5, rng.normal(size=15) + 0.5
    H = np.array([np.append(half, other), np.append(other, half)]).T
    direction, gains = bargain(H, np.array([-0.1, -0.1]), kind)
    assert gains[0] == pytest.approx(gains[1])
    np.testing.assert_allclose(direction[:15], direction[15:], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", BARGAINS)
def test_no_other_direction_of_that_length_gives_every_player_more(kind, seed):
    # Near the agreement: a change along which all gain lengthens the direction, by a
    # linear program over the changes that keep its length to first order.
    H, given = problem(seed)
    direction, _ = bargain(H, given, kind)
    n_samples, n_players = H.shape
    lowest = -1.0 if kind == "ball" else 0.0
    bounds = [(lowest if weight < 1e-9 else -1.0, 1.0) for weight in direction]
    most = linprog(
        np.append(np.zeros(n_samples), -1.0),
        A_ub=np.c_[-H.T, np.ones(n_players)],
        b_ub=np.zeros(n_players),
        A_eq=[[*direction, 0.0]],
        b_eq=[0.0],
        bounds=[*bounds, (None, None)],
    )
    assert -most.fun < 1e-6
