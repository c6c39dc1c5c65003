"""A plain network as a chain of linear layers, each with what is applied to its output."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import dropout
from torch.nn.modules.module import _has_any_global_hook

from ._plain_networks import is_plain_network

DTYPES = (torch.float32, torch.float64)


def kernel_obstacle(module, losses, example):
    """Say in one sentence why the kernel cannot serve a module, or None.

    Parameters
    ----------
    module : torch.nn.Module
    losses : tuple of (callable, callable)
    example : tuple of (Tensor, Tensor)

    Returns
    -------
    why_not : str or None
    """
    if not is_plain_network(module, losses) or not all(map(_is_known, module)):
        return "it is no chain of linear layers, ReLU and dropout with cross-entropy."
    inputs = example[0]
    tensors = [inputs, *module.parameters()]
    if len({t.dtype for t in tensors}) > 1 or inputs.dtype not in DTYPES:
        return "it does not compute in float32 or float64 alone."
    if any(t.device.type != "cpu" for t in tensors):
        return "it is not on the CPU."
    return hooks_of(list(module.modules()))


def hooks_of(modules):
    """Say that modules have hooks, which the kernel would not call, or None."""
    hooked = any(
        m._forward_hooks or m._forward_pre_hooks or m._backward_hooks
        or m._backward_pre_hooks for m in modules
    )  # fmt: skip
    return "it has hooks." if hooked or _has_any_global_hook() else None


def _is_known(layer):
    # Subclasses of linear layers may keep their weights elsewhere, as parametrized ones do.
    return type(layer) in (nn.Linear, nn.ReLU) or isinstance(layer, nn.Dropout)


def stages_of(module):
    """Return the stages of a plain network, the first without a layer."""
    stages = [Stage(None)]
    for layer in module:
        if isinstance(layer, nn.Linear):
            stages.append(Stage(layer))
        else:
            stages[-1].after.append(layer)
    return stages


# Multiplications from which torch's matrix products outrun NumPy's, which start sooner.
# Below it NumPy uses one thread, so that its threads and torch's do not get in each other's
# way.
MANY = 2**18


def product(a, b, out):
    """Set `out` to the matrix product of two arrays, and return it."""
    if a.shape[0] * a.shape[1] * b.shape[1] < MANY:
        return np.matmul(a, b, out=out)
    torch.mm(torch.from_numpy(a), torch.from_numpy(b), out=torch.from_numpy(out))
    return out


class Stage:
    """A linear layer and the ReLU and dropout layers after it, with buffers for a step.

    Parameters
    ----------
    layer : nn.Linear or None
        None stands before the first layer.

    Attributes
    ----------
    after : list of nn.Module
    output : ndarray of shape (n_rows, n_out)
        What the next layer gets.
    delta : ndarray of shape (n_rows, n_out)
        The losses' gradient at the layer's own output.
    mask : ndarray of shape (n_rows, n_out) or None
        By what the layers after it multiply that gradient.
    """

    def __init__(self, layer):
        self.layer, self.after, self.mask = layer, [], None

    def allocate(self, n_rows, n_out, dtype):
        """Make the buffers."""
        self.output, self.delta = np.empty((2, n_rows, n_out), dtype)
        if self.after:
            self._factors = np.empty_like(self.output)
            self._kept, self._more = np.empty((2, n_rows, n_out), bool)

    def forward(self, features):
        """Compute the output of all rows, and the mask."""
        if self.layer is None:
            np.copyto(self.output, features)
        else:
            bias = self.layer._parameters["bias"]
            product(features, self._weight().T, self.output)
            if bias is not None:
                self.output += bias.detach().numpy()
        self.mask = self._activate() if self.after else None

    def _weight(self):
        return self.layer._parameters["weight"].detach().numpy()

    def _activate(self):
        """Apply the layers after it in place; ReLU and dropout may change places."""
        values, kept, scale = self.output, None, 1.0
        for layer in self.after:
            into = self._kept if kept is None else self._more
            if isinstance(layer, nn.ReLU):
                passed = np.greater(values, 0, out=into)
                # Not by the mask, in which infinity times 0 would be NaN.
                np.maximum(values, 0, out=values)
            elif layer.training and layer.p > 0:
                passed, factor = self._drop(layer, into)
                scale *= factor
            else:
                continue
            kept = passed if kept is None else np.logical_and(kept, passed, out=kept)
        if kept is None:
            return None
        np.multiply(kept, values.dtype.type(scale), out=self._factors)
        values *= self._factors
        return self._factors

    def _drop(self, layer, into):
        """Which units a dropout layer keeps, and by what it multiplies them."""
        if isinstance(getattr(layer, "generator", None), np.random.Generator):
            drawn = layer.draw(self.output.shape)
            return np.less(drawn, layer.threshold, out=into), layer.scale
        ones = torch.from_numpy(np.ones_like(self.output))
        noise = dropout(ones, layer.p, training=True)
        return np.greater(noise.numpy(), 0, out=into), 1 / (1 - layer.p or 1)

    def trained(self):
        """Which of the layer's weight and bias exist and are not frozen."""
        weight, bias = self.layer._parameters["weight"], self.layer._parameters["bias"]
        return weight.requires_grad, bias is not None and bias.requires_grad

    def pass_back(self, stage):
        """Set the `delta` of the stage before from its own."""
        product(self.delta, self._weight(), stage.delta)
        if stage.mask is not None:
            stage.delta *= stage.mask
