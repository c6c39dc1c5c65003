"""Protocols weigh players by their rule, and are objects that scikit-learn can handle."""

import re

import numpy as np
import pytest
from sklearn.base import clone

from skfairbargain.protocols import (
    FORML,
    PROTOCOLS,
    LtR,
    MetaGDRO,
    MetaStep,
    Nash,
    Protocol,
    get_protocol,
)

LOSSES = np.array([0.4, 0.1, 0.9, 0.9])


class Powered(Protocol):
    """A user's own rule."""

    def __init__(self, power=2):
        self.power = power

    def weights(self, step):
        return step.losses**self.power


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (LtR(), [0.25, 0.25, 0.25, 0.25]),
        (FORML(), [0, -1, 1, 0]),
        (MetaGDRO(), [0, 0, 1, 0]),
        (Powered(power=1), LOSSES),
    ],
)
def test_goals_follow_their_rule(protocol, expected):
    np.testing.assert_array_equal(protocol.weights(MetaStep(LOSSES, np.eye(4))), expected)
    assert protocol.acts_on == "groups"


@pytest.mark.parametrize("protocol", [LtR(), FORML(), MetaGDRO(), Nash(feasible="ball")])
def test_one_group_alone_is_served(protocol):
    assert protocol.weights(MetaStep([0.3], [[1.0]])) == pytest.approx([1.0])


def test_forml_without_a_gap_takes_the_average():
    np.testing.assert_array_equal(
        FORML().weights(MetaStep(np.ones(2), np.eye(2))), [0.5, 0.5]
    )


def test_nash_bargains_over_directions_or_over_weights():
    H = np.array([[1.0, 0.0], [-1.0, 1.0], [0.5, 0.5]])
    ball = Nash(feasible="ball")
    beta = ball.weights(MetaStep(LOSSES[:2], H.T @ H))
    np.testing.assert_allclose(H.T @ H @ beta, 1 / beta)
    weights = Nash()
    beta = weights.weights(MetaStep(LOSSES[:2], H.T @ H, hypergradients=H))
    np.testing.assert_allclose(H.T @ np.maximum(H @ beta, 0), 1 / beta)
    assert weights.acts_on == ball.acts_on == "players"


def test_nash_without_an_agreement_says_none():
    opposed = MetaStep(LOSSES[:2], [[1.0, -1.0], [-1.0, 1.0]])
    assert Nash("ball").weights(opposed) is None
    for H in (-np.eye(2), np.zeros((3, 2))):
        assert Nash().weights(MetaStep(LOSSES[:2], hypergradients=H)) is None


@pytest.mark.parametrize(
    "protocol", [LtR(), FORML(), MetaGDRO(), Nash("ball", min_stake=0.1), Powered(3)]
)
def test_protocols_clone_compare_and_print_by_their_parameters(protocol):
    twin = clone(protocol)
    assert twin is not protocol
    assert twin == protocol
    assert repr(twin) == repr(protocol)
    assert all(twin != other for other in [object(), "nash", Nash("ball", min_stake=0.2)])


def test_parameters_can_be_set():
    assert Nash().set_params(feasible="ball") == Nash(feasible="ball")
    assert repr(Nash(feasible="ball")) == "Nash(feasible='ball')"


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_every_alias_gives_a_fresh_instance_of_its_class(name):
    assert type(get_protocol(name)) is PROTOCOLS[name]
    assert get_protocol(name) is not get_protocol(name)


def test_an_instance_is_passed_through():
    own = Powered()
    assert get_protocol(own) is own


@pytest.mark.parametrize(
    ("protocol", "error"), [("gdro", ValueError), (Nash, TypeError), (None, TypeError)]
)
def test_what_is_no_protocol_is_explained(protocol, error):
    known = ", ".join(f"'{name}'" for name in sorted(PROTOCOLS))
    message = (
        f"A protocol should be one of {known}, or an instance of a Protocol subclass. "
        f"Got {protocol!r}."
    )
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        get_protocol(protocol)


def test_a_protocol_without_a_rule_says_so():
    class Empty(Protocol):
        pass

    with pytest.raises(NotImplementedError, match=r"^Empty should define `weights`\.$"):
        Empty().weights(MetaStep(LOSSES, np.eye(4)))
