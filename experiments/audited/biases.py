"""Kinds of injustice in what was recorded, each made of true labels."""

import numpy as np
from sklearn.linear_model import LogisticRegression

# What is turned in the groups that are better off: this part of the share.
REVERSE = 0.3
KINDS = {
    "uniform": "any favorable labels of the worse-off groups turned, and unfavorable ones "
    "of the others",
    "boundary": "the same, mostly near the decision boundary",
    "region": "the same, in one half of the feature space first",
    "both": "labels of both values turned, half as many unfavorable ones, fewer in the "
    "groups that are better off",
    "thinned": "a share of the rows of the worse-off groups missing, labels right",
}


def recorded_labels(kind, y, worse_off, share, Z, rng):
    """Labels as biased decisions would have recorded them.

    Parameters
    ----------
    kind : {"uniform", "boundary", "region", "both"}
        See `KINDS`. The first three turn equally many labels: a share of the favorable
        ones where `worse_off`, and `REVERSE` times that share of the others' unfavorable
        ones.
    y : ndarray of shape (n_samples,), int64
        True labels.
    worse_off : ndarray of shape (n_samples,), bool
    share : float
        0 to 1.
    Z : ndarray of shape (n_samples, n_features)
        Standardized features.
    rng : Generator

    Returns
    -------
    recorded : ndarray of shape (n_samples,), int64
    """
    recorded = y.copy()
    odds = _odds(kind, y, Z, rng)
    for members, part in (
        (worse_off & (y == 1), share),
        (worse_off & (y == 0), share / 2 if kind == "both" else 0),
        (~worse_off & (y == 0), REVERSE * share),
        (~worse_off & (y == 1), REVERSE * share / 2 if kind == "both" else 0),
    ):
        rows = np.flatnonzero(members)
        n_turned = round(part * len(rows))
        if n_turned:
            chances = odds[rows] / odds[rows].sum()
            turned = rng.choice(rows, n_turned, replace=False, p=chances)
            recorded[turned] = 1 - y[turned]
    return recorded


def thinned_rows(worse_off, share, rng):
    """Numbers of the rows that are left where a share of the worse-off ones is missing.

    Parameters
    ----------
    worse_off : ndarray of shape (n_samples,), bool
    share : float
    rng : Generator

    Returns
    -------
    rows : ndarray of int64, sorted
        Two worse-off rows at least.
    """
    members = np.flatnonzero(worse_off)
    n_kept = min(len(members), max(2, round((1 - share) * len(members))))
    kept = rng.choice(members, n_kept, replace=False)
    return np.sort(np.concatenate([np.flatnonzero(~worse_off), kept]))


def _odds(kind, y, Z, rng):
    """How much more likely one row is drawn than another."""
    if kind == "boundary":
        clf = LogisticRegression(C=0.1, class_weight="balanced", max_iter=1000)
        distance = np.abs(clf.fit(Z, y).decision_function(Z))
        return np.exp(-2 * distance / np.median(distance))
    if kind == "region":
        along = Z @ rng.normal(size=Z.shape[1])
        # Where a region has too few labels to turn, others are drawn after them.
        return np.where(along > np.median(along), 1.0, 1e-6)
    return np.ones(len(y))
