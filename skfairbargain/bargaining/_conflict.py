"""Conflict between the training weights applied and the players' hypergradients."""

import numpy as np

from ._stake import has_stake


def conflicts_of_step(hypergradients, weights, epsilon, gram=None):
    """Which players with a stake lose by the weights: ⟨h_k, w⟩ < 0 beyond rounding.

    Parameters
    ----------
    hypergradients : ndarray of shape (n_samples, n_players), float64
        Its squares should be in float64's range.
    weights : ndarray of shape (n_samples,), float64
        What is applied.
    epsilon : float
        Rounding unit of the dtype in which the hypergradients were computed.
    gram : ndarray of shape (n_players, n_players), default=None
        HᵀH, where it is known.

    Returns
    -------
    conflicts : ndarray of shape (n_players,), dtype bool
    """
    if gram is None:
        gram = hypergradients.T @ hypergradients
    norms = np.sqrt(gram.diagonal())
    noise = 4 * epsilon * np.sqrt(weights @ weights)
    return has_stake(norms) & (weights @ hypergradients < -noise * norms)


def opposed_players(gram, epsilon):
    """Which pairs of players with a stake are opposed: ⟨h_j, h_k⟩ < 0 beyond rounding.

    Parameters
    ----------
    gram : ndarray of shape (n_players, n_players), float64
    epsilon : float
        Rounding unit of the dtype in which the hypergradients were computed.

    Returns
    -------
    opposed : ndarray of shape (n_players, n_players), dtype bool
    """
    norms = np.sqrt(gram.diagonal())
    norms = np.where(has_stake(norms), norms, np.inf)
    return gram < -4 * epsilon * np.outer(norms, norms)
