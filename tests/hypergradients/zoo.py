"""Modules of many kinds, as users write them, on inputs of shape (n, 8)."""

import random
import types
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint


class Own(nn.Module):
    """A module whose layers are arguments and whose forward is a function."""

    def __init__(self, forward, **layers):
        super().__init__()
        for name, layer in layers.items():
            setattr(self, name, layer)
        self._forward = forward

    def forward(self, X):
        return self._forward(self, X)


class Attention(nn.Module):
    """SDPA over the features as a sequence; `ending` makes logits of what it attends to."""

    def __init__(self, ending):
        super().__init__()
        self.inner, self.fc, self._ending = nn.Linear(1, 8), nn.Linear(8, 2), ending

    def forward(self, X):
        z = self.inner(X[:, :, None])
        return self._ending(
            self, F.scaled_dot_product_attention(z, z, z).mean(1), z.mean(1)
        )


def scaled_in_place(self, attended, _):
    out = self.fc(attended)
    out[:, 0] *= 3
    return out


def decoded_by_its_own_weight(self, attended, _):
    return self.fc(attended + torch.tanh(self.fc(attended)) @ self.fc.weight)


class Detaching(torch.autograd.Function):
    """The cube of its input; a second derivative takes the backward pass for constant."""

    @staticmethod
    def forward(ctx, X):
        ctx.save_for_backward(X)
        return X**3

    @staticmethod
    def backward(ctx, gradient):
        return 3 * ctx.saved_tensors[0].detach() ** 2 * gradient.detach()


class Scale(nn.Module):
    """A layer of a user's own, without a rule."""

    def __init__(self, n):
        super().__init__()
        self.factor = nn.Parameter(torch.linspace(0.5, 1.5, n))

    def forward(self, X):
        return self.factor * X


class Experts(nn.Module):
    """Each row goes to one of two layers, by the sign of its first feature."""

    def __init__(self):
        super().__init__()
        self.experts = nn.ModuleList([nn.Linear(8, 2), nn.Linear(8, 2)])

    def forward(self, X):
        right = X[:, 0] > 0
        out = X.new_zeros(len(X), 2)
        for mask, expert in zip((right, ~right), self.experts, strict=True):
            if mask.any():
                out[mask] = expert(X[mask])
        return out


class Shortcut(nn.Module):
    """Uses a weight outside of its layer, and only where a row has a large feature."""

    def __init__(self):
        super().__init__()
        self.inner, self.head = nn.Linear(8, 8), nn.Linear(8, 2)

    def forward(self, X):
        hidden = torch.tanh(self.inner(X))
        if (X > 50).any():
            hidden = hidden + torch.tanh(X) @ self.inner.weight
        return self.head(hidden)


class Bags(nn.Module):
    """Floats to tokens, as users of embeddings do."""

    def __init__(self, layer, width=4):
        super().__init__()
        self.layer, self.head = layer, nn.Linear(width, 2)

    def forward(self, X):
        out = self.layer((2 * X.abs()).long().clamp(max=9))
        return self.head(torch.tanh(out if out.ndim == 2 else out.mean(1)))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn, self.head = kind(1, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, X):
        return self.head(self.rnn(X[:, :, None])[0][:, -1])


class Encoder(nn.Module):
    def __init__(self, dropout=0.0):
        super().__init__()
        self.inner = nn.Linear(1, 8)
        self.encoder = nn.TransformerEncoderLayer(
            8, 2, dim_feedforward=16, dropout=dropout, batch_first=True
        )
        self.head = nn.Linear(8, 2)

    def forward(self, X):
        return self.head(self.encoder(self.inner(X[:, :, None])).mean(1))


class Checkpointed(nn.Module):
    def __init__(self, reentrant):
        super().__init__()
        self.first, self.inner, self.head = (
            nn.Linear(8, 6),
            nn.Linear(6, 6),
            nn.Linear(6, 2),
        )
        self._reentrant = reentrant

    def forward(self, X):
        hidden = torch.tanh(self.first(X))
        if self.training and torch.is_grad_enabled():
            hidden = checkpoint(self._rest, hidden, use_reentrant=self._reentrant)
        else:
            hidden = self._rest(hidden)
        return self.head(hidden)

    def _rest(self, hidden):
        return torch.tanh(self.inner(hidden))


class ZeroHead(nn.Module):
    """Starts with no gradient before its head, as residual branches often do."""

    def __init__(self):
        super().__init__()
        self.inner, self.head = nn.Linear(8, 8), nn.Linear(8, 2)
        nn.init.zeros_(self.head.weight)

    def forward(self, X):
        return self.head(torch.tanh(self.inner(X) + X @ self.inner.weight))


def tied():
    module = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8), nn.Linear(8, 2))
    module[2].weight = module[0].weight
    return module


def with_gradient_hook():
    module = plain()
    module[0].weight.register_hook(lambda gradient: gradient * (gradient > -1) * 0.5)
    return module


