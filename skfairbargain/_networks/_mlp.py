"""The default network, and predictions of any."""

import math
from collections.abc import Sequence
from itertools import pairwise
from numbers import Integral

import numpy as np
import torch
from torch import nn

from .._inputs import as_features
from .._utils import first_line, layer_of_error
from ._divergence import bounded_logits, check_finite_parameters
from ._dropout import Dropout

# Rows per forward pass in prediction; of images, whose features take more memory than they
# do themselves, so many that they have no more values than this.
PREDICTION_ROWS, PREDICTION_VALUES = 16_384, 2**20


class MLP(nn.Sequential):
    """Linear–ReLU–Dropout for every hidden layer, then a linear layer to the logits.

    Parameters
    ----------
    n_features, n_classes : int
    hidden_layer_sizes : sequence of int, default=(128, 64)
        Empty for multinomial logistic regression.
    dropout : float, default=0.2
        Probability of dropping a hidden unit in training.
    generator : torch.Generator, default=None
        Draws the initial weights. None takes torch's own, as torch's layers do.
    """

    def __init__(
        self,
        n_features,
        n_classes,
        hidden_layer_sizes=(128, 64),
        dropout=0.2,
        generator=None,
    ):
        layers = []
        for n_in, n_out in pairwise((n_features, *hidden_layer_sizes)):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
            if dropout > 0:
                layers.append(Dropout(dropout))
        n_last = hidden_layer_sizes[-1] if len(hidden_layer_sizes) else n_features
        super().__init__(*layers, nn.Linear(n_last, n_classes))
        if generator is not None:
            for layer in self:
                if isinstance(layer, nn.Linear):
                    _reset(layer, generator)


def _reset(layer, generator):
    """Draw initial weights as torch's ``Linear.reset_parameters`` does, to the bit."""
    deviation = nn.init.calculate_gain("leaky_relu", math.sqrt(5)) / layer.in_features**0.5
    with torch.no_grad():
        bound = math.sqrt(3) * deviation
        layer.weight.uniform_(-bound, bound, generator=generator)
        bound = 1 / math.sqrt(layer.in_features)
        layer.bias.uniform_(-bound, bound, generator=generator)


def checked_sizes(hidden_layer_sizes):
    """Return the widths as a tuple of int, or say what is wrong with them."""
    is_list = isinstance(hidden_layer_sizes, Sequence | np.ndarray)
    sizes = tuple(hidden_layer_sizes) if is_list else (hidden_layer_sizes,)
    # Python counts True as an integer.
    whole = [isinstance(s, Integral) and not isinstance(s, bool) for s in sizes]
    if not all(whole) or any(size <= 0 for size in sizes):
        raise ValueError(
            "`hidden_layer_sizes` should hold integers above 0, one per hidden layer. Got "
            f"{hidden_layer_sizes!r}."
        )
    return tuple(map(int, sizes))


def module_dtype(module):
    """Return what a module computes in, as NumPy names it."""
    double = any(p.dtype == torch.float64 for p in module.parameters())
    return np.dtype(np.float64 if double else np.float32)


def predict_logits(module, X, scaler=None):
    """Logits of the rows of an array or CSR matrix, without dropout.

    Parameters
    ----------
    module : torch.nn.Module
    X : ndarray or CSR matrix of shape (n_samples, ...)
    scaler : Standardizer, default=None
        As in the training of the module.

    Returns
    -------
    logits : ndarray of shape (n_samples, n_classes)
        Finite.

    Raises
    ------
    ValueError
        If parameters or logits are not finite, or the module cannot take the rows.
    """
    check_finite_parameters(module)
    device = next(module.parameters()).device
    module.eval()
    parts = []
    with torch.no_grad():
        size = PREDICTION_ROWS
        if X.ndim > 2:
            size = max(1, min(size, PREDICTION_VALUES // math.prod(X.shape[1:])))
        for start in range(0, X.shape[0], size):
            rows = X[start : start + size]
            features = torch.from_numpy(as_features(rows, module_dtype(module), scaler))
            try:
                logits = module(features.to(device)).to(features.dtype)
            except Exception as error:
                layer = layer_of_error(error, module) or "it"
                raise ValueError(
                    "`X` should hold rows that `module` maps to logits, but "
                    f"{layer} raised {type(error).__name__}: {first_line(error)}"
                ) from error
            parts.append(bounded_logits(logits.cpu()).numpy())
    return np.concatenate(parts)
