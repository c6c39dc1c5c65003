"""The bargain at the ends of float64's range, and among players that are nearly opposed."""

import re

import numpy as np
import pytest
from scipy.optimize import linprog

from skfairbargain.bargaining import nash_bargaining

FEASIBLE = ["ball", "weights"]


def exact_units(H):
    """Columns divided by powers of two: the same problem, in range."""
    _, exponents = np.frexp(np.abs(H).max(axis=0, initial=0.0))
    return np.ldexp(H, -exponents)


def hostile(rng):
    """Hypergradients of 1 to 6 players: hard to bargain about, and at any scale."""
    n_samples, n_players = int(rng.integers(1, 40)), int(rng.integers(1, 7))
    H = rng.normal(size=(n_samples, n_players))
    H += rng.choice([0, 1, 3]) * np.abs(rng.normal(size=(n_samples, 1)))
    kind = rng.integers(5)
    if kind == 1:  # duplicates
        H[:, -1] = H[:, 0]
    elif kind == 2 and n_players > 1:  # nearly opposed
        H[:, 1] = -H[:, 0] * (1 + 10.0 ** rng.uniform(-16, 0) * rng.normal(size=n_samples))
    elif kind == 3:
        H[:, rng.integers(n_players)] = 0
    elif kind == 4:
        H = np.outer(H[:, 0], rng.normal(size=n_players))
    exponents = rng.choice([-320, -310, -300, 0, 300, 307.5], n_players)
    if rng.random() < 0.5:
        exponents = np.full(n_players, rng.uniform(-323, 307))
    with np.errstate(over="ignore"):
        return np.clip(H * 10.0**exponents, -1.79e308, 1.79e308)


def largest_common_gain(H, feasible):
    """The largest gain that all can have at once, in units of their largest entries."""
    H = exact_units(H)
    n_samples, n_players = H.shape
    found = linprog(
        np.r_[np.zeros(n_samples), -1.0],
        A_ub=np.c_[-H.T, np.ones(n_players)],
        b_ub=np.zeros(n_players),
        bounds=[(-1 if feasible == "ball" else 0, 1)] * n_samples + [(None, None)],
    )
    return -found.fun


@pytest.mark.parametrize("feasible", FEASIBLE)
def test_any_finite_input_gives_finite_numbers_without_a_warning(feasible):
    rng = np.random.default_rng(10)
    verdicts = []
    for _ in range(1_200):
        H = hostile(rng)
        for min_stake in (0.0, 1e-6):
            solution = nash_bargaining(
                hypergradients=H, feasible=feasible, min_stake=min_stake
            )
            assert np.isfinite(solution.alpha).all()
            assert (solution.alpha >= 0).all()
            assert 0 <= solution.residual <= 1
            verdicts.append(solution.agreed)
    assert 0.3 < np.mean(verdicts) < 0.95


def test_any_finite_gram_gives_finite_numbers_or_says_that_it_is_none():
    rng = np.random.default_rng(11)
    for trial in range(1_200):
        H = hostile(rng)
        with np.errstate(over="ignore", invalid="ignore"):
            gram = H.T @ H
        if trial % 3 == 0:
            gram = rng.normal(size=gram.shape) * 10.0 ** rng.uniform(-320, 307)
        if not np.isfinite(gram).all():
            continue
        try:
            solution = nash_bargaining(gram)
        except ValueError:
            assert trial % 3 == 0  # it is none
            continue
        assert np.isfinite(solution.alpha).all()
        assert 0 <= solution.residual <= 1


@pytest.mark.parametrize("feasible", FEASIBLE)
def test_agreements_and_refusals_at_any_scale_are_those_of_a_linear_program(feasible):
    rng = np.random.default_rng(12)
    undecided = 0
    for _ in range(300):
        H = hostile(rng)
        H = H[:, np.abs(H).max(axis=0) > 0]
        if not H.size:
            continue
        agreed = nash_bargaining(
            hypergradients=exact_units(H), feasible=feasible, min_stake=0
        ).agreed
        lengths = np.abs(H).max(axis=0)
        if lengths.max() / 1e290 < lengths.min():  # float64 can hold all of their α
            same = nash_bargaining(hypergradients=H, feasible=feasible, min_stake=0)
            assert same.agreed == agreed
        possible = largest_common_gain(H, feasible)
        if possible > 1e-5 * np.sqrt(H.size):
            assert agreed
        elif possible < 1e-9:
            assert not agreed
        else:
            undecided += 1
    assert undecided < 20


