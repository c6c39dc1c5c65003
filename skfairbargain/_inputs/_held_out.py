"""Hold a validation set out of the training rows."""

import numpy as np
from sklearn.utils import check_random_state

from ._validation_set import arranged_by_cell

# Most rows of a class that are held out: every step passes through all of them.
MOST_HELD_OUT = 100


def hold_out(rows, fraction, random_state):
    """Hold the same number of every class out, about a fraction of the rows in all.

    At most 100 of a class.

    Parameters
    ----------
    rows : TrainingRows
    fraction : float
    random_state : int, RandomState or None

    Returns
    -------
    rows : TrainingRows
        Those left to train on, in their order.
    validation : ValidationSet
        Its groups are the classes.

    Raises
    ------
    ValueError
        If a class has a single row.
    """
    classes = rows.classes
    counts = np.bincount(rows.y, minlength=len(classes))
    present = np.flatnonzero(counts)
    rarest = present[counts[present].argmin()]
    if counts[rarest] < 2:
        raise ValueError(
            "A class should have 2 samples or more, so that one can be held out for "
            f"validation. Class {classes.tolist()[rarest]!r} has 1 sample. Leave it out, "
            "or pass `X_val` and `y_val`."
        )
    wanted = round(fraction * len(rows.y) / len(present))
    per_class = max(1, min(wanted, counts[rarest] // 2, MOST_HELD_OUT))
    rng = check_random_state(random_state)
    of_class = [np.flatnonzero(rows.y == code) for code in present]
    drawn = [rng.choice(members, per_class, replace=False) for members in of_class]
    held_out = np.sort(np.concatenate(drawn))
    X_val, y_val = rows.X[rows.rows[held_out]], rows.y[held_out]
    validation = arranged_by_cell(X_val, y_val, y_val, classes.tolist(), classes)
    return rows.take(np.setdiff1d(np.arange(len(rows.y)), held_out)), validation
