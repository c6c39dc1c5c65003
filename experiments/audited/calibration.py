"""How far the probabilities of each group are from what happens to it."""

import numpy as np
from scipy.special import expit

N_BINS = 10


def calibration_errors(y, log_odds, groups):
    """Expected calibration error of each group, both of its labels weighing the same.

    The mean over ten bins, of equally many rows of the group, of the distance between the
    mean probability and the share of label 1 (Naeini, Cooper, Hauskrecht, AAAI 2015).

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        0 or 1; every group has both.
    log_odds : ndarray of shape (n_samples,)
        Of label 1.
    groups : ndarray of shape (n_samples,)

    Returns
    -------
    errors : dict of str to float
    """
    errors = {}
    for group in np.unique(groups):
        members = groups == group
        labels, chances = y[members], expit(log_odds[members])
        weights = 0.5 / np.bincount(labels)[labels]
        bins = np.array_split(np.argsort(chances, kind="stable"), N_BINS)
        errors[str(group)] = float(
            sum(abs(weights[rows] @ (chances[rows] - labels[rows])) for rows in bins)
        )
    return errors
