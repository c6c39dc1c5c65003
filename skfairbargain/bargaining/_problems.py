"""The two feasible sets of the bargain, each as the convex function ½ q(α) that it adds.

A bargain minimises ½ q(α) − Σ log α_k. Both classes answer the three questions that
Newton's method asks of q.
"""

import numpy as np

# Up to here multiplying by the inactive samples' zeros costs less than leaving them out.
FEW_PLAYERS = 16


class Ball:
    """Any direction of limited length: q(α) = αᵀCα.

    Parameters
    ----------
    cosines : ndarray of shape (n_players, n_players)
        The matrix C of cosines between the players' hypergradients.
    """

    def __init__(self, cosines):
        self.cosines = cosines
        self.n_players = len(cosines)

    def restrict(self, staked):
        """Return the problem among some of the players."""
        return self if staked.all() else Ball(self.cosines[np.ix_(staked, staked)])

    def evaluate(self, alpha):
        """Return q(α), half its gradient and half its Hessian."""
        gains = self.cosines @ alpha
        return alpha @ gains, gains, self.cosines

    def along(self, alpha, direction):
        """Return the function t ↦ slope and curvature of ½ q(α + t direction)."""
        moved = self.cosines @ direction
        start, bend = alpha @ moved, direction @ moved
        return lambda t: (start + t * bend, bend)


class Orthant:
    """Non-negative weights of limited length: q(α) = ‖max(Hα, 0)‖².

    Parameters
    ----------
    players : ndarray of shape (n_players, n_samples)
        The unit-norm hypergradients Hᵀ, one row per player.
    """

    def __init__(self, players):
        self.players = players
        self.n_players = len(players)

    def restrict(self, staked):
        """Return the problem among some of the players."""
        return self if staked.all() else Orthant(self.players[staked])

    def nothing(self):
        """Return weights of zero."""
        return np.zeros(self.players.shape[1])

    def evaluate(self, alpha):
        """Return q(α), half its gradient and half its Hessian."""
        weights = np.maximum(alpha @ self.players, 0)
        positive = weights > 0
        if self.n_players <= FEW_PLAYERS:
            active = self.players * positive
        else:
            active = np.compress(positive, self.players, axis=1)
            weights = weights[positive]
        return weights @ weights, active @ weights, active @ active.T

    def along(self, alpha, direction):
        """Return the function t ↦ slope and curvature of ½ q(α + t direction)."""
        at_zero, moved = alpha @ self.players, direction @ self.players

        def slope_at(t):
            active = at_zero + t * moved
            active_moved = moved * (active > 0)
            return active_moved @ active, active_moved @ active_moved

        return slope_at
