"""Which players have a stake in a step."""

STAKE = 1e-6


def has_stake(norms, min_stake=STAKE):
    """Whether each player's hypergradient is long enough for the player to be counted.

    A player whose hypergradient is zero, or nearly so beside the longest, gains or loses
    next to nothing by any step, yet a rule that is blind to scale would let it decide.

    Parameters
    ----------
    norms : ndarray of shape (..., n_players)
        Lengths of the hypergradients, of one step or of several.
    min_stake : float, default=1e-6
        A player has a stake above this fraction of the largest norm.

    Returns
    -------
    staked : ndarray of shape (..., n_players), dtype bool
    """
    return norms > min_stake * norms.max(axis=-1, keepdims=True, initial=0.0)
