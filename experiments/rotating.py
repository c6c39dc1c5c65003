"""A few audited rows in each step, in rotation, against all of them in every step."""

import time
from functools import lru_cache

import numpy as np
from sklearn.utils import check_random_state

from skfairbargain import NashMetaClassifier
from skfairbargain.model_selection import encode_cells

from .biased_rows import bias_labels, clean_rows
from .measures import honest_measures
from .networks import AS_THEY_ARE, fit_quietly
from .preparation import SETTING_ORDER
from .rivals import Rows

N_TRAIN = 12_000
N_EPOCHS = 25
LR = 5e-3
SHARES = (0.0, 0.4)  # of wrong labels
ALL = "all"
ROWS = (5, 20)  # of each cell in a step
# At most half of a cell's rows are audited, and of those left this share is tested on.
TEST_SHARE = 0.4
# The people of adult_race are those of adult_sex.
ROTATING_SETTINGS = tuple(name for name in SETTING_ORDER if name != "adult_race")
PER_CELL = (50, 500)
# The settings that have hundreds of rows in every cell.
LARGE = ("default_credit_sex", "bank_age", "adult_sex")


def rotating_specs(settings, per_cell, shares, rows, *, n_seeds, epochs):
    """One spec a run; those that differ in the rows of a step alone together."""
    return [
        {
            "setting": setting,
            "per_cell": n_val,
            "share": share,
            "rows": n_rows,
            "seed": seed,
            "epochs": epochs or N_EPOCHS,
        }
        for seed in range(n_seeds)
        for setting in settings
        for n_val in per_cell
        if n_val <= min(PER_CELL) or setting in LARGE
        for share in shares
        for n_rows in (ALL, *rows)
    ]


@lru_cache(maxsize=6)
def clean(setting, data_home):
    """`clean_rows`, of several settings at once."""
    return clean_rows(setting, data_home)


def split_rows(spec, *, data_home=None):
    """Draw audited, test and training rows, the last with wrong labels.

    Parameters
    ----------
    spec : dict
        Of `rotating_specs`.
    data_home : str or None

    Returns
    -------
    train, val, test : Rows
    """
    X, y, groups, worse_off = clean(spec["setting"], data_home)
    order = check_random_state(spec["seed"]).permutation(len(y))
    codes = encode_cells(groups, y).codes[order]
    audited, tested, left = [], [], []
    for cell in range(codes.max() + 1):
        of_cell = order[codes == cell]
        n_val = min(spec["per_cell"], len(of_cell) // 2)
        n_test = round(TEST_SHARE * (len(of_cell) - n_val))
        for part, rows in zip(
            (audited, tested, left), np.split(of_cell, [n_val, n_val + n_test]), strict=True
        ):
            part.append(rows)
    # In the order of the permutation again, so that the first of them are of all cells.
    left = order[np.isin(order, np.concatenate(left))][:N_TRAIN]
    parts = left, np.concatenate(audited), np.concatenate(tested)
    train, val, test = (Rows(X[rows], y[rows], groups[rows]) for rows in parts)
    return bias_labels(train, worse_off, spec["share"], spec["seed"]), val, test


def run_rotating(spec, *, data_home=None):
    """Train with all audited rows in a step, or with some, and measure.

    Returns
    -------
    result : dict
        `honest_measures`; ``conflict``, the share of steps by which a player loses; and
        ``fit_seconds``, CPU time.
    """
    train, val, test = split_rows(spec, data_home=data_home)
    clf = NashMetaClassifier(
        max_epochs=spec["epochs"],
        lr=LR,
        validation_rows_per_step=None if spec["rows"] == ALL else spec["rows"],
        random_state=spec["seed"],
        **AS_THEY_ARE,
    )
    start = time.process_time()
    fit_quietly(clf, train, val)
    seconds = time.process_time() - start
    scores, labels = clf.decision_function(test.X), clf.predict(test.X)
    conflicts = [row["conflict_rate"] for row in clf.history_]
    return {
        **honest_measures(test.y, scores, labels, test.groups),
        "conflict": float(np.mean(conflicts)),
        "fit_seconds": seconds,
    }
