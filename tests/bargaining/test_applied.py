"""The bargain beside a fixed part: solved or refused with proof, at any scale and rank."""

import re

import cvxpy
import numpy as np
import pytest

from skfairbargain.bargaining import nash_bargaining
from tests.bargaining.test_bargaining import hard_problem


def fixed_part(rng, H):
    """What a fixed part gives each player: of uniform weights, or anything at any scale."""
    lengths = np.linalg.norm(H, axis=0)
    n_samples, n_players = H.shape
    kind = rng.integers(4)
    if kind == 0:
        anchor = rng.choice([0.01, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9])
        return anchor / (1 - anchor) * H.sum(axis=0) / np.sqrt(n_samples)
    if kind == 1:
        return lengths * rng.normal(size=n_players) * 10 ** rng.uniform(-3, 1)
    if kind == 2:
        return lengths * np.abs(rng.normal(size=n_players)) * 10 ** rng.uniform(-3, 6)
    return lengths * rng.normal(size=n_players) * 10 ** rng.uniform(-12, 0, n_players)


def solve(H, given, **settings):
    return nash_bargaining(hypergradients=H, feasible="weights", given=given, **settings)


def assert_solves_the_bargain(H, given, solution):
    lengths = np.linalg.norm(H, axis=0)
    units, fixed = H / lengths, given / lengths
    v = solution.weights
    assert np.isfinite(solution.alpha).all()
    if solution.agreed:
        assert v.min() >= 0
        assert np.linalg.norm(v) <= 1 + 1e-9
        gains = fixed + units.T @ v
        assert (gains > 0).all()
        alpha = solution.alpha * lengths
        rounding = 1e-13 * (alpha * (1 + np.abs(fixed) + alpha.sum())).max()
        assert np.abs(alpha * gains - 1).max() <= max(1e-8, 2 * solution.residual, rounding)
        # Weak duality: no weights give a product of gains above this. The interior point
        # method, which solves the problems at the kink, stops a little below.
        dual = alpha @ fixed + np.linalg.norm(np.maximum(units @ alpha, 0))
        gap = dual - np.log(alpha).sum() - len(alpha) - np.log(gains).sum()
        assert gap < (1e-6 if np.linalg.norm(v) > 1 - 1e-9 else 0.3)
    else:
        shares = solution.alpha * lengths
        assert shares.min() >= 0
        assert shares.sum() == pytest.approx(1)
        assert not v.any()
        most = shares @ fixed + np.linalg.norm(np.maximum(units @ shares, 0))
        assert most <= max(1.001e-6 * np.sqrt(len(fixed)), 1e-12 * (shares @ np.abs(fixed)))


def test_ten_thousand_hard_problems_are_solved_or_refused_with_proof():
    rng = np.random.default_rng(0)
    verdicts, exact = [], []
    for _ in range(10_000):
        H = hard_problem(rng)
        given = fixed_part(rng, H)
        solution = solve(H, given, min_stake=0)
        assert_solves_the_bargain(H, given, solution)
        verdicts.append(solution.agreed)
        exact.append(not solution.agreed or solution.residual <= 1e-8)
    assert 0.3 < np.mean(verdicts) < 0.7
    if np.finfo(np.longdouble).eps < 1e-18:
        assert all(exact)
    else:  # as on Windows: players so nearly opposed that α has no more digits
        assert np.mean(exact) > 0.98


def test_verdict_and_product_are_those_of_a_cone_program():
    rng = np.random.default_rng(1)
    undecided = 0
    for _ in range(60):
        H = hard_problem(rng, spread=False)[:, :8]
        given = fixed_part(rng, H)
        given = np.clip(given, -10, 10)
        v, margin = cvxpy.Variable(len(H)), cvxpy.Variable()
        within = [v >= 0, cvxpy.norm(v) <= 1]
        program = cvxpy.Problem(
            cvxpy.Maximize(margin), [*within, given + H.T @ v >= margin]
        )
        try:
            program.solve(solver=cvxpy.CLARABEL)
        except cvxpy.SolverError:
            undecided += 1
            continue
        solution = solve(H, given)
        if margin.value > 1e-5:
            assert solution.agreed
            best = cvxpy.Problem(
                cvxpy.Maximize(cvxpy.sum(cvxpy.log(given + H.T @ v))), within
            )
            try:
                best.solve(solver=cvxpy.CLARABEL)
            except cvxpy.SolverError:
                continue
            found = np.log(given + H.T @ solution.weights).sum()
            assert found == pytest.approx(best.value, abs=1e-4 * max(1, abs(best.value)))
        elif margin.value < -1e-7:
            assert not solution.agreed
        else:
            undecided += 1
    assert undecided < 15


