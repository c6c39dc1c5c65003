"""The ghost engine is taken where it is exact, and the reason is given where it is not."""

import copy
import re

import pytest
import torch
from torch import nn

from skfairbargain.hypergradients import (
    AutogradEngine,
    GhostEngine,
    LoopEngine,
    make_engine,
)
from skfairbargain.losses import cross_entropy, cross_entropy_f1

LOSSES = (cross_entropy, cross_entropy_f1)


def example():
    """Eight rows of seven features, and their classes."""
    torch.manual_seed(0)
    return torch.randn(8, 7, dtype=torch.float64), torch.randint(2, (8,))


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.head = nn.Linear(7, 7), nn.Linear(7, 7), nn.Linear(7, 2)
        self.two.weight = self.one.weight

    def forward(self, X):
        return self.head(self.two(torch.tanh(self.one(X))))


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.head = nn.Linear(7, 7), nn.Linear(7, 2)

    def forward(self, X):
        return self.head(self.inner(torch.tanh(self.inner(X))))


class Centred(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(7, 2)

    def forward(self, X):
        return self.head(X - X.mean(0))


class CentredInTraining(Centred):
    def forward(self, X):
        return super().forward(X) if self.training else self.head(X)


class LastSeesFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(7, 2)

    def forward(self, X):
        logits = self.head(X)
        return torch.cat([logits[:-1], logits[-1:] + logits[:1]])


class Offset(nn.Module):
    def __init__(self):
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(2))

    def forward(self, X):
        return X + self.offset


class Tied(nn.Module):
    def __init__(self, factor=1.0):
        super().__init__()
        self.inner, self.head, self.factor = nn.Linear(7, 7), nn.Linear(7, 2), factor

    def forward(self, X):
        once_more = self.factor * (X @ self.inner.weight.T)
        return self.head(torch.tanh(once_more + self.inner(X)))


SLOWER = "Forward mode is no faster."
WITHOUT_FORWARD = (
    "By forward mode: Trying to use forward AD with div_out that does not support it "
    "because it is an out= function."
)
DIFFERENT = "its hypergradients differ from those of first-order gradients."


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (nn.Sequential(nn.Linear(7, 3), nn.BatchNorm1d(3), nn.Linear(3, 2)),
         "BatchNorm1d mixes the samples of a batch."),
        (nn.Sequential(nn.Linear(7, 2), Offset()),
         "Offset has parameters and no layer rule."),
        (nn.Sequential(
            nn.Unflatten(1, (1, 7)), nn.InstanceNorm1d(1, track_running_stats=True),
            nn.Flatten(), nn.Linear(7, 2)),
         "it keeps statistics of the rows that it sees, and the validation set must not "
         "enter them."),
        (Shared(), "two of its layers share a parameter."),
        (Twice(),
         "its layer 'inner' (Linear) is used more than once in a forward pass."),
        (Centred(), "its output for a sample depends on the others in the batch."),
        (CentredInTraining().eval(),
         "its output for a sample depends on the others in the batch."),
        (nn.utils.spectral_norm(nn.Linear(7, 2, bias=False)), "it has a hook."),
        (LastSeesFirst(), "its output for a sample depends on the others in the batch."),
        (Tied(), "its parameter 'inner.weight' is used outside of its layer."),
        (Tied(1e-9), "its parameter 'inner.weight' is used outside of its layer."),
    ],
)  # fmt: skip
def test_auto_falls_back_where_ghost_would_be_wrong_and_says_why(module, reason):
    module.double()
    inputs, targets = example()
    before = torch.get_rng_state()
    engine, why = make_engine("auto", module, *LOSSES, (inputs, targets))
    assert isinstance(engine, AutogradEngine)
    by_forward = WITHOUT_FORWARD if reason == "it has a hook." else SLOWER
    assert why == f"{reason} {by_forward}"
    message = f"engine='ghost' cannot serve this module: {reason} Use engine='auto'."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make_engine("ghost", module, *LOSSES, (inputs, targets))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_loss_that_mixes_samples_is_noticed_where_the_sum_hides_it():
    def flipped(logits, targets):
        return cross_entropy(logits, targets).flip(0)

    module = nn.Linear(7, 2).double()
    engine, why = make_engine("auto", module, cross_entropy, flipped, example())
    assert isinstance(engine, AutogradEngine)
    assert why == f"{DIFFERENT} {SLOWER}"


class FirstOrder(torch.autograd.Function):
    """The square of its input, which has no second derivative."""

    @staticmethod
    def forward(ctx, X):
        ctx.save_for_backward(X)
        return X**2

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        return 2 * ctx.saved_tensors[0] * gradient


class Squares(nn.Module):
    def __init__(self, tied):
        super().__init__()
        self.inner, self.head, self.tied = nn.Linear(7, 5), nn.Linear(5, 2), tied

    def forward(self, X):
        squares = FirstOrder.apply(self.inner(X))
        return self.head(squares + self.inner.bias if self.tied else squares)


@pytest.mark.parametrize("tied", [False, True])
def test_modules_without_second_derivatives_are_compared_as_well(tied):
    torch.manual_seed(0)
    module = Squares(tied).double()
    inputs, targets = example()
    engine, why = make_engine("auto", module, *LOSSES, (inputs, targets))
    if tied:
        assert isinstance(engine, LoopEngine)
        assert why == (
            "its parameter 'inner.bias' is used outside of its layer. By forward mode: In "
            "order to use an autograd.Function with functorch transforms (vmap, grad, jvp, "
            "jacrev, ...), it must override the setup_context staticmethod. For more "
            "details, please see https://pytorch.org/docs/main/notes/extending.func.html. "
            "By autograd: some of its operations have no second derivative."
        )
    else:
        assert isinstance(engine, GhostEngine)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_auto_takes_ghost_where_it_is_exact(dtype):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(7, 5), nn.Tanh(), nn.Dropout(0.3), nn.Linear(5, 2)).to(
        dtype
    )
    inputs, targets = example()
    state = copy.deepcopy(module.state_dict())
    engine, why = make_engine("auto", module, *LOSSES, (inputs.to(dtype), targets))
    assert isinstance(engine, GhostEngine)
    assert why == "its hypergradients are exact for this module."
    assert all(
        torch.equal(state[name], value) for name, value in module.state_dict().items()
    )
    for name in ("autograd", "loop"):
        engine, why = make_engine(name, module, *LOSSES, (inputs.to(dtype), targets))
        assert (engine.name, why) == (name, "")
