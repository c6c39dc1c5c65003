"""One rule per layer type: inner products of per-sample gradients, without forming them.

A rule is given the layer's input ("features") and the loss's gradient at its output
("delta") for all rows, the minibatch's first. To support another layer, enter it in
`LAYER_RULES`: `AffineRule` is right for every layer that takes one input, does not mix
samples and is affine in its parameters. A rule of its own is worth it where that is slow.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import nn
from torch.func import functional_call

# How much slower one product a player is than its number of operations says.
SMALL_PRODUCTS = 1.75
# Multiplications that take less time than the calls of one product a player.
FEW = 2**21


class LayerRule(ABC):
    """What the ghost engine needs to know of a layer type."""

    @abstractmethod
    def products(self, layer, features, delta, n_batch, averages):
        """Inner products ⟨∇ℓ_i, ∇L_k⟩ over the layer's parameters, (n_players, n_batch).

        Parameters
        ----------
        layer : torch.nn.Module
        features, delta : Tensor of shape (n_batch + n_val, ...)
            Input and output gradient of the layer.
        n_batch : int
        averages : Tensor of shape (n_val, n_players)
            Column k averages the validation samples of player k.
        """

    @abstractmethod
    def set_gradients(self, layer, features, delta, weights):
        """Set the ``grad`` of the layer's parameters to that of Σ w_i ℓ_i.

        Parameters
        ----------
        layer : torch.nn.Module
        features, delta : Tensor of shape (n_batch, ...)
            Input and output gradient of the layer for the minibatch alone.
        weights : Tensor of shape (n_batch,)
        """


class LinearRule(LayerRule):
    """``nn.Linear``, on inputs of shape (n, in) or (n, ..., in).

    One sample's gradient is Σ_t δ_t a_tᵀ, with t over the dimensions between the first and
    the last, and Σ_t δ_t for the bias.
    """

    def products(self, layer, features, delta, n_batch, averages):
        """See `LayerRule.products`."""
        trained = _Trained.of(layer)
        sizes = features.shape[-1], delta.shape[-1], n_batch, *averages.shape
        if features.ndim == 2 and pairs_are_cheaper(*sizes):
            pairs = delta[n_batch:] @ delta[:n_batch].T
            if trained.weight:
                bias = pairs.new_full((), float(trained.bias))
                pairs *= torch.addmm(bias, features[n_batch:], features[:n_batch].T)
            return averages.T @ pairs
        features, delta = _three_dimensional(features), _three_dimensional(delta)
        result = 0
        if trained.weight:
            batch, batch_delta = features[:n_batch], delta[:n_batch]
            gradients = _player_gradients(features[n_batch:], delta[n_batch:], averages)
            columns = [((batch @ g.T) * batch_delta).sum((1, 2)) for g in gradients]
            result = torch.stack(columns)
        if trained.bias:
            sums = delta.sum(1)
            result = result + (averages.T @ sums[n_batch:]) @ sums[:n_batch].T
        return result

    def set_gradients(self, layer, features, delta, weights):
        """See `LayerRule.set_gradients`."""
        trained = _Trained.of(layer)
        if delta.ndim > 2:
            weights = weights.repeat_interleave(delta[0].numel() // delta.shape[-1])
            delta, features = delta.flatten(0, -2), features.flatten(0, -2)
        if trained.weight:
            layer._parameters["weight"].grad = (delta * weights[:, None]).T @ features
        if trained.bias:
            layer._parameters["bias"].grad = weights @ delta


class AffineRule(LayerRule):
    """Any layer whose output is affine in its parameters: convolutions, embeddings, norms.

    With G_k the player's gradient, an average over validation samples, ⟨∇ℓ_i, G_k⟩ is the
    derivative of ℓ_i along G_k: δ_i times that of the layer's output. For a layer affine
    in its parameters, the latter is the output with G_k in their place minus the output
    with zeros, so the layer's own kernels can compute it. It takes one pass of the
    minibatch through the layer for each player.
    """

    def products(self, layer, features, delta, n_batch, averages):
        """See `LayerRule.products`."""
        batch, validation = features[:n_batch], features[n_batch:]

        def against_delta(parameters):
            outputs = functional_call(layer, parameters, (batch,))
            return (outputs * delta[:n_batch]).flatten(1).sum(1)

        with torch.no_grad():
            at_zero = against_delta(
                {name: torch.zeros_like(p) for name, p in _trained_parameters(layer)}
            )
        columns = []
        for average in averages.T:
            gradient = _weighted_gradient(layer, validation, delta[n_batch:], average)
            with torch.no_grad():
                columns.append(against_delta(gradient) - at_zero)
        return torch.stack(columns)

    def set_gradients(self, layer, features, delta, weights):
        """See `LayerRule.set_gradients`."""
        gradient = _weighted_gradient(layer, features, delta, weights)
        for name, value in gradient.items():
            layer.get_parameter(name).grad = value


def _trained_parameters(layer):
    return [(n, p) for n, p in layer.named_parameters(recurse=False) if p.requires_grad]


def _weighted_gradient(layer, features, delta, weights):
    """Gradient of Σ w_i ℓ_i by the layer's trained parameters, as a dict."""
    parameters = {
        name: p.detach().requires_grad_() for name, p in _trained_parameters(layer)
    }
    # A player's average is zero on all samples but its own; leave those out.
    used = weights.nonzero()[:, 0]
    if len(used) == 0:
        return {name: torch.zeros_like(p) for name, p in parameters.items()}
    delta = delta[used]
    with torch.enable_grad():
        outputs = functional_call(layer, parameters, (features[used],))
    weighted = delta * weights[used].view(-1, *[1] * (delta.ndim - 1))
    gradients = torch.autograd.grad(outputs, list(parameters.values()), weighted)
    return dict(zip(parameters, gradients, strict=True))


