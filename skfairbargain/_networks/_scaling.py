"""Decide whether features are standardized."""

from scipy.sparse import issparse
from torch import nn

from .._inputs import Standardizer


def new_scaler(standardize, module, X):
    """Return what will standardize the features, or None where nothing shall.

    Parameters
    ----------
    standardize : {"auto", True, False}
        As the parameter of the estimator.
    module : torch.nn.Module
        The network that will get the features.
    X : ndarray or CSR matrix of shape (n_samples, ...)

    Returns
    -------
    scaler : Standardizer or None
        Not fitted.
    """
    if standardize == "auto":
        # What an embedding is looked up by is the number of a row, not a quantity.
        looks_up = any(
            isinstance(layer, nn.Embedding | nn.EmbeddingBag) for layer in module.modules()
        )
        standardize = X.ndim == 2 and not looks_up
    return Standardizer(centered=not issparse(X)) if standardize else None
