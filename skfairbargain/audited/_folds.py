"""Folds of audited rows, with rows of every cell in each as far as they reach."""

import numpy as np


def folds_by_cell(y, groups, n_folds, rng):
    """Give every row a fold: the rows of a cell go to the folds in turn.

    Unlike ``StratifiedKFold`` this takes cells with fewer rows than folds. A class with two
    rows or more has rows in two folds or more, so that no training fold lacks it; the same
    holds for a group with two rows or more of a class.

    Parameters
    ----------
    y, groups : ndarray of shape (n_val,), int
    n_folds : int
        Where there are fewer rows, as many as rows.
    rng : RandomState

    Returns
    -------
    folds : ndarray of shape (n_val,), int
    """
    order = np.lexsort((rng.uniform(size=len(y)), groups, y))
    folds = np.empty(len(y), dtype=int)
    folds[order] = np.arange(len(y)) % min(n_folds, len(y))
    return folds


def folds_of_splits(splitter, y, groups, cells):
    """Give every row the number of the split that leaves it out.

    Parameters
    ----------
    splitter : cross-validation splitter
        Stratifies by cell if it stratifies.
    y, groups, cells : ndarray of shape (n_val,), int

    Returns
    -------
    folds : ndarray of shape (n_val,), int

    Raises
    ------
    ValueError
        If a row is left out by none or by several, there are fewer than two splits, or one
        leaves no row of a class or of a group to learn from.
    """
    n_rows = len(y)
    times = np.zeros(n_rows, int)
    folds = np.zeros(n_rows, int)
    try:
        splits = list(splitter.split(np.zeros(n_rows), cells))
        for number, (_, test) in enumerate(splits):
            folds[test] = number
            times[test] += 1
    except (IndexError, TypeError, ValueError) as error:
        raise ValueError(
            f"`cv` should split the {n_rows} audited rows into training and test rows. "
            f"{str(error).rstrip('.')}. A whole number of folds takes groups and classes "
            "of any size."
        ) from error
    if len(splits) < 2 or not (times == 1).all():
        raise ValueError(
            "The splits of `cv` should be two or more, and leave every audited row out "
            f"once. Got {len(splits)}, which leave {int((times != 1).sum())} of {n_rows} "
            "rows out never or several times."
        )
    for what, codes in {"class": y, "group": groups}.items():
        for fold in range(len(splits)):
            if len(np.unique(codes[folds != fold])) < codes.max() + 1:
                raise ValueError(
                    f"`cv` should leave rows of every {what} to learn from. Got a split "
                    f"that leaves all rows of a {what} out. Shuffle the rows, as with "
                    "StratifiedKFold(5, shuffle=True), or pass a whole number of folds."
                )
    return folds
