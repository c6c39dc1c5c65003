"""What a few audited images can do for a network that was trained without them."""

import copy

import numpy as np
import torch
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain.losses import cross_entropy

from ..plain_training import predict_logits

# Steps of full batches of the audited rows on a trained network. Neither their number nor
# their learning rate was tuned.
FINE_TUNING_STEPS = 100
# The penalties that DFR chooses from.
PENALTIES = np.logspace(-4, 2, 7)


def labels_of(module):
    """What predicts labels of images by a network."""
    return lambda X: predict_logits(module, X).argmax(axis=1)


def trained_further(module, rows, make_optimizer, n_steps):
    """Train a copy of a network by full batches of a few rows.

    In evaluation mode: the statistics of batch normalization stay those of training, as a
    few rows are too few for their own, and nothing is dropped out.

    Parameters
    ----------
    module : torch.nn.Module
    rows : Rows
    make_optimizer : callable
        ``(parameters) -> optimizer``.
    n_steps : int

    Returns
    -------
    module : torch.nn.Module
    """
    module = copy.deepcopy(module).eval()
    optimizer = make_optimizer(module.parameters())
    X, y = torch.from_numpy(rows.X), torch.from_numpy(rows.y)
    for _ in range(n_steps):
        optimizer.zero_grad()
        cross_entropy(module(X), y).mean().backward()
        optimizer.step()
    return module


def last_layer_retrained(module, rows):
    """Deep feature reweighting (Kirichenko et al., 2023): the last layer anew.

    Parameters
    ----------
    module : torch.nn.Sequential
        Whose last part is linear.
    rows : Rows
        Five or more of each class.

    Returns
    -------
    predict : callable
        ``(X) -> labels``.
    """
    features = module[:-1]
    penalties = {"Cs": PENALTIES, "cv": 5, "max_iter": 2000}
    last = make_pipeline(StandardScaler(), LogisticRegressionCV(**penalties))
    last.fit(predict_logits(features, rows.X), rows.y)
    return lambda X: last.predict(predict_logits(features, X))
