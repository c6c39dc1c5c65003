"""PCGrad: project conflicting hypergradients onto each other's normal plane."""

import zlib

import numpy as np

from ._base import Protocol


class PCGrad(Protocol):
    """Take out of each player's hypergradient what works against another one.

    Player i meets the others one after the other, and each time it points against one, it
    is projected onto the plane at right angles to that one; the results are added up. Two
    players never lose by it. With three or more, a later projection can bring an
    earlier conflict back, and the sum may conflict with someone. Longer hypergradients
    weigh more.

    Parameters
    ----------
    random_state : int, default=0
        Chooses the orders in which players meet; they matter for three and more.

    Notes
    -----
    The authors draw new orders at every step from a global generator. Here the orders are
    drawn from `random_state` and a checksum of gram: they change from step to step, so
    that nobody is always met last, and still the same gram always gives the same β; a
    clone or a repeated run does the same. As in the authors' code β is the sum of the
    projected players, not their mean. Players with a hypergradient of zero are passed over.

    References
    ----------
    Yu et al., "Gradient Surgery for Multi-Task Learning", NeurIPS 2020, Algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.protocols import PCGrad
    >>> H = np.array([[1.0, -1.0], [0.0, 1.0]])
    >>> beta = PCGrad().weights(np.ones(2), H.T @ H)
    >>> beta  # h₁ + h₂/2 and h₂ + h₁
    array([2. , 1.5])
    >>> H.T @ H @ beta
    array([0.5, 1. ])
    """

    acts_on = "players"

    def __init__(self, random_state=0):
        self.random_state = random_state

    def weights(self, losses, gram):
        """See `Protocol.weights`."""
        rng = np.random.default_rng([self.random_state, zlib.crc32(gram.tobytes())])
        n_players = len(gram)
        orders = np.tile(np.arange(n_players), (n_players, 1))
        return _project_in_turn(gram, rng.permuted(orders, axis=1))


def _project_in_turn(gram, orders):
    """Sum of the projected players; row i of `orders` is whom player i meets, in order."""
    players = np.arange(len(gram))
    squares = np.where(gram.diagonal() > 0, gram.diagonal(), 1)
    weights = np.eye(len(gram))
    for met in orders.T:
        products = np.einsum("ij,ij->i", weights, gram[met])
        against = (products < 0) & (met != players)
        weights[players, met] -= np.where(against, products / squares[met], 0)
    return weights.sum(axis=0)
