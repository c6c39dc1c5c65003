"""Conflict between the weights that are applied and the players' hypergradients."""

import numpy as np

from ._solver import STAKE


def conflicts_of_step(steps, weights, epsilon, gram=None):
    """As `conflicting_players`, for float64 arrays whose squares are in range.

    `gram` holds the inner products of the columns of `steps`, where they are known.
    """
    if gram is None:
        gram = steps.T @ steps
    norms = np.sqrt(gram.diagonal())
    noise = 4 * epsilon * np.sqrt(weights @ weights)
    return (norms > STAKE * norms.max()) & (weights @ steps < -noise * norms)


def opposed_players(gram, epsilon):
    """Which pairs of players pull against each other: ⟨h_j, h_k⟩ < 0, both with a stake.

    Returns
    -------
    opposed : ndarray of shape (n_players, n_players), dtype bool
    """
    norms = np.sqrt(gram.diagonal())
    norms = np.where(norms > STAKE * norms.max(), norms, np.inf)
    return gram < -4 * epsilon * np.outer(norms, norms)
