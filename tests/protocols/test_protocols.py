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
