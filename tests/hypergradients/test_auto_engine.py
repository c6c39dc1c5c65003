"""The engine in use changes where a step is not as the rows of the comparison were."""

import pytest
import torch
from torch import nn

from skfairbargain.hypergradients import AutoEngine, make_engine
from skfairbargain.losses import cross_entropy
from tests.hypergradients.zoo import ZOO, Scale, Shortcut
from tests.small_model import raises

LOSSES = (cross_entropy, cross_entropy)


def rows(first=0.0):
    torch.manual_seed(0)
    inputs, targets = torch.randn(10, 8), torch.randint(2, (10,))
    inputs[0, 0] = first
    return inputs, targets


def engine_for(module, name="auto", **options):
    inputs, targets = rows()
    return AutoEngine(name, module, *LOSSES, (inputs[2:], targets[2:]), **options)


def step(engine, first=0.0):
    return engine.hypergradients(*rows(first), 6, torch.full((4, 1), 0.25))


class Late(nn.Module):
    """Does something else where a row has a large feature."""

    def __init__(self, otherwise):
        super().__init__()
        self.inner, self.scale, self.head = nn.Linear(8, 4), Scale(4), nn.Linear(4, 2)
        self._otherwise = otherwise

    def forward(self, X):
        hidden = self.scale(self.inner(X))
        return self.head(self._otherwise(hidden) if (X > 50).any() else hidden)


class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X):
        return 2 * X

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        return 2 * gradient


def test_it_goes_on_with_the_next_engine_and_says_so():
    said = []
    with engine_for(Shortcut(), tell=said.append) as engine:
        step(engine)
        assert engine.name == "ghost"
        step(engine, first=60.0)
        assert engine.name == "autograd"
        step(engine)
    assert engine.name == "autograd"
    assert said == [
        "Took engine='ghost': its hypergradients are exact for this module.",
        "Took engine='autograd': its parameter 'inner.weight' is used outside of its "
        "layer. Forward mode is no faster.",
    ]
    with engine_for(Late(Once.apply)) as engine:
        assert engine.name == "autograd"
        step(engine, first=60.0)
        assert engine.name == "loop"


def test_an_engine_that_was_asked_for_is_not_left():
    message = (
        "engine='ghost' cannot serve this module: its parameter 'inner.weight' is used "
        "outside of its layer. Use engine='auto'."
    )
    with engine_for(Shortcut(), "ghost") as engine, raises(message):
        step(engine, first=60.0)
    message = (
        "engine='autograd' cannot serve this module: some of its operations have no second "
        "derivative. Use engine='auto'."
    )
    with engine_for(Late(Once.apply), "autograd") as engine, raises(message):
        step(engine, first=60.0)


def failing(hidden):
    raise KeyError("large")


def test_a_step_that_fails_names_the_layer():
    message = (
        "`module` should be a module that torch can train, on the loss of each sample, but "
        "it raised KeyError: 'large'."
    )
    with engine_for(Late(failing)) as engine, raises(message):
        step(engine, first=60.0)


def test_an_engine_is_excluded_for_a_reason():
    inputs, targets = rows()
    module = nn.Linear(8, 2)
    engine, reason = make_engine(
        "auto", module, *LOSSES, (inputs, targets), excluded={"ghost": "no."}
    )
    assert (engine.name, reason) == ("autograd", "no. Forward mode is no faster.")
    no = dict.fromkeys(("ghost", "forward"), "no.")
    engine, reason = make_engine("auto", module, *LOSSES, (inputs, targets), excluded=no)
    assert (engine.name, reason) == ("autograd", "no. no.")


@pytest.mark.parametrize(
    "name",
    ["detaching function, layer of one's own", "attention, weight used again",
     "encoder layer"],
)  # fmt: skip
def test_ghost_and_autograd_are_refused_where_they_are_wrong(name):
    torch.manual_seed(0)
    module, right = ZOO[name][0](), ZOO[name][1]
    for asked_for in {"ghost", "autograd"} - {right}:
        with pytest.raises(ValueError, match=f"^engine='{asked_for}' cannot serve"):
            engine_for(module, asked_for)
    assert engine_for(module, right).name == right


def test_rows_are_compared_at_the_size_of_a_step():
    class Centred(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(8, 2)

        def forward(self, X):
            return self.inner(X - X.mean(0) if len(X) > 20 else X)

    assert engine_for(Centred()).name == "ghost"
    assert engine_for(Centred(), n_rows=40).name == "autograd"
