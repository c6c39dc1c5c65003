"""Groups that have too few rows of a label, as messages name them."""

from ._group_names import group_names

# A message names no more groups than this.
MOST_NAMED = 10


def small_cells(cells, fewest, kind="label"):
    """Name every group that has fewer rows of a label than it should, the smallest first.

    Parameters
    ----------
    cells : Cells
    fewest : int
        Rows that every cell should have.
    kind : str, default="label"
        What labels are called.

    Returns
    -------
    text : str
        As in "Group 'c' has 4 rows of label 1, group 'd' 0 of label 0".

    Examples
    --------
    >>> from skfairbargain.model_selection import encode_cells
    >>> small_cells(encode_cells(list("aabcc"), [0, 1, 0, 0, 1]), 1)
    "Group 'b' has 0 of label 1"
    """
    smallest = cells.counts.min(axis=1)
    labels = cells.labels.tolist()
    small = [group for group in smallest.argsort(kind="stable") if smallest[group] < fewest]
    names = group_names(cells.groups)
    named = [
        f"{names[group]!r} has {smallest[group]} of {kind} "
        f"{labels[cells.counts[group].argmin()]!r}"
        for group in small[:MOST_NAMED]
    ]
    more = len(small) - len(named)
    return f"Group {', group '.join(named)}" + (f", and {more} more groups" if more else "")


def way_out(cells, fewest, lower=None):
    """Say what to do where cells have too few rows.

    Parameters
    ----------
    cells : Cells
    fewest : int
        Rows that every cell should have.
    lower : str, default=None
        What else than merging groups would help, as in "lower n_splits to 2".

    Returns
    -------
    text : str
        A sentence.
    """
    several = (cells.counts < fewest).any(axis=1).sum() > 1
    merge = "merge these groups with others" if several else "merge the group with another"
    move = f"{lower}, or {merge}" if lower else merge
    return f"{move[0].upper()}{move[1:]}."