def test_without_a_fixed_part_it_is_the_bargain_over_weights():
    rng = np.random.default_rng(2)
    H = np.abs(rng.normal(size=(50, 1))) + rng.normal(size=(50, 5))
    beside, alone = solve(H, np.zeros(5)), solve(H, None)
    direction = np.maximum(H @ alone.alpha, 0)
    np.testing.assert_allclose(beside.weights, direction / np.linalg.norm(direction))
    # There the weights have length √K, here 1.
    np.testing.assert_allclose(beside.alpha, alone.alpha * np.sqrt(5))


def test_by_hand_one_player_is_served_and_the_other_gets_the_weights():
    # h₁ = (1, 0) with c₁ = ¼, h₂ = (0, 1) with c₂ = ¼: by symmetry v = (1, 1)/√2.
    solution = solve(np.eye(2), [0.25, 0.25])
    np.testing.assert_allclose(solution.weights, np.sqrt([0.5, 0.5]))
    np.testing.assert_allclose(1 / solution.alpha, 0.25 + np.sqrt(0.5))
    # With c₂ = −0.9 player 2 needs more than 0.9 of its sample.
    solution = solve(np.eye(2), [0.25, -0.9])
    assert solution.agreed
    assert solution.weights[1] > 0.9
    # Not even all of it is enough, and player 1 has no part in that.
    solution = solve(np.eye(2), [0.25, -1.1])
    assert not solution.agreed
    np.testing.assert_array_equal(solution.alpha, [0, 1])


def test_opposed_players_whom_the_fixed_part_serves_agree_on_less_than_length_1():
    # v gives player 1 what it takes from player 2: best is (¼ + ¾)/2 for both, by v = ¼.
    H = np.array([[1.0, -1.0]])
    solution = solve(H, [0.25, 0.75])
    assert solution.agreed
    np.testing.assert_allclose(solution.weights, [0.25], atol=1e-6)
    np.testing.assert_allclose(solution.alpha, [2, 2], rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e8, 1e250])
def test_scale_and_order_of_the_players_do_not_matter(scale):
    rng = np.random.default_rng(3)
    H = np.abs(rng.normal(size=(40, 1))) + rng.normal(size=(40, 4))
    given = rng.normal(size=4)
    once, order = solve(H, given), rng.permutation(4)
    again = solve(scale * H[:, order], scale * given[order])
    np.testing.assert_allclose(again.weights, once.weights, atol=1e-9)
    np.testing.assert_allclose(again.alpha * scale, once.alpha[order], rtol=1e-7)
    own = 10.0 ** rng.uniform(-8, 8, 4)
    scaled = solve(H * own, given * own, min_stake=0)
    np.testing.assert_allclose(scaled.weights, once.weights, atol=1e-9)


def test_players_without_a_stake_are_left_out():
    H = np.array([[1.0, 0.0, 1e-9], [0.0, 0.0, -1e-9]])
    solution = solve(H, [0.1, -5.0, -1e-9])
    assert solution.agreed
    assert solution.alpha[1] == solution.alpha[2] == 0
    nobody = solve(np.zeros((4, 2)), [1.0, -1.0])
    assert not nobody.agreed
    assert nobody.weights.shape == (4,)


def test_any_finite_input_gives_finite_numbers_without_a_warning():
    rng = np.random.default_rng(4)
    for _ in range(600):
        n_samples, n_players = int(rng.integers(1, 30)), int(rng.integers(1, 6))
        H = rng.normal(size=(n_samples, n_players)) + rng.choice([0, 1])
        exponents = rng.choice([-320, -308, -200, 0, 200, 307], (2, n_players))
        solution = solve(
            H * 10.0 ** exponents[0],
            rng.normal(size=n_players) * 10.0 ** exponents[1],
            min_stake=0.0,
        )
        for values in (solution.alpha, solution.weights, solution.residual):
            assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("given", "feasible", "message"),
    [
        ([1.0], "weights",
         "`given` should have a number for each of the 2 columns of `hypergradients`. "
         "Got 1."),
        ([1.0, np.nan], "weights",
         "`given` should be finite. It contains NaN or infinity."),
        ([1.0, 1.0], "ball",
         "`given` should come with feasible='weights': only weights are applied beside a "
         "fixed part. Got feasible='ball'."),
    ],
)  # fmt: skip
def test_a_fixed_part_that_does_not_fit_is_refused(given, feasible, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        nash_bargaining(hypergradients=np.eye(2), feasible=feasible, given=given)
