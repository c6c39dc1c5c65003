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
    length = np.sqrt(weights @ weights)
    return losing_players(gram, weights @ hypergradients, length, epsilon)


def losing_players(gram, gains, length, epsilon):
    """Which players with a stake have a gain below 0 by more than rounding.

    Parameters
    ----------
    gram : ndarray of shape (..., n_players, n_players), float64
        HᵀH, of one step or of several.
    gains : ndarray of shape (..., n_players), float64
        Hᵀw.
    length : float or ndarray of shape (...)
        ‖w‖.
    epsilon : float or ndarray of shape (...)
        Rounding unit of the dtype in which the hypergradients were computed.

    Returns
    -------
    losing : ndarray of shape (..., n_players), dtype bool
    """
    norms = _norms(gram)
    noise = 4 * np.multiply(epsilon, length)[..., None]
    return has_stake(norms) & (gains < -noise * norms)


def opposed_players(gram, epsilon):
    """Which pairs of players with a stake are opposed: ⟨h_j, h_k⟩ < 0 beyond rounding.

    Parameters
    ----------
    gram : ndarray of shape (..., n_players, n_players), float64
        HᵀH, of one step or of several.
    epsilon : float or ndarray of shape (...)
        Rounding unit of the dtype in which the hypergradients were computed.

    Returns
    -------
    opposed : ndarray of shape (..., n_players, n_players), dtype bool
    """
    norms = _norms(gram)
    norms = np.where(has_stake(norms), norms, np.inf)
    noise = 4 * np.asarray(epsilon)[..., None, None]
    return gram < -noise * (norms[..., :, None] * norms[..., None, :])


def _norms(gram):
    return np.sqrt(np.diagonal(gram, axis1=-2, axis2=-1))
