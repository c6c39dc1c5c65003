import re

import numpy as np
import pytest

from skfairbargain.metrics import conflict_rate, conflicting_players


def test_worked_by_hand():
    hypergradients = [[1.0, -1.0, 0.0], [2.0, 0.5, 0.0]]
    # inner products with (1, 1): 3, -0.5 and 0; with (0, 1): 2, 0.5 and 0.
    assert conflicting_players(hypergradients, [1, 1]).tolist() == [False, True, False]
    assert conflicting_players(hypergradients, [0, 1]).tolist() == [False, False, False]
    assert conflict_rate(hypergradients, [1, 1]) == 1
    assert conflict_rate([hypergradients] * 4, [[1, 1], [0, 1], [0, 1], [0, 0]]) == 0.25


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1, 1e8, 1e300])
def test_ignores_scales_and_the_order_of_samples_and_players(scale):
    rng = np.random.default_rng(0)
    steps, weights = rng.normal(size=(50, 20, 3)), rng.uniform(size=(50, 20))
    conflicts = np.array(
        [conflicting_players(h, w) for h, w in zip(steps, weights, strict=True)]
    )
    assert 0 < conflicts.any(axis=1).mean() < 1
    samples, players = rng.permutation(20), rng.permutation(3)
    moved = [
        conflicting_players(scale * h[samples][:, players], w[samples] / max(scale, 1))
        for h, w in zip(steps, weights, strict=True)
    ]
    np.testing.assert_array_equal(moved, conflicts[:, players])
    assert conflict_rate(scale * steps, weights) == conflicts.any(axis=1).mean()


def test_no_stake_no_conflict():
    against = np.array([[1.0, -1e-7], [1.0, -1e-7]])
    assert conflicting_players(against, [1, 1]).tolist() == [False, False]
    assert conflicting_players(against * [1, 100], [1, 1]).tolist() == [False, True]
    assert conflicting_players(np.zeros((2, 3)), [1, 1]).tolist() == [False] * 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounding_is_no_conflict(dtype):
    rng = np.random.default_rng(0)
    weights = rng.uniform(size=(500, 64))
    steps = rng.normal(size=(500, 64, 2))
    steps -= (
        np.einsum("tik,ti->tk", steps, weights)[:, None]
        * (weights / (weights**2).sum(axis=1, keepdims=True))[:, :, None]
    )
    assert conflict_rate(steps.astype(dtype), weights.astype(dtype)) == 0
    # A conflict a little larger than rounding is one.
    shift = 20 * np.finfo(dtype).eps * weights[:, :, None]
    assert conflict_rate((steps - shift).astype(dtype), weights.astype(dtype)) > 0.9


@pytest.mark.parametrize(
    ("function", "hypergradients", "sample_weight", "axes"),
    [
        (conflicting_players, np.ones((2, 3)), np.ones(3), "n_samples, n_players"),
        (conflicting_players, np.ones((4, 2, 3)), np.ones((4, 2)), "n_samples, n_players"),
        (conflict_rate, np.ones((4, 2, 3)), np.ones(2), "n_samples, n_players"),
        (
            conflict_rate,
            np.ones((0, 2, 3)),
            np.ones((0, 2)),
            "n_steps, n_samples, n_players",
        ),
    ],
)
def test_shapes_are_explained(function, hypergradients, sample_weight, axes):
    message = (
        f"`hypergradients` should have shape ({axes}) and `sample_weight` the same without "
        f"the players, neither of them empty. Got shapes {hypergradients.shape} and "
        f"{sample_weight.shape}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        function(hypergradients, sample_weight)


def test_nan_is_explained():
    message = (
        "`hypergradients` and `sample_weight` should be finite. Got NaN or infinity. "
        "Lower the learning rate of the run that they come from."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        conflict_rate([[np.nan]], [1])


def test_every_step_has_a_scale_of_its_own():
    steps = np.array([[[1.0, -1.0], [0.0, 0.5]]] * 3)
    weights = np.ones((3, 2))
    assert conflict_rate(steps, weights) == 1
    scales = np.array([1e-200, 1.0, 1e200])
    assert conflict_rate(steps, weights * scales[:, None]) == 1
    assert conflict_rate(steps * scales[:, None, None], weights) == 1
