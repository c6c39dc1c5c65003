"""Weights of a mix hold what their definitions say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize_scalar

from skfairbargain.audited._mix import mix_weights

# A gain of a group, in nats, from which on "nash" is the logarithm.
LEAST = 1e-4
COMBINES = ["nash", "minimax", "mean", "select"]


def drawn(seed, n_candidates=3, n_classes=2, n_groups=2, n=60):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n)
    groups = np.arange(n) % n_groups
    truth = 2.0 * np.eye(n_classes)[y][:, None, :]
    logits = truth + rng.normal(size=(n, n_candidates, n_classes))
    return logits, y, groups, rng.uniform(0.5, 2, n)


def group_losses(logits, weights, y, groups, weight):
    """By the definition, row by row."""
    found = []
    for group in np.unique(groups):
        total = rows = 0.0
        for i in np.flatnonzero(groups == group):
            z = sum(w * logits[i, k] for k, w in enumerate(weights))
            total += weight[i] * (np.log(np.exp(z).sum()) - z[y[i]])
            rows += weight[i]
        found.append(total / rows)
    return np.array(found)


def value(combine, losses, disagreement):
    return {
        "nash": lambda: -np.log(disagreement - losses).sum(),
        "minimax": lambda: losses.max(),
        "mean": lambda: losses.mean(),
    }[combine]()


@pytest.mark.parametrize("combine", ["nash", "mean"])
@pytest.mark.parametrize("seed", range(3))
def test_two_candidates_are_mixed_as_a_search_over_one_number_finds(combine, seed):
    data = drawn(seed, n_candidates=2)
    d = np.full(2, np.log(2))
    found = mix_weights(*data, combine=combine, disagreement=d, entropy=0, least_gain=LEAST)
    best = minimize_scalar(
        lambda w: value(combine, group_losses(data[0], [w, 1 - w], *data[1:]), d),
        bounds=(0, 1),
        method="bounded",
    )
    assert found[0] == pytest.approx(best.x, abs=2e-3)


@pytest.mark.parametrize("combine", ["nash", "mean"])
def test_no_direction_of_the_simplex_is_better(combine):
    data = drawn(5, n_candidates=4, n_classes=3, n_groups=3)
    d = np.full(3, np.log(3))
    found = mix_weights(*data, combine=combine, disagreement=d, entropy=0, least_gain=LEAST)
    reached = value(combine, group_losses(data[0], found, *data[1:]), d)
    for corner in np.eye(4):
        moved = 0.99 * found + 0.01 * corner
        there = value(combine, group_losses(data[0], moved, *data[1:]), d)
        assert there >= reached - 1e-6


def test_minimax_helps_the_worst_group_more_than_the_mean_does():
    logits, y, groups, weight = drawn(0, n_candidates=2, n=400)
    # The first candidate knows group 0 well, the second group 1 a little.
    logits[groups == 1, 0] *= -0.3
    logits[groups == 0, 1] *= 0.5
    worst = {}
    for combine in ("minimax", "mean"):
        w = mix_weights(
            logits,
            y,
            groups,
            weight,
            combine=combine,
            disagreement=None,
            entropy=0,
            least_gain=LEAST,
        )
        worst[combine] = group_losses(logits, w, y, groups, weight).max()
    assert worst["minimax"] < worst["mean"]


def test_nash_does_not_change_with_a_copy_of_every_row():
    logits, y, groups, weight = drawn(1)
    how = {
        "combine": "nash",
        "disagreement": np.full(2, np.log(2)),
        "entropy": 0.1,
        "least_gain": LEAST,
    }
    twice = (
        np.tile(logits, (2, 1, 1)),
        np.tile(y, 2),
        np.tile(groups, 2),
        np.tile(weight, 2),
    )
    assert_allclose(
        mix_weights(*twice, **how), mix_weights(logits, y, groups, weight, **how), atol=1e-6
    )


@pytest.mark.parametrize("combine", COMBINES)
def test_order_of_candidates_and_groups_does_not_matter(combine):
    logits, y, groups, weight = drawn(2)
    how = {
        "combine": combine,
        "disagreement": np.full(2, np.log(2)),
        "entropy": 0.05,
        "least_gain": LEAST,
    }
    straight = mix_weights(logits, y, groups, weight, **how)
    assert straight.sum() == pytest.approx(1)
    turned = mix_weights(logits[:, ::-1], y, 1 - groups, weight, **how)
    assert_allclose(turned[::-1], straight, atol=1e-4)


def test_select_takes_the_lowest_mean_loss():
    data = drawn(3)
    alone = [group_losses(data[0], corner, *data[1:]).mean() for corner in np.eye(3)]
    found = mix_weights(
        *data, combine="select", disagreement=None, entropy=0, least_gain=LEAST
    )
    assert found.tolist() == np.eye(3)[int(np.argmin(alone))].tolist()


def test_entropy_draws_to_equal_weights():
    data, d = drawn(4), np.full(2, np.log(2))
    far = mix_weights(*data, combine="nash", disagreement=d, entropy=1e3, least_gain=LEAST)
    assert_allclose(far, 1 / 3, atol=1e-3)


def test_no_possible_gain_still_gives_weights():
    logits, y, groups, weight = drawn(6)
    found = mix_weights(
        -logits,
        y,
        groups,
        weight,
        combine="nash",
        disagreement=np.zeros(2),
        entropy=0.1,
        least_gain=LEAST,
    )
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1)