class _Trained(NamedTuple):
    """Which of a layer's two parameters exist and are not frozen."""

    weight: bool
    bias: bool

    @classmethod
    def of(cls, layer):
        # Not by attribute, which modules look up slowly.
        weight, bias = layer._parameters["weight"], layer._parameters["bias"]
        return cls(weight.requires_grad, bias is not None and bias.requires_grad)


def pairs_are_cheaper(n_in, n_out, n_batch, n_val, n_players):
    """Whether a product for each pair of samples takes fewer operations than one a player.

    The pairs take n_batch · n_val (n_in + n_out) multiplications; the players' gradients
    n_val · n_in · n_out, and n_batch · n_players · n_in · n_out for their products.
    """
    pairs = n_batch * n_val * (n_in + n_out)
    # The factor is measured: several small products are slower than one large product.
    by_player = SMALL_PRODUCTS * n_in * n_out * (n_val + n_batch * n_players)
    return pairs <= max(FEW, by_player)


def _player_gradients(features, delta, averages):
    """The gradient of each player's loss, from the rows that are its own."""
    for average in averages.T:
        rows = average.nonzero().squeeze(1)
        weighted = delta[rows] * average[rows, None, None]
        yield weighted.flatten(0, 1).T @ features[rows].flatten(0, 1)


def _three_dimensional(tensor):
    return tensor.reshape(len(tensor), -1, tensor.shape[-1])


LAYER_RULES = {nn.Linear: LinearRule()} | dict.fromkeys(
    (
        nn.Conv1d,
        nn.Conv2d,
        nn.Conv3d,
        nn.ConvTranspose1d,
        nn.ConvTranspose2d,
        nn.ConvTranspose3d,
        nn.Embedding,
        nn.EmbeddingBag,
        nn.GroupNorm,
        nn.InstanceNorm1d,
        nn.InstanceNorm2d,
        nn.InstanceNorm3d,
        nn.LayerNorm,
        nn.PReLU,
        nn.RMSNorm,
    ),
    AffineRule(),
)
