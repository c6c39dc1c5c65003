"""The groups that the audited rows can speak for: small ones are merged or left out."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from .._utils import encode_groups, group_names, n_rows

OTHERS = "other groups"
# Fewer audited rows of a label than this neither steer a training nor measure one.
FEWEST = 3
# And of groups with fewer, chance decides much.
FEW = 10


class Groups(NamedTuple):
    """Audited rows by group.

    Parameters
    ----------
    names : ndarray of shape (n_samples,), str
        The group of each row.
    kept : ndarray of shape (n_samples,), bool
        False for rows whose group is too small to be audited.
    merged : dict of str to str or None
        What became of each small group: the group that it is part of, or None where its
        rows are left out.
    notes : list of str
    """

    names: np.ndarray
    kept: np.ndarray
    merged: dict
    notes: list


def choose_groups(groups, y, merge_below):
    """Merge groups that have few audited rows of a label, and leave out the smallest.

    Parameters
    ----------
    groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns)
    y : ndarray of shape (n_samples,)
    merge_below : int
        Groups with fewer rows of some label are merged into one, "other groups".

    Returns
    -------
    chosen : Groups

    Raises
    ------
    ValueError
        If fewer than two groups have enough rows of each label.
    """
    codes, labels = encode_groups(groups)
    names = np.array(group_names(labels, taken=[OTHERS]), dtype=object)[codes]
    counts = pd.crosstab(names, y)
    least = counts.min(axis=1)
    # The two largest stay groups of their own, whatever they have.
    merge_below = min(merge_below, sorted(least)[-2] if len(least) > 1 else 1)
    small = least.index[least < merge_below].tolist()
    merged, notes = {}, []
    if len(small) > 1:
        merged = dict.fromkeys(small, OTHERS)
        names = np.where(np.isin(names, small), OTHERS, names)
        notes.append(
            f"Groups with fewer than {n_rows(merge_below)} of some label were merged into "
            f"{OTHERS!r}: {_listed(small, counts)}."
        )
    counts = pd.crosstab(names, y)
    tiny = counts.index[counts.min(axis=1) < FEWEST].tolist()
    kept = ~np.isin(names, tiny)
    if len(counts) - len(tiny) < 2:
        raise ValueError(
            "An audit needs two groups or more with 3 rows or more of each label. The "
            f"audited rows have {_listed(counts.index, counts)}. Audit more rows, or bring "
            "groups together."
        )
    few = counts.index[(counts.min(axis=1) < FEW) & ~counts.index.isin(tiny)].tolist()
    if few:
        notes.append(
            f"{'Group' if len(few) == 1 else 'Groups'} {_listed(few, counts)}: fewer than "
            f"{FEW} audited rows of some label, so what is said of them is uncertain."
        )
    if tiny:
        merged |= {name: None for name in small if merged.get(name, name) in tiny}
        merged |= dict.fromkeys(tiny)
        one = len(tiny) == 1
        notes.append(
            f"{'Group' if one else 'Groups'} {_listed(tiny, counts)}: fewer than {FEWEST} "
            "audited rows of some label, so nothing can be said of "
            f"{'it. Its' if one else 'them. Their'} rows were left out of the audit."
        )
    return Groups(names, kept, merged, notes)


def like_audited(groups, chosen):
    """The groups of other rows, named and merged as those of the audited rows.

    Returns
    -------
    names : ndarray of shape (n_samples,), str
    kept : ndarray of shape (n_samples,), bool
        False where the audited rows have no such group.
    """
    codes, labels = encode_groups(groups)
    names = group_names(labels, taken=[OTHERS])
    names = [chosen.merged.get(name, name) for name in names]
    names = np.array(names, dtype=object)[codes]
    return names, np.isin(names.astype(str), np.unique(chosen.names[chosen.kept]))


def _listed(names, counts, most=6):
    shown = [f"{name!r} ({_counts(name, counts)})" for name in list(names)[:most]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _counts(name, counts):
    of_name = counts.loc[name]
    return ", ".join(f"{n} of label {label!r}" for label, n in of_name.items())