def with_output_hook():
    module = plain()
    module[0].register_forward_hook(lambda layer, inputs, output: 2 * output)
    return module


def with_own_forward():
    module = plain()
    module[0].forward = types.MethodType(_twice_the_weight, module[0])
    return module


def _twice_the_weight(layer, X):
    return F.linear(X, layer.weight * 2, layer.bias)


def plain():
    return nn.Sequential(nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 2))


def scripted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(plain())


def frozen(*names):
    module = plain()
    for name in names:
        module.get_parameter(name).requires_grad_(False)
    return module


def with_buffer():
    """Keeps a running mean in a plain buffer, by hand."""

    def forward(self, X):
        if self.training:
            with torch.no_grad():
                self.mean.mul_(0.9).add_(0.1 * X.mean(0))
        return self.head(X - self.mean)

    module = Own(forward, head=nn.Linear(8, 2))
    module.register_buffer("mean", torch.zeros(8))
    return module


def first_in_float64():
    return Own(lambda self, X: self.b(self.a(X).double().to(X.dtype)),
               a=nn.Linear(8, 4), b=nn.Linear(4, 2))  # fmt: skip


def convolutions(*norm):
    """A convolution, norms, and a depthwise convolution."""
    return nn.Sequential(
        nn.Unflatten(1, (2, 4)),
        nn.Conv1d(2, 4, 3, padding=1),
        *norm,
        nn.Tanh(),
        nn.Conv1d(4, 4, 3, groups=4, padding=1),
        nn.Flatten(),
        nn.Linear(16, 2),
    )


def applied_to_several_shapes(*shape):
    return nn.Sequential(
        nn.Unflatten(1, shape),
        nn.LayerNorm(shape[-1]),
        nn.Tanh(),
        nn.Linear(shape[-1], 2),
        nn.Flatten(1, -2),
        nn.AdaptiveAvgPool1d(2),
        nn.Flatten(),
        nn.LazyLinear(2),
    )


def old_weight_norm():
    layer = nn.Linear(8, 6)
    weight = layer.weight
    del layer._parameters["weight"]
    layer.register_parameter("weight_v", nn.Parameter(weight.detach().clone()))
    layer.register_parameter("weight_g", nn.Parameter(weight.detach().norm(dim=1)))
    layer.register_forward_pre_hook(_weight_of_norm_and_direction)
    _weight_of_norm_and_direction(layer, None)
    return nn.Sequential(layer, nn.Tanh(), nn.Linear(6, 2))


def _weight_of_norm_and_direction(layer, _):
    """As torch.nn.utils.weight_norm does, which is deprecated and still common."""
    v = layer.weight_v
    layer.weight = v * (layer.weight_g / v.norm(dim=1))[:, None]


