"""One problem: recorded rows to train on, audited rows, and clean rows to test on."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from skfairbargain.model_selection import encode_cells

from .biases import recorded_labels, thinned_rows
from .encoding import encode_tables
from .tables import read_table

MAX_TRAIN, MAX_TEST = 12_000, 10_000
# Of the rows of a half, this share is tested on with a seed; what choices are made by has
# fewer rows to train on, so it leaves more of them.
TEST_SHARE, TEST_SHARE_APART = 0.6, 0.4
AUDITS = ("balanced", "sample")
# The halves are the same for all seeds and commands.
HALVES = 20_261_126
# Rows of either label that an audited sample has at least.
FEWEST_OF_A_LABEL = 2


class AuditedProblem(NamedTuple):
    """What a method is given, and what it is judged by.

    A method sees ``X``, ``y``, ``X_val``, ``y_val``, ``groups_val`` and
    ``y_recorded_val``, and predicts for ``X_test``.

    Parameters
    ----------
    X : DataFrame
        Training rows; the index numbers the rows of the data set.
    y : ndarray of shape (n_samples,), int64
        Their recorded labels; 1 is favorable.
    X_val, y_val, groups_val :
        Audited rows: features, true labels, groups.
    y_recorded_val : ndarray of shape (n_val,), int64
        What had been recorded of the audited rows.
    X_test, y_test, groups_test :
        Rows to test on, with true labels.
    y_clean, groups : ndarray of shape (n_samples,)
        True labels and groups of the training rows: for references alone.
    """

    X: pd.DataFrame
    y: np.ndarray
    X_val: pd.DataFrame
    y_val: np.ndarray
    groups_val: np.ndarray
    y_recorded_val: np.ndarray
    X_test: pd.DataFrame
    y_test: np.ndarray
    groups_test: np.ndarray
    y_clean: np.ndarray
    groups: np.ndarray


def audited_problem(
    name,
    *,
    kind="uniform",
    share=0.4,
    per_cell=50,
    seed=0,
    audit="balanced",
    layout="blind",
    apart=False,
    max_train=MAX_TRAIN,
    max_test=MAX_TEST,
    data_home=None,
    more=None,
):
    """Draw a problem.

    Each data set has two fixed halves. What the tables report is tested on rows of the
    first half, and trained on any other rows; choices (of a library, of a default) are
    made with `apart`, on rows of the second half alone. So no row that a choice was made
    by is tested on.

    Parameters
    ----------
    name : str
        A key of `tables.SOURCES`.
    kind : str, default="uniform"
        How the recorded labels or rows are unjust: a key of `biases.KINDS`.
    share : float, default=0.4
        Of the favorable labels of the worse-off groups that are wrong; with "thinned", of
        their rows that are missing. 0 leaves all as it is.
    per_cell : int, default=50
        Audited rows of each group × label cell; at most half of what the test rows leave
        of the smallest cell.
    seed : int, default=0
        Draws test rows, audited rows and what is unjust.
    audit : {"balanced", "sample"}, default="balanced"
        "sample" audits as many rows in all, drawn at random whatever their cell.
    layout : {"blind", "paper"}, default="blind"
        See `read_table`.
    apart : bool, default=False
        Whether only rows of the second half are used.
    max_train, max_test : int
        Most rows to train and to test on.
    data_home, more : path-like, default=None
        See `read_table`.

    Returns
    -------
    problem : AuditedProblem
    """
    table = read_table(name, layout, data_home=data_home, more=more)
    cells = encode_cells(table.groups, table.y).codes
    rng = np.random.default_rng(seed)
    train, val, test = _split(cells, table.y, per_cell, audit, apart, max_test, rng)
    if len(train) > max_train:
        train = rng.choice(train, max_train, replace=False)
    both = np.concatenate([train, val])
    worse_off = np.isin(table.groups[both], table.worse_off)
    recorded = table.y[both]
    n_train = len(train)
    if kind == "thinned":
        left = thinned_rows(worse_off[:n_train], share, rng)
        recorded = np.concatenate([recorded[:n_train][left], recorded[n_train:]])
        train = train[left]
    elif share:
        (Z,) = encode_tables(table.X.iloc[both])
        recorded = recorded_labels(kind, recorded, worse_off, share, Z, rng)
    return AuditedProblem(
        table.X.iloc[train],
        recorded[: len(train)],
        table.X.iloc[val],
        table.y[val],
        table.groups[val],
        recorded[len(train) :],
        table.X.iloc[test],
        table.y[test],
        table.groups[test],
        table.y[train],
        table.groups[train],
    )


def _split(cells, y, per_cell, audit, apart, max_test, rng):
    """Row numbers to train on, to audit and to test on."""
    first, second = train_test_split(
        np.arange(len(cells)), test_size=0.5, stratify=cells, random_state=HALVES
    )
    tested = second if apart else first
    share = TEST_SHARE_APART if apart else TEST_SHARE
    n_test = min(max_test, int(share * len(tested)))
    _, test = train_test_split(
        tested,
        test_size=n_test,
        stratify=cells[tested],
        random_state=int(rng.integers(2**31)),
    )
    pool = second if apart else np.arange(len(cells))
    left = rng.permutation(np.setdiff1d(pool, test))
    n_cells = cells.max() + 1
    smallest = np.bincount(cells[left], minlength=n_cells).min()
    n_val = min(per_cell, smallest // 2)
    if audit == "balanced":
        val = np.concatenate([left[cells[left] == c][:n_val] for c in range(n_cells)])
    else:
        val = _sample(left, y, n_val * n_cells, rng)
    return np.setdiff1d(left, val), val, test


def _sample(rows, y, n_val, rng):
    """A random sample with rows of either label, without which nothing can be trained."""
    while True:
        val = rng.choice(rows, n_val, replace=False)
        if np.bincount(y[val], minlength=2).min() >= FEWEST_OF_A_LABEL:
            return val
