"""How long an audit of many rows will take, from a training on a few of them."""

import time
import warnings

import numpy as np
from sklearn.utils import _safe_indexing

from ._methods import METHODS

# Fewer rows take less time than an estimate is worth.
MANY_ROWS = 30_000
# Rows of the trial; what a training takes grows with the rows, about linearly.
TRIAL_ROWS = 2_000


def takes_long(rows, methods):
    """Whether the time is worth an estimate."""
    return len(rows.y) >= MANY_ROWS and bool(slow_ones(methods))


def slow_ones(methods):
    """The methods that many training rows take minutes."""
    return [name for name in methods if METHODS[name].is_slow]


def estimated_seconds(rows, methods, n_folds, random_state):
    """Time a training of each method that is steered by the audited rows.

    Parameters
    ----------
    rows : AuditRows
    methods : sequence of str
    n_folds : int
        Trainings of a method that uses the audited rows.
    random_state : int

    Returns
    -------
    seconds : float
        Of all their trainings together.
    """
    n_rows = len(rows.y)
    rng = np.random.default_rng(random_state)
    # The first row of each class, so that none is missing.
    _, first = np.unique(rows.y, return_index=True)
    trial = np.union1d(first, rng.choice(n_rows, TRIAL_ROWS, replace=False))
    X, y = _safe_indexing(rows.X, trial), rows.y[trial]
    started = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in slow_ones(methods):
            audited = rows.X_val, rows.y_val, rows.groups_val
            METHODS[name].fit(X, y, *audited, random_state)
    return (time.monotonic() - started) * n_rows / TRIAL_ROWS * n_folds


def in_words(seconds, n_rows):
    """An estimate for people, with what fewer rows would take."""
    minutes = max(1, round(seconds / 60))
    told = f"about {minutes} {'minute' if minutes == 1 else 'minutes'} in all"
    if minutes < 10:
        return told
    return f"{told}; {minutes // 5} or so with --max-rows {n_rows // 5}"
