"""Conflict between the weights that were applied and the players' hypergradients."""

import numpy as np

from ..bargaining import conflicts_of_step


def conflicting_players(hypergradients, sample_weight):
    r"""Which players' validation losses the applied weights make worse, to first order.

    Player :math:`k` is in conflict when :math:`\langle h_k, w \rangle < 0`. Players without
    a stake, whose hypergradient is below 1e-6 of the largest norm, are in conflict with
    nothing, and an inner product that is zero but for rounding is zero.

    Parameters
    ----------
    hypergradients : array-like of shape (n_samples, n_players)
        How much raising each training sample's weight lowers each player's loss.
    sample_weight : array-like of shape (n_samples,)
        The weights that were applied.

    Returns
    -------
    conflict : ndarray of shape (n_players,), dtype bool

    Raises
    ------
    ValueError
        If the shapes do not fit together, or a value is not finite.

    See Also
    --------
    conflict_rate : In how many steps some player is.

    Notes
    -----
    :math:`h_k` is column k of `hypergradients` and w is `sample_weight`. An inner product
    counts as negative below :math:`-4 \epsilon \|h_k\| \|w\|`, with :math:`\epsilon` the
    rounding unit of the coarser of the two dtypes.

    References
    ----------
    Zeng et al., Fairness-Aware Meta-Learning via Nash Bargaining, NeurIPS 2024, eq. 3.

    Examples
    --------
    >>> from skfairbargain.metrics import conflicting_players
    >>> hypergradients = [[1.0, -1.0], [0.0, 0.5]]
    >>> conflicting_players(hypergradients, [1.0, 1.0]).tolist()
    [False, True]
    """
    H, weights, epsilon = _checked(hypergradients, sample_weight, n_dimensions=2)
    return conflicts_of_step(H, weights, epsilon)


def conflict_rate(hypergradients, sample_weight):
    r"""Share of steps in which the applied weights work against some player.

    .. math:: \frac{1}{T} \sum_{t=1}^{T}
              \left[ \min_k \langle h_{t,k}, w_t \rangle < 0 \right]

    over the T steps and the players k with a stake in step t. 0: no step raises a player's
    loss, to first order; 1: every step raises somebody's. It measures updates that serve
    some groups at the expense of others. Known misuse: to pass the direction before its
    negative entries are clipped in place of the weights that were applied, which hides the
    conflicts that clipping brings back.

    Parameters
    ----------
    hypergradients : array-like of shape ([n_steps,] n_samples, n_players)
        How much raising each training sample's weight lowers each player's loss, in one
        step or in several.
    sample_weight : array-like of shape ([n_steps,] n_samples)
        The weights that were applied.

    Returns
    -------
    rate : float between 0 and 1

    Raises
    ------
    ValueError
        If the shapes do not fit together, or a value is not finite.

    See Also
    --------
    conflicting_players : Which players they are, for one step.

    References
    ----------
    Zeng et al., Fairness-Aware Meta-Learning via Nash Bargaining, NeurIPS 2024, eq. 3.

    Examples
    --------
    >>> from skfairbargain.metrics import conflict_rate
    >>> H = [[[1.0, -1.0], [0.0, 0.5]], [[1.0, 0.5], [0.0, 0.5]]]
    >>> conflict_rate(H, [[1.0, 1.0], [1.0, 1.0]])
    0.5
    """
    n_dimensions = 2 if np.ndim(sample_weight) == 1 else 3
    H, weights, epsilon = _checked(hypergradients, sample_weight, n_dimensions)
    if n_dimensions == 2:
        H, weights = H[None], weights[None]
    in_conflict = [
        conflicts_of_step(*step, epsilon).any() for step in zip(H, weights, strict=True)
    ]
    return float(np.mean(in_conflict))


def _positive(scale):
    return np.where(scale > 0, scale, 1)


def _checked(hypergradients, sample_weight, n_dimensions):
    H, weights = np.asarray(hypergradients), np.asarray(sample_weight)
    if H.ndim != n_dimensions or weights.shape != H.shape[:-1] or not H.size:
        axes = ("n_steps", "n_samples", "n_players")[3 - n_dimensions :]
        raise ValueError(
            f"`hypergradients` should have shape ({', '.join(axes)}) and `sample_weight` "
            "the same without the players, neither of them empty. Got shapes "
            f"{H.shape} and {weights.shape}."
        )
    epsilon = max(np.finfo(a.dtype).eps if a.dtype.kind == "f" else 0 for a in (H, weights))
    H, weights = H.astype(np.float64), weights.astype(np.float64)
    if not (np.isfinite(H).all() and np.isfinite(weights).all()):
        raise ValueError(
            "`hypergradients` and `sample_weight` should be finite. Got NaN or infinity. "
            "Lower the learning rate of the run that they come from."
        )
    # Each step is scaled to a largest entry of one, so that no square over- or underflows.
    H = H / _positive(np.abs(H).max(axis=(-2, -1), keepdims=True))
    weights = weights / _positive(np.abs(weights).max(axis=-1, keepdims=True))
    return H, weights, max(epsilon, np.finfo(np.float64).eps)
