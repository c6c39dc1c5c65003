"""Whether a mix serves every group better than what it has without an agreement."""

import numpy as np
from scipy.special import log_softmax
from scipy.stats import t

# One-sided error of the test, for each group.
LEVEL = 0.05


def row_losses(logits, y):
    """Log loss of every row, in nats, of shape (n_samples,)."""
    return -log_softmax(logits, axis=1)[np.arange(len(y)), y]


def group_means(values, groups, weight):
    """Weighted means by group, of shape (n_groups,)."""
    return np.bincount(groups, weight * values) / np.bincount(groups, weight)


def serves_every_group(gains, groups, weight):
    """Whether every group gains beyond the noise of its rows.

    Parameters
    ----------
    gains : ndarray of shape (n_val,)
        What each row gains, in nats, from fits that left it out.
    groups : ndarray of shape (n_val,), int
    weight : ndarray of shape (n_val,)

    Returns
    -------
    serves : bool
        A group's mean gain is above its standard error times the 0.95 quantile of Student's
        distribution with n − 1 degrees, n its effective number of rows.
    """
    means = group_means(gains, groups, weight)
    for group, mean in enumerate(means):
        members = groups == group
        shares = weight[members] / weight[members].sum()
        n_effective = 1 / (shares @ shares)
        if n_effective < 2:
            return False
        spread = shares @ (gains[members] - mean) ** 2 / (n_effective - 1)
        if mean <= t.ppf(1 - LEVEL, n_effective - 1) * np.sqrt(spread):
            return False
    return True
