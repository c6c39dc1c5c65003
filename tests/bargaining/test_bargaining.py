"""The bargain solves its defining equation, wherever one exists, and says where not."""

import re

import numpy as np
import pytest
from scipy.optimize import linprog

from skfairbargain.bargaining import nash_bargaining

FEASIBLE = ["ball", "weights"]


def hard_problem(rng, *, spread=True):
    """Hypergradients of 2 to 50 players: any rank, any scale, duplicates, opponents."""
    n_players = int(rng.integers(2, 51))
    n_samples = int(rng.integers(max(2, n_players // 2), 120))
    rank = int(rng.integers(1, n_players + 1))
    H = rng.normal(size=(n_samples, rank)) @ rng.normal(size=(rank, n_players))
    kind = rng.integers(6)
    if kind == 1:  # a direction that all share
        H += 3 * np.abs(rng.normal(size=(n_samples, 1)))
    elif kind == 2:  # near-duplicate
        H[:, 1] = H[:, 0] + 10 ** rng.uniform(-12, -3) * rng.normal(size=n_samples)
    elif kind == 3:  # nearly opposed, the others agreeing
        H = np.abs(rng.normal(size=(n_samples, 1))) + 0.05 * H
        H[:, 1] = -H[:, 0] + 10 ** rng.uniform(-6, 0) * rng.normal(size=n_samples)
    elif kind == 4:  # exactly opposed
        H[:, 1] = -H[:, 0] * rng.uniform(0.1, 10)
    elif kind == 5:  # all nearly the same
        H = rng.normal(size=(n_samples, 1)) + 10 ** rng.uniform(-4, 0) * H
    H /= np.linalg.norm(H, axis=0)
    return H * 10 ** rng.uniform(-8, 8, n_players) if spread else H


def applied(H, alpha, feasible):
    direction = H @ alpha
    return np.maximum(direction, 0) if feasible == "weights" else direction


def residual(H, alpha, feasible):
    return np.abs(alpha * (H.T @ applied(H, alpha, feasible)) - 1).max()


def margin(H, feasible):
    """Largest gain all players can have at once: Gordan's theorem as a linear program."""
    H = H / np.linalg.norm(H, axis=0)
    n_samples, n_players = H.shape
    result = linprog(
        np.r_[np.zeros(n_samples), -1.0],
        A_ub=np.c_[-H.T, np.ones(n_players)],
        b_ub=np.zeros(n_players),
        bounds=[(-1 if feasible == "ball" else 0, 1)] * n_samples + [(None, None)],
    )
    return -result.fun


def allowed_residual(H, alpha):
    """1e-8, or what rounding leaves of α where players are nearly opposed."""
    alpha = alpha * np.linalg.norm(H, axis=0)
    return max(1e-8, 1e-13 * alpha.max() * alpha.sum())


def assert_solves_the_bargain(H, solution, feasible):
    """An agreement obeys the equation; a refusal carries weights that prove it."""
    lengths = np.linalg.norm(H, axis=0)
    assert np.isfinite(solution.alpha).all()
    if solution.agreed:
        assert (solution.alpha > 0).all()
        allowed = allowed_residual(H, solution.alpha)
        assert allowed < 0.2
        assert solution.residual <= allowed
        assert residual(H, solution.alpha, feasible) <= allowed
    else:
        convex = solution.alpha * lengths
        assert convex.min() >= 0
        assert convex.sum() == pytest.approx(1)
        nearest = np.linalg.norm(applied(H / lengths, convex, feasible))
        assert nearest <= np.sqrt(len(convex)) * 1.001e-6


@pytest.mark.parametrize("feasible", FEASIBLE)
def test_ten_thousand_hard_problems_are_solved_or_refused_with_proof(feasible):
    rng = np.random.default_rng(0)
    verdicts = []
    for _ in range(10_000):
        H = hard_problem(rng)
        solution = nash_bargaining(hypergradients=H, feasible=feasible, min_stake=0)
        assert_solves_the_bargain(H, solution, feasible)
        verdicts.append(solution.agreed)
    assert 0.3 < np.mean(verdicts) < 0.7


def test_gram_alone_gives_the_same_verdict_and_the_same_accuracy():
    rng = np.random.default_rng(1)
    for _ in range(2_000):
        H = hard_problem(rng)
        gram = H.T @ H
        solution = nash_bargaining(gram, min_stake=0)
        twin = nash_bargaining(hypergradients=H, min_stake=0)
        if not (solution.agreed and twin.agreed):
            # Only at the limit may rounding make a difference.
            lengths = np.linalg.norm(H, axis=0)
            for refusal in (solution, twin):
                convex = refusal.alpha * lengths
                nearest = np.linalg.norm(H / lengths @ (convex / convex.sum()))
                assert nearest <= np.sqrt(len(convex)) * 1.1e-6
        else:
            off = np.abs(solution.alpha * (gram @ solution.alpha) - 1).max()
            assert off <= allowed_residual(H, solution.alpha)


@pytest.mark.parametrize("feasible", FEASIBLE)
def test_agreement_is_refused_exactly_where_a_linear_program_finds_none(feasible):
    rng = np.random.default_rng(2)
    undecided = 0
    for _ in range(400):
        H = hard_problem(rng, spread=False)
        agreed = nash_bargaining(hypergradients=H, feasible=feasible).agreed
        possible = margin(H, feasible)
        if possible > np.sqrt(H.size) * 1e-6:
            assert agreed
        elif possible < 1e-9:
            assert not agreed
        else:
            undecided += 1
    assert undecided < 20  # only the pairs built to be opposed within 1e-6


@pytest.mark.parametrize("feasible", FEASIBLE)
@pytest.mark.parametrize("seed", range(20))
def test_order_and_scale_of_the_players_do_not_matter(feasible, seed):
    rng = np.random.default_rng(seed)
    H = np.abs(rng.normal(size=(40, 1))) + 0.7 * rng.normal(size=(40, 6))
    alpha = nash_bargaining(hypergradients=H, feasible=feasible).alpha
    order = rng.permutation(6)
    scale = 10 ** rng.uniform(-8, 8, 6)
    assert (alpha > 0).all()
    shuffled = nash_bargaining(hypergradients=H[:, order], feasible=feasible)
    np.testing.assert_allclose(shuffled.alpha, alpha[order], rtol=1e-7)
    scaled = nash_bargaining(hypergradients=H * scale, feasible=feasible, min_stake=0)
    np.testing.assert_allclose(scaled.alpha * scale, alpha, rtol=1e-7)


@pytest.mark.parametrize("scale", [1e-250, 1e-150, 1e-8, 1e8, 1e150, 1e250])
@pytest.mark.parametrize("feasible", FEASIBLE)
def test_scales_at_the_ends_of_float64_are_harmless(feasible, scale):
    H = scale * np.array([[1.0, 0.5], [0.0, 1.0]])
    solution = nash_bargaining(hypergradients=H, feasible=feasible)
    assert solution.agreed
    assert residual(H / scale, solution.alpha * scale, feasible) < 1e-9


def test_two_unit_players_by_hand():
    # cos = 1/2 and α₁ = α₂ by symmetry: α² (1 + 1/2) = 1.
    solution = nash_bargaining([[1.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(solution.alpha, np.sqrt([2 / 3, 2 / 3]), rtol=1e-12)
    # h₁ = (1, −1), h₂ = (0, 1): the clipped direction is along e₂ or e₁ + … By hand:
    # maximise w₁ − w₂ times w₂ on ‖w‖² = 2. With w = √2 (cos t, sin t) the product is
    # 2 (cos t sin t − sin² t) = sin 2t − 1 + cos 2t, largest at t = π/8.
    H = np.array([[1.0, 0.0], [-1.0, 1.0]])
    solution = nash_bargaining(hypergradients=H, feasible="weights")
    w = np.maximum(H @ solution.alpha, 0)
    np.testing.assert_allclose(
        w, np.sqrt(2) * np.array([np.cos(np.pi / 8), np.sin(np.pi / 8)])
    )


def test_one_player_moves_along_its_own_hypergradient():
    assert nash_bargaining([[4.0]]).alpha == pytest.approx([0.5])


def test_corollaries_3_3_and_3_4_hold():
    rng = np.random.default_rng(3)
    for n_players in (2, 3, 5, 10):
        H = np.abs(rng.normal(size=(30, 1))) + rng.normal(size=(30, n_players))
        solution = nash_bargaining(hypergradients=H)
        assert solution.agreed
        assert np.linalg.norm(H @ solution.alpha) == pytest.approx(np.sqrt(n_players))
        lengths = np.linalg.norm(H, axis=0)
        assert (solution.alpha * lengths * np.sqrt(n_players) >= 1 - 1e-9).all()


def test_theorem_3_1_the_solution_maximises_the_product_of_gains():
    rng = np.random.default_rng(4)
    H = np.abs(rng.normal(size=(8, 1))) + rng.normal(size=(8, 3))
    for feasible in FEASIBLE:
        solution = nash_bargaining(hypergradients=H, feasible=feasible)
        best = applied(H, solution.alpha, feasible)
        others = best + 0.3 * rng.normal(size=(20_000, 8))
        if feasible == "weights":
            others = np.maximum(others, 0)
        others *= np.linalg.norm(best) / np.linalg.norm(others, axis=1, keepdims=True)
        gains = np.maximum(others @ H, 1e-300)
        assert np.log(gains).sum(axis=1).max() < np.log(H.T @ best).sum()


def test_no_player_loses_from_non_negative_weights():
    rng = np.random.default_rng(5)
    clipped_conflicts = 0
    for _ in range(200):
        H = rng.normal(size=(64, 4))
        H[:, 1] -= H[:, 0]
        H[:, 3] -= H[:, 1] + H[:, 2]
        ball = nash_bargaining(hypergradients=H)
        clipped_conflicts += (H.T @ np.maximum(H @ ball.alpha, 0)).min() < 0
        solution = nash_bargaining(hypergradients=H, feasible="weights")
        assert solution.agreed
        weights = np.maximum(H @ solution.alpha, 0)
        np.testing.assert_allclose(H.T @ weights, 1 / solution.alpha, rtol=1e-8)
        assert (H.T @ weights > 0).all()
    assert clipped_conflicts > 20  # what clipping the ball's solution does


def test_players_without_a_stake_are_left_out():
    H = np.array([[1.0, 0.0, 1e-9, 0.2], [0.0, 0.0, -1e-9, 1.0]])
    for feasible in FEASIBLE:
        solution = nash_bargaining(hypergradients=H, feasible=feasible)
        assert solution.agreed
        assert solution.alpha[1] == solution.alpha[2] == 0
        pair = nash_bargaining(hypergradients=H[:, [0, 3]], feasible=feasible)
        np.testing.assert_array_equal(solution.alpha[[0, 3]], pair.alpha)
        # With everyone kept, the player with a tiny hypergradient has a weight.
        assert (
            nash_bargaining(hypergradients=H, feasible=feasible, min_stake=0).alpha[2] > 0
        )


@pytest.mark.parametrize("feasible", FEASIBLE)
def test_without_a_stake_there_is_no_agreement(feasible):
    solution = nash_bargaining(hypergradients=np.zeros((5, 3)), feasible=feasible)
    assert solution == (pytest.approx(np.zeros(3)), False, 0.0, 0)
    assert not nash_bargaining(hypergradients=np.zeros((5, 0)), feasible=feasible).agreed


def test_a_cycle_of_three_players_has_no_agreement():
    angles = 2 * np.pi * np.arange(3) / 3
    H = np.stack([np.cos(angles), np.sin(angles)])
    solution = nash_bargaining(hypergradients=H)
    assert not solution.agreed
    np.testing.assert_allclose(solution.alpha, np.full(3, 1 / 3), rtol=1e-6)


def test_no_agreement_where_only_negative_weights_help_everybody():
    H = np.array([[-1.0, -0.5], [-0.2, -1.0]])
    assert nash_bargaining(hypergradients=H).agreed
    assert not nash_bargaining(hypergradients=H, feasible="weights").agreed


@pytest.mark.parametrize("feasible", FEASIBLE)
@pytest.mark.parametrize(("square", "agreed"), [(2e-12, True), (0.5e-12, False)])
def test_the_limit_between_agreement_and_refusal(feasible, square, agreed):
    # (1, s) and (−1, s): α₁ = α₂ by symmetry, the direction is (0, 2sα), so α² = 1/(2s²)
    # and max α · Σα = 1/s² in units where both have (nearly) norm 1. The limit is 1e12.
    s = np.sqrt(square)
    H = np.array([[1.0, -1.0], [s, s]])
    solution = nash_bargaining(hypergradients=H, feasible=feasible)
    assert solution.agreed == agreed
    expected = np.full(2, 1 / np.sqrt(2 * square) if agreed else 0.5)
    np.testing.assert_allclose(solution.alpha, expected, rtol=1e-3)
    assert_solves_the_bargain(H, solution, feasible)


@pytest.mark.parametrize("feasible", FEASIBLE)
def test_an_agreement_is_what_has_reached_its_residual(feasible):
    rng = np.random.default_rng(7)
    near = 0
    for _ in range(60):
        H = np.abs(rng.normal(size=(20, 1))) + rng.normal(size=(20, 4))
        lengths = np.linalg.norm(H, axis=0)
        for max_iter in range(1, 9):
            solution = nash_bargaining(
                hypergradients=H, feasible=feasible, max_iter=max_iter, tol=0
            )
            assert solution.agreed == (solution.residual <= 1e-8)
            near += 1e-8 < solution.residual < 1e-6
            if not solution.agreed:
                assert solution.alpha @ lengths == pytest.approx(1)
    assert near > 5


@pytest.mark.parametrize("feasible", FEASIBLE)
def test_where_rounding_ends_the_progress_the_iteration_ends(feasible):
    rng = np.random.default_rng(8)
    for _ in range(50):
        H = np.abs(rng.normal(size=(20, 1))) + rng.normal(size=(20, 4))
        solution = nash_bargaining(hypergradients=H, feasible=feasible, tol=0)
        assert solution.agreed
        assert solution.n_iter < 25


def test_running_out_of_iterations_is_not_an_agreement():
    rng = np.random.default_rng(6)
    H = np.abs(rng.normal(size=(30, 1))) + rng.normal(size=(30, 5))
    solution = nash_bargaining(hypergradients=H, max_iter=1)
    assert not solution.agreed
    assert solution.n_iter == 1
    assert solution.residual > 1e-8


NAN = float("nan")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Pass either `gram` or `hypergradients`, and not both."),
        ({"gram": [[1.0]], "hypergradients": [[1.0]]},
         "Pass either `gram` or `hypergradients`, and not both."),
        ({"gram": np.ones((2, 3))},
         "`gram` should be a square matrix. Got shape (2, 3)."),
        ({"gram": [1.0]},
         "`gram` should be a matrix (two dimensions). Got shape (1,)."),
        ({"gram": [[NAN]]}, "`gram` should be finite. It contains NaN or infinity."),
        ({"gram": [[-1.0]]},
         "`gram` should be symmetric with a non-negative diagonal, as HᵀH is. "
         "Got array([[-1.]])."),
        ({"gram": [[1.0, 0.5], [0.0, 1.0]]},
         "`gram` should be symmetric with a non-negative diagonal, as HᵀH is. "
         "Got array([[1. , 0.5],\n       [0. , 1. ]])."),
        ({"gram": [[1.0]], "feasible": "weights"},
         "feasible='weights' needs to know which samples help which player: pass "
         "`hypergradients` of shape (n_samples, n_players) instead of `gram`."),
        ({"gram": [[1.0]], "feasible": "box"},
         "`feasible` should be 'ball' or 'weights'. Got 'box'."),
        ({"gram": [[1.0]], "tol": -1}, "`tol` should lie in [0, 1). Got -1."),
        ({"gram": [[1.0]], "min_stake": 2}, "`min_stake` should lie in [0, 1). Got 2."),
        ({"gram": [[1.0]], "max_iter": 0}, "`max_iter` should be 1 or more. Got 0."),
    ],
)  # fmt: skip
def test_bad_input_is_explained(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        nash_bargaining(**arguments)


# Theorem 3.6: with player losses smooth of constant L, d the bargain and
# eta <= 2 / (L K alpha_k) for all k, nobody's loss rises.
@pytest.mark.parametrize("seed", range(10))
def test_theorem_3_6_no_player_loses_under_the_step_bound(seed):
    rng = np.random.default_rng(seed)
    n_players, dim = 4, 12
    roots = rng.normal(size=(n_players, dim, dim))
    hessians = roots @ roots.transpose(0, 2, 1)
    minima = 0.2 * rng.normal(size=(n_players, dim)) + 3
    smoothness = max(np.linalg.eigvalsh(A)[-1] for A in hessians)

    def losses(x):
        away = x - minima
        return 0.5 * np.einsum("ki,kij,kj->k", away, hessians, away)

    x = np.zeros(dim)
    H = -np.einsum("kij,kj->ik", hessians, x - minima)
    alpha = nash_bargaining(hypergradients=H).alpha
    eta = 2 / (smoothness * n_players * alpha.max())
    after = losses(x + eta * H @ alpha)
    bound = losses(x) - eta / alpha + smoothness * n_players * eta**2 / 2
    assert (after <= bound + 1e-9 * losses(x)).all()
    assert (after <= losses(x)).all()
    assert (losses(x + 0.5 * eta * H @ alpha) < losses(x)).all()
