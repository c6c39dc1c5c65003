"""A protocol in the table is known everywhere by its name, and stands hard steps."""

import sys
from pathlib import Path

import numpy as np
import pytest

import skfairbargain
from skfairbargain import protocols
from skfairbargain.protocols import PROTOCOLS, MetaStep, get_protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))
from api_reference import api_page

names = pytest.mark.parametrize("name", PROTOCOLS)


@names
def test_a_protocol_in_the_table_is_exported_documented_and_offered(name):
    class_name = PROTOCOLS[name].__name__
    assert getattr(protocols, class_name) is PROTOCOLS[name]
    assert getattr(skfairbargain, class_name) is PROTOCOLS[name]
    assert class_name in protocols.__all__
    assert class_name in skfairbargain.__all__
    assert f"\n   {class_name}\n" in api_page()
    assert f'``"{name}"`` (`{class_name}`)' in api_page()
    # An unknown goal is refused with the list of those that there are.
    with pytest.raises(ValueError, match=f"'{name}'"):
        get_protocol("unheard of")


def hard_steps():
    """Steps of 1 to 4 players, by what is hard about them."""
    rng = np.random.default_rng(0)
    H = rng.normal(size=(6, 4)) + 0.5
    steps = {
        "random": H,
        "one player": H[:, :1],
        "zero": np.zeros((6, 3)),
        "one of zero": H * [1, 0, 1, 1],
        "opposed": np.stack([H[:, 0], -2 * H[:, 0]], axis=1),
        "rank one": np.outer(H[:, 0], [1.0, 2.0, 0.5]),
        "near-duplicate": np.stack([H[:, 0], H[:, 0] * (1 + 1e-12)], axis=1),
        "unequal scales": H * [1e-8, 1, 1e8, 1],
    }
    return [
        pytest.param(np.linspace(0, 1, H.shape[1]), scale * H, id=f"{kind}-{scale:g}")
        for kind, H in steps.items()
        for scale in (1e-8, 1.0, 1e8)
    ]


@names
@pytest.mark.parametrize(("losses", "H"), hard_steps())
def test_hard_steps_give_finite_weights_or_none(name, losses, H):
    step = MetaStep(losses, hypergradients=H)
    beta = get_protocol(name).weights(step)
    if beta is not None:
        assert beta.shape == losses.shape
        assert np.isfinite(beta).all()
        assert beta.any()
    # Asked again, the answer is the same, and the step is as it was.
    again = get_protocol(name).weights(step)
    np.testing.assert_equal(again, beta)
    np.testing.assert_array_equal(step.hypergradients, H)
    np.testing.assert_array_equal(step.losses, np.linspace(0, 1, len(losses)))
