"""A direction is followed as far as nobody loses, nearly as far as a cone program goes."""

import re

import cvxpy
import numpy as np
import pytest

from skfairbargain.bargaining import follow_without_harm, nash_bargaining
from tests.bargaining.test_bargaining import hard_problem


def problems(n, seed=0):
    rng = np.random.default_rng(seed)
    for i in range(n):
        H = rng.normal(size=(60, 5)) + (i % 3 == 0)
        H[:, 1] -= (i % 2) * H[:, 0]
        given = None if i % 4 == 0 else H.sum(axis=0) / np.sqrt(60) * rng.uniform(0, 2)
        direction = H @ rng.dirichlet(np.full(5, 0.3))
        yield H, direction, given


def test_nobody_loses_and_the_direction_is_followed_nearly_as_far_as_possible():
    limited = 0
    for H, direction, given in problems(60):
        solution = follow_without_harm(H, direction, given=given)
        fixed = np.zeros(5) if given is None else given
        v = cvxpy.Variable(60)
        program = cvxpy.Problem(
            cvxpy.Maximize(direction @ v),
            [v >= 0, cvxpy.norm(v) <= 1, fixed + H.T @ v >= 0],
        )
        program.solve(solver=cvxpy.CLARABEL)
        if not solution.possible:
            bargain = nash_bargaining(hypergradients=H, feasible="weights", given=fixed)
            assert not bargain.agreed
            continue
        assert solution.weights.min() >= 0
        assert np.linalg.norm(solution.weights) <= 1 + 1e-9
        assert (fixed + H.T @ solution.weights >= -1e-12).all()
        length = np.linalg.norm(np.maximum(direction, 0))
        assert direction @ solution.weights >= program.value - 0.005 * 5 * length
        limited += solution.alpha.any()
    assert limited > 20


def test_by_hand_the_second_player_stops_the_direction_half_way():
    # x = h₁ = (1, 0) harms player 2, h₂ = (−1, 1), unless both samples count the same.
    H = np.array([[1.0, -1.0], [0.0, 1.0]])
    solution = follow_without_harm(H, H[:, 0])
    np.testing.assert_allclose(solution.weights, np.sqrt([0.5, 0.5]), atol=2e-3)
    assert solution.alpha[1] > 100 * solution.alpha[0]
    # What a fixed part gives player 2 is a harm that can be done to it.
    free = follow_without_harm(H, H[:, 0], given=[0.0, 1.0])
    np.testing.assert_array_equal(free.weights, [1.0, 0.0])
    assert not free.alpha.any()


def test_where_it_is_impossible_the_direction_is_left_as_it_is():
    # The players are exactly opposed, and each is served by one sample.
    H = np.array([[1.0, -1.0], [-2.0, 2.0]])
    solution = follow_without_harm(H, [3.0, 4.0])
    assert not solution.possible
    np.testing.assert_allclose(solution.weights, [0.6, 0.8])
    shares = solution.alpha * np.linalg.norm(H, axis=0)
    np.testing.assert_allclose(shares, [0.5, 0.5], rtol=1e-5)
    # No sample serves the second player: it is hopeless whatever the first one wants.
    solution = follow_without_harm(np.abs(H) * [1.0, -1.0], [3.0, 4.0])
    np.testing.assert_array_equal(solution.alpha > 0, [False, True])


def test_hard_problems_harm_nobody_and_are_refused_as_the_bargain_refuses_them():
    rng = np.random.default_rng(5)
    possible = 0
    for _ in range(1_000):
        H = hard_problem(rng)
        lengths = np.linalg.norm(H, axis=0)
        given = lengths * rng.normal(size=H.shape[1]) * rng.choice([0.0, 0.1, 1.0])
        direction = rng.normal(size=len(H)) + rng.choice([-3, 0, 3])
        direction *= 10.0 ** rng.uniform(-300, 300)
        solution = follow_without_harm(H, direction, given=given, min_stake=0)
        assert np.isfinite(solution.weights).all()
        gains = (given + H.T @ solution.weights) / lengths
        if solution.possible:
            possible += 1
            assert gains.min() >= -1e-12
        else:
            assert not nash_bargaining(
                hypergradients=H, feasible="weights", given=given, min_stake=0
            ).agreed
    assert 300 < possible < 800


def test_a_direction_of_zero_gives_an_agreement_or_nothing():
    H = np.array([[1.0, -0.5], [-0.5, 1.0]])
    solution = follow_without_harm(H, [0.0, 0.0])
    assert (H.T @ solution.weights > 0).all()
    nobody = follow_without_harm(np.zeros((2, 3)), [1.0, 0.0])
    assert nobody.possible
    np.testing.assert_array_equal(nobody.weights, [1.0, 0.0])


@pytest.mark.parametrize(
    ("direction", "message"),
    [
        ([1.0], "`direction` should have a number for each of the 2 rows of "
                "`hypergradients`. Got 1."),
        ([1.0, np.inf], "`direction` should be finite. It contains NaN or infinity."),
    ],
)  # fmt: skip
def test_a_direction_that_does_not_fit_is_refused(direction, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        follow_without_harm(np.eye(2), direction)
