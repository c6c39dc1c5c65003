"""Weights that make classes equally heavy: overall, within imputed groups, by cell."""

import numpy as np


def class_balanced(y, n_classes, sample_weight):
    """Weights by which every class is as heavy as any other; their sum stays.

    Parameters
    ----------
    y : ndarray of shape (n_samples,), int
    n_classes : int
    sample_weight : ndarray of shape (n_samples,)
        They are multiplied.
    """
    totals = np.bincount(y, sample_weight, minlength=n_classes)
    return sample_weight.sum() * _of_sum_1(sample_weight / totals[y])


def balanced_within_groups(y, n_classes, groups, sample_weight):
    """Weights by which, within every imputed group, the classes are equally heavy.

    Every group keeps its own weight, and the sum of all stays.

    Parameters
    ----------
    y : ndarray of shape (n_samples,), int
    n_classes : int
    groups : ndarray of shape (n_samples, n_groups)
        Probabilities of the groups.
    sample_weight : ndarray of shape (n_samples,)

    Notes
    -----
    w_i = s_i Σ_g P_ig S_g / (n_classes · S_g,y_i), where S_g sums s_i P_ig over all rows
    and S_gy over those of class y, counted as one mean row where there are fewer.
    """
    shares = groups * sample_weight[:, None]
    one_row = sample_weight.mean()
    weights = np.zeros(len(y))
    for label in range(n_classes):
        members = y == label
        of_cell = np.maximum(shares[members].sum(axis=0), one_row)
        weights[members] = (shares[members] * shares.sum(axis=0) / of_cell).sum(axis=1)
    return sample_weight.sum() * _of_sum_1(weights)


def cell_balanced(cells):
    """Weights by which every cell of the audited rows is equally heavy; 1 on average."""
    counts = np.bincount(cells)
    return len(cells) * _of_sum_1(1 / counts[cells])


def _of_sum_1(weights):
    return weights / weights.sum()
