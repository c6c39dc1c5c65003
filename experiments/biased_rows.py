"""Training rows made unjust on purpose, a small audited sample, a clean test set."""

from functools import lru_cache

import numpy as np
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from skfairbargain.model_selection import encode_cells

from .paper_split import FETCHERS, draw_paper_split
from .preparation import SETTINGS, encode
from .rivals import Rows

# Of the other group's unfavorable labels this part of the share turns favorable.
REVERSE = 0.3
TEST_SHARES = {"student_por_sex": 0.10}
# The splits on which biased-labels tests when no option is given.
PER_CELL = (3, 10, 50)
N_SEEDS = 5


def biased_rows(setting, kind, share, per_cell, *, seed, apart=False, data_home=None):
    """Split clean rows, and make those to train on unjust.

    Parameters
    ----------
    setting, kind, share, per_cell, seed :
        As in a spec of `biased_specs`.
    apart : bool, default=False
        Whether to split `rows_apart` instead.
    data_home : str or None

    Returns
    -------
    train, val, test : Rows
    """
    X, y, groups, worse_off = rows_of(setting, apart, data_home)
    split = _split(setting, y, groups, per_cell, seed)
    train, val, test = (
        Rows(X[rows], y[rows], groups[rows])
        for rows in (split.train, split.val, split.test)
    )
    make_unjust = bias_labels if kind == "labels" else thin_out
    return make_unjust(train, worse_off, share, seed), val, test


def _split(setting, y, groups, per_cell, seed):
    return draw_paper_split(y, groups, per_cell, TEST_SHARES.get(setting, 0.03), seed)


def rows_of(setting, apart, data_home):
    """`rows_apart` or `clean_rows`."""
    return (rows_apart if apart else clean_rows)(setting, data_home)


def fewest_rows(n_val):
    """Rows that every cell should have for a split with `n_val` validation rows of each."""
    return 3 * n_val


def smallest_cell(y, groups):
    """Rows of the smallest group × label cell."""
    return int(encode_cells(groups, y).counts.min())


@lru_cache(maxsize=1)
def rows_apart(setting, data_home=None):
    """Clean rows without those that biased-labels tests on with 50 rows a cell.

    Of a data set too small for 50: with the most rows of a cell that it allows.

    Returns
    -------
    X, y, groups, worse_off :
        As of `clean_rows`.
    """
    X, y, groups, worse_off = clean_rows(setting, data_home)
    smallest = smallest_cell(y, groups)
    most = max(n_val for n_val in PER_CELL if smallest >= fewest_rows(n_val))
    tests = [_split(setting, y, groups, most, seed).test for seed in range(N_SEEDS)]
    left = np.setdiff1d(np.arange(len(y)), np.concatenate(tests))
    return X[left], y[left], groups[left], worse_off


@lru_cache(maxsize=1)
def clean_rows(setting, data_home=None):
    """Prepared rows of a setting with two groups, and the group that is worse off.

    Races other than White are one group: the smallest have 50 people with a high income,
    too few for a validation set. Scaling sees no labels, so it may see all rows.

    Returns
    -------
    X, y, groups : ndarray
    worse_off : object
        The group with the lower share of favorable labels.
    """
    name, sensitive = SETTINGS[setting]
    source = FETCHERS[name](data_home=data_home)
    X = StandardScaler().fit_transform(encode(name, source.data).to_numpy(np.float64))
    y = (source.target == source.favorable_label).to_numpy().astype(np.int64)
    groups = source.sensitive[sensitive]
    if sensitive == "race":
        groups = groups.where(groups == "White", "other than White")
    groups = groups.to_numpy(dtype=object)
    worse_off = min(np.unique(groups), key=lambda group: y[groups == group].mean())
    return X.astype(np.float32), y, groups, worse_off


def bias_labels(rows, worse_off, share, seed):
    """Turn labels as biased decisions would.

    A share of the favorable labels of the group that is worse off turn unfavorable, and
    `REVERSE` times that share of the other group's unfavorable labels favorable.

    Parameters
    ----------
    rows : Rows
    worse_off : object
        A group.
    share : float
        0 to 1.
    seed : int

    Returns
    -------
    rows : Rows
        With other labels.
    """
    rng = check_random_state(seed)
    y = rows.y.copy()
    hit = rows.groups == worse_off
    for members, part in (
        (np.flatnonzero(hit & (rows.y == 1)), share),
        (np.flatnonzero(~hit & (rows.y == 0)), REVERSE * share),
    ):
        turned = rng.choice(members, round(part * len(members)), replace=False)
        y[turned] = 1 - y[turned]
    return rows._replace(y=y)


def thin_out(rows, worse_off, share, seed):
    """Leave a share of the rows of the group that is worse off, two at least.

    Parameters
    ----------
    rows, worse_off, share, seed :
        As of `bias_labels`.

    Returns
    -------
    rows : Rows
        Fewer of them.
    """
    members = np.flatnonzero(rows.groups == worse_off)
    n_kept = max(2, round(share * len(members)))
    kept = check_random_state(seed).choice(members, n_kept, replace=False)
    left = np.sort(np.concatenate([np.flatnonzero(rows.groups != worse_off), kept]))
    return Rows(rows.X[left], rows.y[left], rows.groups[left])
