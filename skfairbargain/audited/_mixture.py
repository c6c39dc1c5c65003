"""Candidates, fitted and cross-fitted, and their mix."""

from time import perf_counter
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed

from ._mix import mix_weights

# A candidate with less weight than this is left out of the mix.
SMALLEST_WEIGHT = 0.005


class CrossFitted(NamedTuple):
    """Candidates, and what they say of the audited rows.

    Parameters
    ----------
    names : list of str
    candidates : list
        Fitted on all audited rows.
    logits : ndarray of shape (n_val, n_candidates, n_classes)
        Each row's from fits that left out its fold.
    seconds : list of float
    """

    names: list
    candidates: list
    logits: np.ndarray
    seconds: list


def cross_fit(candidates, views, audit, folds, *, n_jobs, seed, advance):
    """Fit candidates on all audited rows, and without each fold.

    Parameters
    ----------
    candidates : dict of str to candidate
    views : Views
        Of the audited rows.
    audit : Audit
    folds : ndarray of shape (n_val,), int
    n_jobs : int or None
    seed : int
    advance : callable
        Called with the name of each.

    Returns
    -------
    fitted : CrossFitted
    """
    tasks = (
        delayed(_cross_fit_one)(candidate, views, audit.y, audit.weight, folds, seed)
        for candidate in candidates.values()
    )
    found = []
    done = Parallel(n_jobs=n_jobs, return_as="generator")(tasks)
    for name, each in zip(candidates, done, strict=True):
        found.append(each)
        advance(name)
    fitted, logits, seconds = zip(*found, strict=True)
    return CrossFitted(
        list(candidates), list(fitted), np.stack(logits, axis=1), list(seconds)
    )


def _cross_fit_one(candidate, views, y, weight, folds, seed):
    start = perf_counter()
    logits = np.empty((len(y), y.max() + 1))
    for fold in np.unique(folds):
        inside, left_out = folds != fold, folds == fold
        candidate.fit(views.take(inside), y[inside], weight[inside], seed)
        logits[left_out] = candidate.logits(views.take(left_out))
    candidate.fit(views, y, weight, seed)
    return candidate, logits, perf_counter() - start


def mix(logits, audit, folds, **how):
    """Learn the weights of candidates, and what the mix says of rows that it left out.

    Parameters
    ----------
    logits : ndarray of shape (n_val, n_candidates, n_classes)
    audit : Audit
    folds : ndarray of shape (n_val,), int
    **how : dict
        Keywords of `mix_weights`.

    Returns
    -------
    weights : ndarray of shape (n_candidates,)
        Small ones are 0.
    cross_fitted : ndarray of shape (n_val, n_classes)
        Logits of the mix, its weights learned without the row's fold.
    """
    cross_fitted = np.empty((len(audit.y), logits.shape[2]))
    for fold in np.unique(folds):
        inside, left_out = folds != fold, folds == fold
        weights = _weights(logits, audit, inside, how)
        cross_fitted[left_out] = np.tensordot(logits[left_out], weights, axes=(1, 0))
    return _weights(logits, audit, np.ones(len(folds), bool), how), cross_fitted


def _weights(logits, audit, rows, how):
    weights = mix_weights(
        logits[rows], audit.y[rows], audit.groups[rows], audit.weight[rows], **how
    )
    weights[weights < SMALLEST_WEIGHT] = 0
    return weights / weights.sum()
