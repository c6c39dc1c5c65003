"""From hypergradients to weights: by hand, by property, and for a user's own protocols."""

import re

import numpy as np
import pytest

from skfairbargain._training._weighting import Weighting
from skfairbargain.protocols import LtR, MetaGDRO, Nash, Protocol

# Two groups of two cells each; four samples.
CELL_GROUPS = np.array([0, 0, 1, 1])
H = np.array(
    [
        [4.0, 2.0, 0.0, 0.0],
        [0.0, 0.0, 2.0, 0.0],
        [-2.0, 0.0, 6.0, 4.0],
        [0.0, -8.0, 0.0, 0.0],
    ]
)
LOSSES = np.array([1.0, 2.0, 0.5, 0.5])


class Fixed(Protocol):
    """Whatever one hands it."""

    def __init__(self, beta=None, acts_on="groups"):
        self.beta = beta
        self.acts_on = acts_on

    def weights(self, step):
        return self.beta


class Spy(Protocol):
    """Remembers what it saw."""

    def __init__(self, acts_on="groups"):
        self.acts_on = acts_on

    def weights(self, step):
        self.seen = step
        return np.ones(len(step.losses))


def weighting(goal=None, bargaining=None, **changed):
    options = {"players": "cells", "meta_lr": 1.0, "anchor": 0.0, "weight_norm": "l2"}
    options.update(changed)
    return Weighting(goal or MetaGDRO(), bargaining, CELL_GROUPS, **options)


def test_stage_2_by_hand():
    # Group losses (1.5, 0.5): the goal takes group 0, the mean of its two columns,
    # (3, 0, −1, −4), clipped to (3, 0, 0, 0) and of length 1.
    decision = weighting().decide(H, LOSSES, bargain=False)
    np.testing.assert_array_equal(decision.weights, [1, 0, 0, 0])
    assert not decision.bargained
    assert decision.alpha is None
    assert not decision.geometry.conflicts.any()


def test_the_average_by_hand_and_its_norms():
    # ½ (3, 0, −1, −4) + ½ (0, 1, 5, 0) = (1.5, 0.5, 2, −2) → (1.5, 0.5, 2, 0).
    clipped = np.array([1.5, 0.5, 2.0, 0.0])
    by_norm = {"l2": clipped / np.sqrt(6.5), "l1": clipped / 4, None: clipped}
    for norm, expected in by_norm.items():
        decision = weighting(LtR(), weight_norm=norm).decide(H, LOSSES, bargain=False)
        np.testing.assert_allclose(decision.weights, expected, rtol=1e-15)


@pytest.mark.parametrize("weight_norm", ["l2", "l1", None])
def test_anchor_mixes_in_uniform_weights_of_the_same_norm(weight_norm):
    def weights(**changed):
        options = weighting(LtR(), weight_norm=weight_norm, **changed)
        return options.decide(H, LOSSES, bargain=False).weights

    norm = 1 if weight_norm == "l1" else 2
    learned, uniform = weights(), weights(anchor=1.0)
    np.testing.assert_allclose(uniform, np.full(4, uniform[0]))
    assert np.linalg.norm(uniform, norm) == pytest.approx(np.linalg.norm(learned, norm))
    expected = 0.75 * 3 * learned + 0.25 * uniform
    np.testing.assert_allclose(weights(anchor=0.25, meta_lr=3.0), expected)
    np.testing.assert_array_equal(weights(anchor=1.0, meta_lr=7.0), uniform)


def test_agreement_leaves_nobody_worse_and_reports_alpha():
    # The cells that matter to samples 0 to 2 all pull upwards.
    decision = weighting(bargaining=Nash()).decide(np.abs(H), LOSSES, bargain=True)
    assert decision.bargained
    assert decision.alpha.shape == (4,)
    assert not decision.geometry.conflicts.any()
    assert (np.abs(H).T @ decision.weights > 0).all()


def test_without_agreement_the_goal_decides_the_step():
    opposed = H.copy()
    opposed[:, 1] = -opposed[:, 0]
    decision = weighting(bargaining=Nash()).decide(opposed, LOSSES, bargain=True)
    by_goal = weighting().decide(opposed, LOSSES, bargain=False)
    np.testing.assert_array_equal(decision.weights, by_goal.weights)
    assert decision.bargained
    assert decision.alpha is None


def test_conflict_is_that_of_the_players_with_the_weights_applied():
    # One sample, which hurts cell 1; its group gains (1 − 0.5)/2 all the same.
    served = np.array([[1.0, -0.5, 1.0, 1.0]])
    by_cell = weighting(LtR()).decide(served, LOSSES, bargain=False)
    by_group = weighting(LtR(), players="groups").decide(served, LOSSES, bargain=False)
    assert by_cell.geometry.conflicts.any()
    assert not by_group.geometry.conflicts.any()


