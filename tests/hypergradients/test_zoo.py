"""Whatever the module, the engine that "auto" takes equals the definition."""

import pytest
import torch

from skfairbargain.hypergradients import AutoEngine
from skfairbargain.losses import cross_entropy, cross_entropy_f1
from tests.hypergradients.oracle import seed_all, step_by_definition
from tests.hypergradients.zoo import ZOO

LOSSES = (cross_entropy, cross_entropy_f1)
N_BATCH, N_VAL = 7, 6


def a_step(dtype=torch.float64):
    torch.manual_seed(0)
    inputs = torch.randn(N_BATCH + N_VAL, 8, dtype=dtype)
    inputs[3, 0] = 60.0  # in the minibatch, and not among the rows of the comparison
    targets = torch.randint(2, (N_BATCH + N_VAL,))
    averages = torch.rand(N_VAL, 3, dtype=dtype)
    averages[:2, 1] = 0
    return inputs, targets, N_BATCH, averages


def built(name, dtype=torch.float64):
    torch.manual_seed(0)
    module = ZOO[name][0]().to(dtype)
    with torch.no_grad():
        module.eval()(torch.ones(3, 8, dtype=dtype))  # lazy layers take their shapes
    return module.train()


@pytest.mark.parametrize("name", ZOO)
def test_the_engine_that_auto_takes_equals_the_definition(name):
    data, module = a_step(), built(name)
    inputs, targets = data[:2]
    state = {key: value.clone() for key, value in module.state_dict().items()}
    before = torch.get_rng_state()
    engine = AutoEngine("auto", module, *LOSSES, (inputs[-6:], targets[-6:]))
    # Only in the step below does the shortcut use a weight outside of its layer.
    assert engine.name == ("ghost" if name == "shortcut" else ZOO[name][1])
    assert torch.equal(torch.get_rng_state(), before)
    for key, value in module.state_dict().items():
        assert torch.equal(value, state[key])
    joint = ZOO[name][1] == "ghost"
    weights = torch.rand(N_BATCH, dtype=torch.float64)
    expected, gradients = step_by_definition(
        ZOO[name][0], state, LOSSES, data, weights, joint
    )
    seed_all(1)
    with engine:
        step = engine.hypergradients(*data)
        engine.backward(weights)
    assert engine.name == ZOO[name][1]
    assert expected.abs().max() > 0
    torch.testing.assert_close(step.hypergradients, expected, rtol=1e-8, atol=1e-10)
    trained = [p for p in module.parameters() if p.requires_grad]
    for parameter, gradient in zip(trained, gradients, strict=True):
        found = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        torch.testing.assert_close(found.to_dense(), gradient, rtol=1e-8, atol=1e-10)
