"""The solver's arguments: checked, and brought to hypergradients of unit norm."""

import numpy as np

from ._problems import Ball, Orthant


def check_settings(feasible, tol, max_iter, min_stake):
    """Refuse settings that are out of range."""
    if feasible not in ("ball", "weights"):
        raise ValueError(f"`feasible` should be 'ball' or 'weights'. Got {feasible!r}.")
    for name, value in (("tol", tol), ("min_stake", min_stake)):
        if not 0 <= value < 1:
            raise ValueError(f"`{name}` should lie in [0, 1). Got {value!r}.")
    if max_iter < 1:
        raise ValueError(f"`max_iter` should be 1 or more. Got {max_iter!r}.")


def problem_and_norms(gram, hypergradients, feasible):
    """Return the bargain among unit-norm hypergradients, and the norms.

    Returns
    -------
    problem : Ball or Orthant
    norms : ndarray of shape (n_players,)
    """
    if feasible == "weights" and hypergradients is None:
        raise ValueError(
            "feasible='weights' needs to know which samples help which player: pass "
            "`hypergradients` of shape (n_samples, n_players) instead of `gram`."
        )
    if (gram is None) == (hypergradients is None):
        raise ValueError("Pass either `gram` or `hypergradients`, and not both.")
    if hypergradients is None:
        cosines, norms = _cosines(_finite_matrix(gram, "gram"))
        return Ball(cosines), norms
    players, norms = _unit_rows(_finite_matrix(hypergradients, "hypergradients"))
    return Ball(players @ players.T) if feasible == "ball" else Orthant(players), norms


def _unit_rows(hypergradients):
    """Hypergradients at unit norm, one row per player, and their norms."""
    players = hypergradients.T.copy()
    largest = np.abs(players).max(axis=1, initial=0.0)
    # Dividing by the largest entry first keeps the squares in float64's range.
    players /= np.where(largest > 0, largest, 1)[:, None]
    lengths = np.sqrt(np.einsum("kn,kn->k", players, players))
    players /= np.where(lengths > 0, lengths, 1)[:, None]
    return players, lengths * largest


def _cosines(gram):
    """Cosines between the hypergradients, and the hypergradients' norms."""
    if gram.shape[0] != gram.shape[1]:
        raise ValueError(f"`gram` should be a square matrix. Got shape {gram.shape}.")
    diagonal = gram.diagonal()
    norms = np.sqrt(np.maximum(diagonal, 0))
    safe = np.where(norms > 0, norms, 1)
    cosines = gram / safe[:, None] / safe
    if (diagonal < 0).any() or np.abs(cosines - cosines.T).max(initial=0.0) > 1e-6:
        raise ValueError(
            "`gram` should be symmetric with a non-negative diagonal, as HᵀH is. "
            f"Got {gram!r}."
        )
    return (cosines + cosines.T) / 2, norms


def _finite_matrix(values, name):
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError(
            f"`{name}` should be a matrix (two dimensions). Got shape {matrix.shape}."
        )
    if not np.isfinite(matrix).all():
        raise ValueError(f"`{name}` should be finite. It contains NaN or infinity.")
    return matrix