@pytest.mark.parametrize(
    ("acts_on", "players", "n"),
    [("groups", "cells", 2), ("players", "cells", 4), ("players", "groups", 2)],
)
def test_protocols_see_groups_or_players(acts_on, players, n):
    goal = Spy(acts_on)
    weighting(goal, players=players).decide(H, LOSSES, bargain=False)
    losses, gram, hypergradients = (
        goal.seen.losses,
        goal.seen.gram,
        goal.seen.hypergradients,
    )
    if n == 2:
        np.testing.assert_allclose(losses, [1.5, 0.5])
        np.testing.assert_allclose(hypergradients, [[3, 0], [0, 1], [-1, 5], [-4, 0]])
    else:
        np.testing.assert_allclose(losses, LOSSES)
        np.testing.assert_allclose(hypergradients, H)
    np.testing.assert_allclose(gram, hypergradients.T @ hypergradients)


@pytest.mark.parametrize("scale", [1e-30, 1e-8, 1e8, 1e30])
@pytest.mark.parametrize("bargain", [True, False])
def test_weights_do_not_depend_on_the_scale(scale, bargain):
    rule = weighting(LtR(), Nash(), anchor=0.3)
    once = rule.decide(H, LOSSES, bargain=bargain).weights
    again = rule.decide(scale * H, LOSSES, bargain=bargain).weights
    np.testing.assert_allclose(again, once, rtol=1e-7)


@pytest.mark.parametrize("weight_norm", ["l2", "l1", None])
@pytest.mark.parametrize("bargain", [True, False])
@pytest.mark.parametrize("goal", [LtR(), MetaGDRO(), Nash("ball"), Nash("weights")])
def test_a_weight_of_two_is_the_row_twice(weight_norm, bargain, goal):
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(12, 4)) + 0.5
    counts = rng.integers(1, 4, 12)
    rule = weighting(goal, Nash(), weight_norm=weight_norm, anchor=0.2)
    weighted = rule.decide(drawn, LOSSES, bargain=bargain, sample_weight=counts * 1.0)
    repeated = rule.decide(drawn.repeat(counts, axis=0), LOSSES, bargain=bargain)
    firsts = np.cumsum(counts) - counts
    np.testing.assert_allclose(
        weighted.weights, counts * repeated.weights[firsts], rtol=1e-7, atol=1e-12
    )
    np.testing.assert_array_equal(weighted.geometry.conflicts, repeated.geometry.conflicts)


@pytest.mark.parametrize(("dtype", "counts"), [(np.float32, False), (np.float64, True)])
def test_rounding_is_that_of_the_hypergradients_dtype(dtype, counts):
    # Cells 0 and 1 are opposed by a cosine of −1e-7, less than float32's 4.8e-7.
    hypergradients = np.array([[1, -1e-7, 1, 1], [0, 1, 0, 0]], dtype=dtype)
    along_the_first = Fixed(np.array([1.0, 0.0, 0.0, 0.0]), acts_on="players")
    decision = weighting(along_the_first).decide(hypergradients, LOSSES, bargain=False)
    assert decision.geometry.opposed[0, 1] == counts
    assert decision.geometry.conflicts.tolist() == [False, counts, False, False]


def test_the_input_is_left_alone():
    given = H.copy()
    weighting().decide(given, LOSSES, bargain=True, sample_weight=np.full(4, 2.0))
    np.testing.assert_array_equal(given, H)


@pytest.mark.parametrize("beta", [None, np.zeros(2), np.array([-1.0, -1.0])])
def test_no_direction_means_no_weights(beta):
    positive = np.abs(H)
    decision = weighting(Fixed(beta)).decide(positive, LOSSES, bargain=False)
    np.testing.assert_array_equal(decision.weights, np.zeros(4))
    anchored = weighting(Fixed(beta), anchor=0.5).decide(positive, LOSSES, bargain=False)
    np.testing.assert_allclose(anchored.weights, np.full(4, 0.25))


@pytest.mark.parametrize("beta", [[1.0, 2.0, 3.0], [float("nan"), 1.0], 2.0])
def test_a_protocol_that_returns_something_else_is_named(beta):
    goal = Fixed(beta)
    message = (
        f"{goal!r}.weights should return None or 2 finite numbers, one per player. Got "
        f"{np.asarray(beta)!r}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        weighting(goal).decide(H, LOSSES, bargain=False)
