"""Rows whose features tell no group, with unjust training labels and 2, 4 or 10 groups."""

from functools import lru_cache

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from skfairbargain.datasets import fetch_adult, fetch_credit_default
from skfairbargain.model_selection import encode_cells

from .biased_rows import bias_labels
from .preparation import encode
from .rivals import Rows

# Of each data set: columns that the features lack, because groups are made of them or
# because one of their levels tells the sex (Husband, Wife).
HIDDEN = {
    "adult": ("sex", "race", "age", "relationship"),
    "default_credit": ("SEX", "MARRIAGE", "AGE", "ID"),
}
FETCHED = {"adult": fetch_adult, "default_credit": fetch_credit_default}
N_GROUPS = (2, 4, 10)
N_TRAIN = 12_000
N_TEST = 6_000


def blind_rows(setting, n_groups, per_cell, share, *, seed, data_home=None):
    """Draw training rows without groups, audited rows and test rows, features scaled.

    Parameters
    ----------
    setting : {"adult", "default_credit"}
    n_groups : {2, 4, 10}
        Sex; with race (White or not) or marriage (married or not); with fifths of the age.
    per_cell : int
        Audited rows of each group × label cell.
    share : float
        Of the favorable labels of the half of the groups that have fewest; see
        `bias_labels`. Audited and test labels are the recorded ones.
    seed : int
    data_home : str or None

    Returns
    -------
    train, val, test : Rows
    """
    X, y, groups = _all_rows(setting, n_groups, data_home)
    rng = check_random_state(seed)
    order = rng.permutation(len(y))
    audited = []
    codes = encode_cells(groups, y).codes[order]
    for cell in range(codes.max() + 1):
        # From the end: at the front they would leave the test rows none of a small cell.
        audited.append(order[codes == cell][-per_cell:])
    audited = np.concatenate(audited)
    left = order[~np.isin(order, audited)]
    test, train = left[:N_TEST], left[N_TEST : N_TEST + N_TRAIN]
    val, test, train = (
        Rows(X[rows], y[rows], groups[rows]) for rows in (audited, test, train)
    )
    names = np.unique(groups)
    rates = [y[groups == name].mean() for name in names]
    worse_off = names[np.argsort(rates)[: len(names) // 2]]
    sides = np.isin(train.groups, worse_off)
    biased = bias_labels(train._replace(groups=sides), True, share, seed)
    return train._replace(y=biased.y), val, test


@lru_cache(maxsize=2)
def _all_rows(setting, n_groups, data_home):
    source = FETCHED[setting](data_home=data_home)
    features = source.data.drop(columns=list(HIDDEN[setting]))
    X = StandardScaler().fit_transform(encode(setting, features).to_numpy(np.float64))
    y = (source.target == source.favorable_label).to_numpy().astype(np.int64)
    return X.astype(np.float32), y, _groups(setting, n_groups, source)


def _groups(setting, n_groups, source):
    sex = source.sensitive["sex"].astype(str)
    if n_groups == 2:
        return sex.to_numpy(dtype=object)
    if n_groups == 10:
        other = pd.qcut(
            source.data["age" if setting == "adult" else "AGE"], 5, labels=False
        )
    elif setting == "adult":
        other = source.sensitive["race"] == "White"
    else:
        other = source.data["MARRIAGE"].astype(str).isin(["1", "1.0", "married"])
    return (sex + " " + other.astype(str).to_numpy()).to_numpy(dtype=object)
