"""The split of the paper's experiments: its own row numbers, or ours by the same rule."""

import zlib
from pathlib import Path
from pickle import UnpicklingError
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from sklearn.utils import check_random_state

from skfairbargain.datasets import (
    fetch_adult,
    fetch_bank_marketing,
    fetch_credit_default,
    fetch_student_performance,
    fetch_titanic,
    fetch_us_crime,
)
from skfairbargain.model_selection import encode_cells

FETCHERS = {
    "adult": fetch_adult,
    "bank": fetch_bank_marketing,
    "default_credit": fetch_credit_default,
    "us_crime": fetch_us_crime,
    "titanic": fetch_titanic,
    "student_por": fetch_student_performance,
}

# (validation rows of each cell, share of the rows in the test set)
SPLIT_RULES = {
    ("adult", "sex"): (3, 0.03),
    ("adult", "race"): (3, 0.03),
    ("bank", "age"): (3, 0.03),
    ("default_credit", "sex"): (4, 0.03),
    ("us_crime", "blackgt6pct"): (1, 0.03),
    ("titanic", "sex"): (1, 0.03),
    ("student_por", "sex"): (2, 0.10),
}


# The parts in the files of the paper's row numbers.
ARRAYS = ("ind_train", "val_idx", "ind_test")


class PaperSplit(NamedTuple):
    """Row numbers of the training, validation and test set.

    Parameters
    ----------
    train : ndarray of shape (n_train,), int64
        Every row that is in neither of the others, sorted.
    val : ndarray of shape (n_val,), int64
        Equally many rows of every group × label cell.
    test : ndarray of shape (n_test,), int64
        Equally many draws from every cell, rows repeated where a cell is small.
    """

    train: np.ndarray
    val: np.ndarray
    test: np.ndarray


def paper_split(name, sensitive, *, splits_dir=None, random_state=0, data_home=None):
    """Split a data set as the paper's experiments did.

    The test set is balanced over the group × label cells, 3 % of the data (10 % of
    student_por), drawn **with replacement**; the validation set takes 1 to 4 other rows of
    every cell; the rest is for training. So a small cell may be nearly used up: of adult's
    smallest, training keeps a single row or none.

    Parameters
    ----------
    name : {"adult", "bank", "default_credit", "us_crime", "titanic", "student_por"}
        The data set.
    sensitive : str
        Its sensitive attribute: "sex" or "race" of adult, "age" of bank, "blackgt6pct" of
        us_crime, "sex" of the others.
    splits_dir : path-like, default=None
        Folder with the paper's row numbers in ``<name>_<sensitive>.npz``: arrays
        `ind_train`, `val_idx` and `ind_test`. None draws new rows by the same rule.
    random_state : int, RandomState or None, default=0
        Which rows are drawn. Not used with `splits_dir`.
    data_home : str or path-like, default=None
        As in the fetchers. Not used with `splits_dir`.

    Returns
    -------
    split : PaperSplit
        Row numbers of the data set as fetched: ``train``, ``val`` and ``test``.

    Raises
    ------
    ValueError
        If the paper has no such setting, or the file of the row numbers is none.
    OSError
        If there is no such file, or the data set cannot be fetched.

    See Also
    --------
    skfairbargain.model_selection.balanced_validation_split : The split for one's own data.

    Notes
    -----
    The validation rows are drawn before the test rows here, so that a cell of a handful of
    rows cannot be used up by the test set.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, Table 2.
    """
    setting = (name, sensitive)
    if setting not in SPLIT_RULES:
        known = ", ".join(map(repr, SPLIT_RULES))
        raise ValueError(
            f"`name` and `sensitive` should be one of {known}. Got {setting!r}."
        )
    if splits_dir is not None:
        return read_paper_split(Path(splits_dir) / f"{name}_{sensitive}.npz")
    source = FETCHERS[name](data_home=data_home)
    per_cell, test_share = SPLIT_RULES[setting]
    return draw_paper_split(
        source.target, source.sensitive[sensitive], per_cell, test_share, random_state
    )


def read_paper_split(path):
    """Read the row numbers of a split; see `paper_split`."""
    try:
        # Not of a name: numpy leaves a file open that it cannot read.
        with open(path, "rb") as file, np.load(file) as arrays:
            rows = [arrays[name] for name in ARRAYS]
    except (ValueError, KeyError, EOFError, TypeError, AttributeError, zlib.error,
            UnpicklingError, BadZipFile, NotImplementedError, RuntimeError):  # fmt: skip
        rows = []
    if len(rows) < len(ARRAYS) or not all(map(_are_row_numbers, rows)):
        raise ValueError(
            f"{path} should hold row numbers, in arrays that are called "
            f"{', '.join(ARRAYS)}. Got another file. Name a folder with the paper's files, "
            "or leave --splits-dir out to draw rows by its rule."
        )
    return PaperSplit(*rows)


def check_split(split, n_samples, setting):
    """Refuse row numbers of another data set, and training rows among the others."""
    train, val, test = split
    rows = np.unique(np.concatenate(split))
    is_whole = np.array_equal(rows, np.arange(n_samples))
    if not is_whole or np.isin(train, np.concatenate([val, test])).any():
        raise ValueError(
            f"The row numbers of {setting} should be those of its {n_samples:,} rows, each "
            f"of them in the training set or in another. Got {len(rows):,} numbers up to "
            f"{rows.max():,}. Name the folder of the paper's files by --splits-dir."
        )


def _are_row_numbers(rows):
    return rows.ndim == 1 and rows.size and rows.dtype.kind in "iu" and rows.min() >= 0


def draw_paper_split(y, groups, per_cell, test_share, random_state):
    """Draw a split by the paper's rule from any data set; see `paper_split`."""
    cells, counts, _, _ = encode_cells(groups, y)
    n_cells = counts.size
    rng = check_random_state(random_state)
    n_draws = int(test_share * len(cells) / n_cells)
    val, test = [], []
    for cell in range(n_cells):
        members = rng.permutation(np.flatnonzero(cells == cell))
        val.append(members[:per_cell])
        test.append(rng.choice(members[per_cell:], n_draws, replace=True))
    val, test = np.sort(np.concatenate(val)), np.sort(np.concatenate(test))
    train = np.setdiff1d(np.arange(len(cells)), np.concatenate([val, test]))
    return PaperSplit(train, val, test)
