"""How a step's weights and players lie to each other, for one step or for many."""

from typing import NamedTuple

import numpy as np

from ..bargaining import losing_players, opposed_players


class Geometry(NamedTuple):
    """What tells who loses by a step and who is opposed to whom.

    Of several steps, every field has a first axis more.

    Parameters
    ----------
    gram : ndarray of shape (n_players, n_players)
        HᵀH.
    gains : ndarray of shape (n_players,)
        Inner products of the hypergradients with the applied weights.
    length : float
        Norm of the weights.
    epsilon : float
        Rounding unit of the dtype in which the hypergradients were computed.
    """

    gram: np.ndarray
    gains: np.ndarray
    length: float
    epsilon: float

    @property
    def conflicts(self):
        """Which players with a stake lose, to first order (eq. 3): bool, (n_players,)."""
        return losing_players(self.gram, self.gains, self.length, self.epsilon)

    @property
    def opposed(self):
        """Which pairs of players are opposed: bool, (n_players, n_players)."""
        return opposed_players(self.gram, self.epsilon)


def stacked(geometries):
    """Return the geometry of several steps as one."""
    return Geometry(*map(np.array, zip(*geometries, strict=True)))
