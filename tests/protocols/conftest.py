"""Players that the tests of several protocols share."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def random_hypergradients():
    """A function that draws the hypergradients of 2 to 50 players of any rank."""
    return _random_hypergradients


def _random_hypergradients(rng, *, shared, scale=0.0):
    """Spread lengths over 10^±scale; add `shared` times a direction that helps all."""
    n_players = int(rng.integers(2, 51))
    rank = int(rng.integers(1, n_players + 1))
    H = rng.normal(size=(80, rank)) @ rng.normal(size=(rank, n_players))
    H /= np.linalg.norm(H, axis=0)
    H += shared * np.abs(rng.normal(size=(80, 1))) / np.sqrt(80)
    return H * 10 ** rng.uniform(-scale, scale, n_players)
