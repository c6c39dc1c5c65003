"""The argument of a protocol: losses, hypergradients, and a gram computed when read."""

import re

import numpy as np
import pytest

from skfairbargain.protocols import (
    FORML,
    PROTOCOLS,
    CAGrad,
    GeneralizedMean,
    LtR,
    MetaGDRO,
    MetaStep,
    Nash,
    get_protocol,
)

H = np.array([[1.0, -1.0], [0.0, 2.0], [0.5, 0.5]])


def test_lists_become_arrays_of_float64():
    step = MetaStep([1, 2], [[1, 0], [0, 1]], hypergradients=[[1, 0], [0, 1]])
    for values in (step.losses, step.gram, step.hypergradients):
        assert values.dtype == np.float64


def test_gram_is_that_of_the_hypergradients_by_hand():
    # h₁ = (1, 0, ½), h₂ = (−1, 2, ½): ⟨h₁, h₁⟩ = 1¼, ⟨h₁, h₂⟩ = −1 + ¼, ⟨h₂, h₂⟩ = 5¼.
    step = MetaStep([1.0, 2.0], hypergradients=H)
    np.testing.assert_array_equal(step.gram, [[1.25, -0.75], [-0.75, 5.25]])
    assert step.gram is step.gram


def test_a_gram_that_is_known_is_taken_as_it_is():
    known = np.array([[1.0, 0.5], [0.5, 1.0]])
    step = MetaStep([1.0, 2.0], known, hypergradients=H)
    assert step.gram is known


@pytest.mark.parametrize("goal", [LtR(), FORML(), MetaGDRO(), GeneralizedMean()])
def test_goals_need_losses_only(goal):
    step = MetaStep([1.0, 2.0], hypergradients=H)
    np.testing.assert_array_equal(goal.weights(MetaStep([1.0, 2.0])), goal.weights(step))
    assert "gram" not in vars(step)  # nobody paid for it


@pytest.mark.parametrize("name", PROTOCOLS)
def test_gram_and_hypergradients_give_the_same_where_gram_is_enough(name):
    protocol = get_protocol(name)
    if protocol == Nash():
        protocol = Nash(feasible="ball")
    by_gram = protocol.weights(MetaStep([1.0, 2.0], H.T @ H))
    by_hypergradients = protocol.weights(MetaStep([1.0, 2.0], hypergradients=H))
    np.testing.assert_array_equal(by_gram, by_hypergradients)


@pytest.mark.parametrize(
    ("protocol", "step", "message"),
    [
        (CAGrad(), MetaStep([1.0, 2.0]),
         "This step has losses only, and the protocol reads `gram`. Pass `gram` or "
         "`hypergradients` to MetaStep."),
        (Nash(), MetaStep([1.0, 2.0], H.T @ H),
         "feasible='weights' needs to know which samples help which player: pass "
         "`hypergradients` of shape (n_samples, n_players) instead of `gram`."),
    ],
)  # fmt: skip
def test_what_a_step_lacks_is_said(protocol, step, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        protocol.weights(step)