@pytest.mark.parametrize("feasible", FEASIBLE)
@pytest.mark.parametrize("exponent", [-1074, -1060, -1030, -600, 0, 600, 1000, 1020])
def test_a_power_of_two_changes_nothing_but_the_units(feasible, exponent):
    # (1, ½), (0, 1) and (½, −¼) stay exact down to a quarter of the smallest number.
    H = np.ldexp([[4.0, 2.0, 0.0], [0.0, 4.0, 2.0]], exponent)
    solution = nash_bargaining(hypergradients=H, feasible=feasible)
    units = nash_bargaining(hypergradients=np.ldexp(H, -exponent), feasible=feasible)
    assert solution.agreed
    if exponent > -1030:
        np.testing.assert_allclose(np.ldexp(solution.alpha, exponent), units.alpha)
    # Beyond float64's range the ratios are kept.
    np.testing.assert_allclose(
        solution.alpha / solution.alpha.max(), units.alpha / units.alpha.max(), rtol=1e-14
    )


def test_a_constant_matrix_at_either_end_is_an_agreement():
    # Three (or 30) players who want the same: α_k‖h_k‖ = 1/√K.
    for scale, shape in ((1e-310, (3, 2)), (1.7e308, (30, 2))):
        for feasible in FEASIBLE:
            solution = nash_bargaining(
                hypergradients=np.full(shape, scale), feasible=feasible
            )
            assert solution.agreed
            assert solution.alpha[0] == solution.alpha[1] > 0
    # ‖h_k‖ = √30 · 1.7e308, and K = 2; divided first by what keeps it in range.
    assert solution.alpha[0] == pytest.approx(1 / 1.7e308 / np.sqrt(60), rel=1e-12)


@pytest.mark.parametrize("feasible", FEASIBLE)
def test_small_common_gains_are_agreements(feasible):
    # One sample helps everybody, by 4e-5 to 2e-4 of the hypergradients' lengths; by all
    # others two players are opposed, as cells of half-trained networks are.
    rng = np.random.default_rng(13)
    for _ in range(500):
        n_players = int(rng.integers(2, 9))
        H = rng.normal(size=(511, 1)) * rng.choice([-1.0, 1.0], size=n_players)
        H += rng.uniform(0, 0.3) * rng.normal(size=H.shape)
        H[:, 1] = -H[:, 0]
        common = rng.uniform(4e-5, 2e-4, size=(1, n_players))
        H = np.vstack([H / np.linalg.norm(H, axis=0), common])
        H /= np.linalg.norm(H, axis=0)
        solution = nash_bargaining(hypergradients=H, feasible=feasible)
        assert solution.agreed
        assert solution.residual < 1e-6
        direction = H @ solution.alpha
        if feasible == "weights":
            direction = np.maximum(direction, 0)
        assert (H.T @ direction > 0).all()


@pytest.mark.parametrize("feasible", FEASIBLE)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(feasible, bad):
    H = np.array([[1.0, bad], [0.0, 1.0]])
    message = "`hypergradients` should be finite. It contains NaN or infinity."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        nash_bargaining(hypergradients=H, feasible=feasible)


@pytest.mark.parametrize(
    ("values", "kind"),
    [([[1j]], "list"), ([["a"]], "list"), ([[1], [1, 2]], "list"), ([[10**400]], "list")],
)
def test_what_is_no_real_number_is_refused(values, kind):
    message = (
        "`gram` should be an array of real numbers, all rows of the same length. "
        f"Got {kind}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        nash_bargaining(values)


def test_a_gram_with_a_negative_eigenvalue_is_refused():
    message = (
        "`gram` should have no negative eigenvalue, as HᵀH has none. "
        "Got array([[1., 2.],\n       [2., 1.]])."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        nash_bargaining([[1.0, 2.0], [2.0, 1.0]])
