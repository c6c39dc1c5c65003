"""The bargain of a training step is that of the general solver, whoever finds it."""

import numpy as np
import pytest

from skfairbargain.bargaining import bargain_of_step, nash_bargaining
from skfairbargain.bargaining._of_step import _of_easy_step


def assert_certificate(found, H, given):
    """By no weights v ≥ 0 of length 1 does this convex combination of players gain."""
    lengths = np.linalg.norm(H, axis=0)
    shares = found.alpha * lengths
    assert shares.min() >= 0
    assert shares.sum() == pytest.approx(1)
    most = np.linalg.norm(np.maximum(H @ found.alpha, 0)) + found.alpha @ given
    assert most <= 1e-6 * np.sqrt(len(shares))
    assert not found.weights.any()


def players(kind, n_players, seed=0, n_samples=60):
    """Hypergradients named by what is hard about them."""
    rng = np.random.default_rng(seed)
    H = rng.normal(size=(n_samples, n_players))
    if kind == "shared":
        H += 3 * rng.normal(size=(n_samples, 1))
    elif kind == "nearly opposed":
        signs = np.where(np.arange(n_players) % 2, -1.0, 1.0)
        H = rng.normal(size=(n_samples, 1)) * signs + 0.1 * H
    elif kind == "duplicate":
        H[:, -1] = 3 * H[:, 0]
    elif kind == "scales":
        H *= 10.0 ** np.linspace(-2, 2, n_players)
    return H


KINDS = ["independent", "shared", "nearly opposed", "duplicate", "scales"]


def assert_same(found, expected, H=None, given=None):
    """The same bargain; where there is none, a certificate of its own will do."""
    assert type(found) is type(expected)
    assert found.agreed == expected.agreed
    if not expected.agreed and not np.array_equal(found.alpha, expected.alpha):
        assert_certificate(found, H, given)
        return
    np.testing.assert_allclose(found.alpha, expected.alpha, rtol=1e-10)
    if hasattr(expected, "weights"):
        np.testing.assert_allclose(found.weights, expected.weights, rtol=0, atol=1e-9)


@pytest.mark.parametrize("given", [None, 0.0, 0.3, -0.1, 40.0], ids=str)
@pytest.mark.parametrize("n_players", [1, 2, 4, 20])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_bargain_of_the_general_solver(kind, n_players, given):
    for seed in range(5):
        H = players(kind, n_players, seed)
        fixed = given
        if given is not None:
            noise = np.random.default_rng(seed).normal(size=n_players)
            fixed = (given + 0.05 * noise) * np.linalg.norm(H, axis=0)
        expected = nash_bargaining(
            hypergradients=H, feasible="weights", given=fixed, tol=1e-13
        )
        assert_same(bargain_of_step(H, fixed), expected, H, fixed)
        assert_same(bargain_of_step(H, fixed, gram=H.T @ H), expected, H, fixed)


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_easy_steps_do_not_need_the_general_solver(kind, given):
    H = players(kind, 4)
    fixed = 0.1 * np.linalg.norm(H, axis=0) if given else None
    found = _of_easy_step(H, fixed, 1e-6, None)
    assert found.agreed
    if given:
        gains = fixed + found.weights @ H
        assert np.sqrt(found.weights @ found.weights) == pytest.approx(1)
    else:
        gains = np.maximum(H @ found.alpha, 0) @ H
    np.testing.assert_allclose(found.alpha * gains, 1, rtol=1e-9)


HARD = {
    "a player without a stake": np.array([[1.0, 0.0], [0.5, 0.0]]),
    "nobody has a stake": np.zeros((3, 2)),
    "opposed": np.array([[1.0, -1.0], [-2.0, 2.0]]),
    "no samples": np.zeros((0, 2)),
    "huge": players("shared", 3) * 1e200,
    "tiny": players("shared", 3) * 1e-200,
    "unequal": players("shared", 3) * [1e-8, 1.0, 1e8],
    "in columns": np.asfortranarray(players("shared", 3)),
}


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("name", HARD)
def test_hard_steps_are_the_general_solvers(name, given):
    H = HARD[name]
    fixed = H.sum(axis=0) if given else None
    expected = nash_bargaining(hypergradients=H, feasible="weights", given=fixed)
    assert_same(bargain_of_step(H, fixed), expected, H, fixed)


@pytest.mark.parametrize("given", [None, -2.0])
def test_who_cannot_agree_gets_a_certificate(given):
    rng = np.random.default_rng(0)
    H = rng.normal(size=(30, 1)) * [1.0, -2.0, 0.5]
    fixed = None if given is None else given * np.linalg.norm(H, axis=0)
    expected = nash_bargaining(hypergradients=H, feasible="weights", given=fixed)
    assert not expected.agreed
    assert_same(bargain_of_step(H, fixed), expected, H, fixed)


def test_what_is_no_array_of_numbers_is_refused_as_by_the_general_solver():
    message = r"^`hypergradients` should be finite\. It contains NaN or infinity\.$"
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match=message):
            bargain_of_step(np.array([[1.0, bad], [2.0, 1.0]]))


def test_the_players_order_does_not_matter():
    H = players("nearly opposed", 4)
    fixed = 0.2 * np.linalg.norm(H, axis=0)
    order = [2, 0, 3, 1]
    found = bargain_of_step(H[:, order], fixed[order])
    np.testing.assert_allclose(found.alpha, bargain_of_step(H, fixed).alpha[order])
