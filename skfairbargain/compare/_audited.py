"""Which groups are large enough to compare, and the rows that each seed draws of them."""

from typing import NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split

from .._utils import encode_cells, group_names, n_rows, small_cells, warn_user
from ..exceptions import SmallGroupWarning, UndefinedGroupError
from ..model_selection import balanced_validation_indices

TEST_SHARE = 0.3
# A cell gives a third to the test set and leaves rows for validation and training.
SMALLEST_CELL = 6
MOST_PER_CELL = 5
# Of "auto", a quarter of the smallest cell: the test set, training and twice as many again.
AUTO_TIMES = 4
GIVEN_TIMES = 2
# Groups with fewer rows of a class than this have a handful of them in a test set.
FEW = AUTO_TIMES * MOST_PER_CELL


class Audited(NamedTuple):
    """The groups that are compared.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,), int
        Number of each row's group; -1 where it is not compared.
    strata : ndarray of shape (n_samples,), int
        By which test rows are drawn.
    per_cell : ndarray of shape (n_groups,), int
        Validation rows of each cell of a group; 0 where it is not compared.
    """

    codes: np.ndarray
    strata: np.ndarray
    per_cell: np.ndarray


def choose_groups(y, groups, per_cell="auto", small_groups="leave_out"):
    """Choose the groups to compare, and warn of those that are small.

    Parameters
    ----------
    y, groups, per_cell, small_groups :
        As in `compare_methods`.

    Returns
    -------
    audited : Audited
    """
    cells = encode_cells(groups, y)
    _check_two(cells)
    least = cells.counts.min(axis=1)
    if small_groups == "keep":
        sizes = _of_all(cells, least, per_cell)
    else:
        sizes = _of_large_ones(cells, least, per_cell)
    _warn_of_few_rows(cells, least, sizes)
    codes = cells.codes // len(cells.labels)
    codes = np.where(sizes[codes] > 0, codes, -1)
    return Audited(codes, _strata(cells, codes), sizes)


def split(audited, y, seed):
    """Draw the row numbers of the training, validation and test set."""
    rest, test = train_test_split(
        np.arange(len(y)), test_size=TEST_SHARE, stratify=audited.strata, random_state=seed
    )
    val = []
    for size in np.unique(audited.per_cell[audited.per_cell > 0]):
        giving = np.flatnonzero(
            np.append(audited.per_cell == size, False)[audited.codes[rest]]
        )
        _, drawn = balanced_validation_indices(
            y[rest[giving]], audited.codes[rest[giving]], per_cell=size, random_state=seed
        )
        val.append(giving[drawn])
    val = np.sort(np.concatenate(val))
    return np.delete(rest, val), rest[val], test


def _check_two(cells):
    found = {"classes": cells.labels.tolist(), "groups": cells.groups}
    for several, names in found.items():
        if len(names) < 2:
            one = {"classes": "class", "groups": "group"}[several]
            raise ValueError(
                f"Comparing needs two {several} or more, but every row is of {one} "
                f"{names[0]!r}."
            )


def _of_all(cells, least, per_cell):
    fewest = SMALLEST_CELL
    if per_cell != "auto":
        fewest = max(fewest, GIVEN_TIMES * per_cell)
    if least.min() < fewest:
        raise UndefinedGroupError(
            f"Every group should have {n_rows(fewest)} or more of each class"
            f"{_why(per_cell)}. {small_cells(cells, fewest, 'class')}. Merge small groups "
            "with others, or leave them out of the comparison by small_groups='leave_out'."
        )
    if per_cell == "auto":
        return np.clip(least // AUTO_TIMES, 1, MOST_PER_CELL)
    return np.full(len(least), per_cell)


def _of_large_ones(cells, least, per_cell):
    """As many validation rows of a cell as at least two groups can give."""
    is_auto = per_cell == "auto"
    for size in range(MOST_PER_CELL, 0, -1) if is_auto else (per_cell,):
        fewest = max(SMALLEST_CELL, size * (AUTO_TIMES if is_auto else GIVEN_TIMES))
        is_large = least >= fewest
        if is_large.sum() >= 2:
            break
    else:
        lower = "" if is_auto or per_cell == 1 else "lower per_cell, "
        raise UndefinedGroupError(
            f"Comparing needs two groups with {n_rows(fewest)} or more of each class"
            f"{_why(per_cell)}. {small_cells(cells, fewest, 'class')}. "
            f"{(lower + 'merge groups, or add rows').capitalize()}."
        )
    if not is_large.all():
        warn_user(
            f"Groups with fewer than {fewest} rows of a class are not compared. "
            f"{small_cells(cells, fewest, 'class')}. Their rows are trained on and count "
            "in the overall metrics, but not in the validation set and the metrics by "
            "group. "
            "Merge them with others, or compare them by small_groups='keep'.",
            SmallGroupWarning,
        )
    return np.where(is_large, size, 0)


def _why(per_cell):
    is_its = per_cell != "auto" and GIVEN_TIMES * per_cell >= SMALLEST_CELL
    return f", twice the per_cell of {per_cell}" if is_its else ""


def _warn_of_few_rows(cells, least, sizes):
    """Warn of compared groups whose metrics are those of a handful of test rows."""
    compared = sizes > 0
    if least[compared].min() >= FEW:
        return
    counts = cells.counts[compared]
    groups = [group for group, one in zip(cells.groups, compared, strict=True) if one]
    few = cells._replace(counts=counts, groups=groups)
    warn_user(
        f"Groups with fewer than {FEW} rows of a class are compared by a handful of test "
        "rows, so that chance decides their metrics and those of the worst group. "
        f"{small_cells(few, FEW, 'class')}. The validation set has {_told(groups, sizes)} "
        "of each class.",
        SmallGroupWarning,
    )


def _told(groups, sizes):
    """Validation rows of a cell: of all groups alike, or of those that differ."""
    sizes = sizes[sizes > 0]
    most = sizes.max()
    rows = "row" if most == 1 else "rows"
    if sizes.min() == most:
        return f"{most} {rows}"
    fewer = ", ".join(
        f"{size} of {name!r}"
        for name, size in zip(group_names(groups), sizes.tolist(), strict=True)
        if size < most
    )
    return f"{most} {rows}, and {fewer},"


def _strata(cells, codes):
    """The cells of the compared groups; all rows of the others are one stratum."""
    others = codes < 0
    strata = np.where(others, cells.counts.size, cells.codes)
    if others.sum() == 1:  # a stratum has two rows or more
        strata[others] = cells.counts.argmax()
    return strata
