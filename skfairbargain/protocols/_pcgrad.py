"""PCGrad: project conflicting hypergradients onto each other's normal plane."""

import zlib

import numpy as np

from ._base import Protocol

# Share of the longest hypergradient's square that another's has to exceed to be projected
# out, which is 1e-100 of its length.
SMALLEST_SQUARE = 1e-200


class PCGrad(Protocol):
    """Take out of each player's hypergradient what works against another one.

    Player i is compared with the others in turn. Where its inner product with another is
    negative, it is projected onto the plane at right angles to that one; the results are
    added up. With two players, neither loses. With three or more, a later projection can
    bring back a conflict that an earlier one removed, and the sum may raise someone's
    loss. Longer hypergradients count more.

    Parameters
    ----------
    random_state : int, default=0
        Seed of the orders in which players are compared, which matter for three or more.

    Notes
    -----
    The authors draw new orders at every step from a global generator. Here the orders are
    drawn from `random_state` and a checksum of gram: they change from step to step, so
    that no player is always the last to be compared with, and the same gram always gives
    the same β, in a clone or a repeated run too. As in the authors' code, β is the sum of
    the projected players, not their mean. A hypergradient of zero, or of 1e-100 of the
    longest, changes no other one.

    References
    ----------
    Yu et al., "Gradient Surgery for Multi-Task Learning", NeurIPS 2020, Algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import MetaStep, PCGrad
    >>> step = MetaStep(np.ones(2), hypergradients=[[1.0, -1.0], [0.0, 1.0]])
    >>> beta = PCGrad().weights(step)
    >>> beta  # h₁ + h₂/2 and h₂ + h₁
    array([2. , 1.5])
    >>> step.gram @ beta  # what each player gains
    array([0.5, 1. ])
    """

    acts_on = "players"

    def __init__(self, random_state=0):
        self.random_state = random_state

    def weights(self, step):
        """See `Protocol.weights`."""
        gram = step.gram_in_range()
        rng = np.random.default_rng([self.random_state, zlib.crc32(gram.tobytes())])
        n_players = len(gram)
        orders = np.tile(np.arange(n_players), (n_players, 1))
        return _project_in_turn(gram, rng.permuted(orders, axis=1))


def _project_in_turn(gram, orders):
    """Sum of the projected players; row i of `orders` is player i's order of comparison."""
    players = np.arange(len(gram))
    squares = gram.diagonal()
    # Nothing is projected onto the plane of a player beside whom float64 has no digits.
    known = squares > SMALLEST_SQUARE * squares.max(initial=0.0)
    squares = np.where(known, squares, 1)
    weights = np.eye(len(gram))
    for others in orders.T:
        products = np.einsum("ij,ij->i", weights, gram[others])
        against = (products < 0) & (others != players) & known[others]
        weights[players, others] -= np.where(against, products / squares[others], 0)
    return weights.sum(axis=0)