ZOO = {
    "default": (plain, "ghost"),
    "dropout": (lambda: nn.Sequential(nn.Linear(8, 6), nn.Dropout(0.4), nn.Linear(6, 2)),
                "kernel"),
    "called by keyword": (
        lambda: Own(lambda self, X: self.b(input=torch.tanh(self.a(input=X))),
                    a=nn.Linear(8, 4), b=nn.Linear(4, 2)), "ghost"),
    "output changed in place": (
        lambda: Own(lambda self, X: self.b(torch.relu_(self.a(X))),
                    a=nn.Linear(8, 4), b=nn.Linear(4, 2)), "ghost"),
    "attention, output changed in place": (lambda: Attention(scaled_in_place), "ghost"),
    "attention, weight used again": (
        lambda: Attention(decoded_by_its_own_weight), "autograd"),
    "encoder layer": (Encoder, "autograd"),
    "encoder layer with dropout": (lambda: Encoder(0.2), "autograd"),
    "detaching function": (
        lambda: Own(lambda self, X: self.b(Detaching.apply(self.a(X))),
                    a=nn.Linear(8, 4), b=nn.Linear(4, 2)), "ghost"),
    "detaching function, layer of one's own": (
        lambda: Own(lambda self, X: self.b(Detaching.apply(self.s(self.a(X)))),
                    a=nn.Linear(8, 4), s=Scale(4), b=nn.Linear(4, 2)), "loop"),
    "layer of one's own": (lambda: nn.Sequential(Scale(8), nn.Linear(8, 2)), "autograd"),
    "gradient clipped, layer of one's own": (
        lambda: Own(lambda self, X: self.b(_clipped(self.s(self.a(X)))),
                    a=nn.Linear(8, 4), s=Scale(4), b=nn.Linear(4, 2)), "loop"),
    "gradient clipped": (
        lambda: Own(lambda self, X: self.b(_clipped(self.a(X))),
                    a=nn.Linear(8, 4), b=nn.Linear(4, 2)), "loop"),
    "experts": (Experts, "autograd"),
    "shortcut": (Shortcut, "autograd"),
    "embedding": (lambda: Bags(nn.Embedding(10, 4)), "ghost"),
    "embedding, sparse": (lambda: Bags(nn.Embedding(10, 4, sparse=True)), "autograd"),
    "embedding, by frequency": (
        lambda: Bags(nn.Embedding(10, 4, scale_grad_by_freq=True)), "loop"),
    "embedding, norm limited": (lambda: Bags(nn.Embedding(10, 4, max_norm=5)), "autograd"),
    "embedding bag, mean": (lambda: Bags(nn.EmbeddingBag(10, 4)), "ghost"),
    "embedding bag, max": (lambda: Bags(nn.EmbeddingBag(10, 4, mode="max")), "loop"),
    "LSTM": (lambda: Recurrent(nn.LSTM), "autograd"),
    "GRU": (lambda: Recurrent(nn.GRU), "autograd"),
    "checkpoint": (lambda: Checkpointed(False), "ghost"),
    "checkpoint, reentrant": (lambda: Checkpointed(True), "loop"),
    "batch statistics": (
        lambda: nn.Sequential(nn.Linear(8, 6), nn.BatchNorm1d(6), nn.Tanh(),
                              nn.Linear(6, 2)), "autograd"),
    "convolutions, batch statistics": (lambda: convolutions(nn.BatchNorm1d(4)), "forward"),
    "convolutions, running statistics alone": (
        lambda: convolutions(nn.BatchNorm1d(4, affine=False)), "forward"),
    "convolutions, group norm, a layer of one's own": (
        lambda: nn.Sequential(Scale(8), convolutions(nn.GroupNorm(2, 4))), "forward"),
    "convolutions, batch statistics, moved by NumPy": (
        lambda: Own(_moved(lambda: np.random.randint(8)),  # noqa: NPY002
                    inner=convolutions(nn.BatchNorm1d(4))), "forward"),
    "convolutions, batch statistics, moved by Python": (
        lambda: Own(_moved(lambda: random.randrange(8)),
                    inner=convolutions(nn.BatchNorm1d(4))), "forward"),
    "convolutions, batch statistics, dropout": (
        lambda: convolutions(nn.BatchNorm1d(4), nn.Dropout(0.4)), "forward"),
    "convolutions, a part in place": (
        lambda: convolutions(nn.BatchNorm1d(4), nn.ReLU(inplace=True)), "forward"),
    "convolutions, batch statistics, part frozen": (
        lambda: convolutions(nn.BatchNorm1d(4).requires_grad_(False)), "forward"),
    "running mean by hand": (with_buffer, "autograd"),
    "zero at the start, weight used again": (ZeroHead, "autograd"),
    "tied": (tied, "autograd"),
    "hook on a gradient": (with_gradient_hook, "loop"),
    "hook on an output": (with_output_hook, "autograd"),
    "forward of one instance": (with_own_forward, "autograd"),
    "weight norm": (
        lambda: nn.Sequential(parametrizations.weight_norm(nn.Linear(8, 6)), nn.Tanh(),
                              nn.Linear(6, 2)), "autograd"),
    "weight norm, old": (old_weight_norm, "autograd"),
    "spectral norm": (
        lambda: nn.Sequential(parametrizations.spectral_norm(nn.Linear(8, 6)), nn.Tanh(),
                              nn.Linear(6, 2)), "autograd"),
    "orthogonal": (
        lambda: nn.Sequential(parametrizations.orthogonal(nn.Linear(8, 8)), nn.Tanh(),
                              nn.Linear(8, 2)), "autograd"),
    "part frozen": (lambda: frozen("0.weight", "0.bias"), "ghost"),
    "all but one bias frozen": (
        lambda: frozen("0.weight", "0.bias", "2.weight"), "ghost"),
    "part in no_grad": (
        lambda: Own(lambda self, X: self.b(_without_gradient(self.a, X)),
                    a=nn.Linear(8, 4), b=nn.Linear(4, 2)), "ghost"),
    "part called by forward": (
        lambda: Own(lambda self, X: self.b(torch.tanh(self.a.forward(X))),
                    a=nn.Linear(8, 4), b=nn.Linear(4, 2)), "autograd"),
    "unused layers": (
        lambda: Own(lambda self, X: self.layers[1](X),
                    layers=nn.ModuleList(nn.Linear(8, 2) for _ in range(3))), "ghost"),
    "another dtype inside": (first_in_float64, "ghost"),
    "3-D": (lambda: applied_to_several_shapes(2, 4), "ghost"),
    "4-D": (lambda: applied_to_several_shapes(2, 2, 2), "ghost"),
    "script": (scripted, "loop"),
    "data parallel": (lambda: nn.DataParallel(plain()), "ghost"),
}  # fmt: skip


def _without_gradient(layer, X):
    with torch.no_grad():
        return layer(X)


def _moved(draw):
    """A forward that augments the rows, by a number of its own at every pass."""

    def forward(self, X):
        return self.inner(X.roll(draw(), 1) if self.training else X)

    return forward


def _clipped(hidden):
    if hidden.requires_grad:
        hidden.register_hook(lambda gradient: gradient.clamp(-0.01, 0.01))
    return hidden
