"""Names of groups and cells for people: all different, as the groups are."""

from ._groups import group_name


def group_names(labels, taken=()):
    """Write groups as readable texts, all of them different.

    Parameters
    ----------
    labels : list
        Different groups, as `encode_groups` gives them.
    taken : collection of str, default=()
        Names that no group may have.

    Returns
    -------
    names : list of str

    Examples
    --------
    >>> group_names(["F", ("M", 40)])
    ['F', 'M & 40']
    >>> group_names([1, "1"])
    ['1', "'1'"]
    >>> group_names(["F", "overall"], taken=["overall"])
    ["'F'", "'overall'"]
    """
    return distinct_names([group_name(label) for label in labels], labels, taken)


def distinct_names(names, labels, taken=()):
    """The names, or the labels' reprs where two read the same, as 1 and "1" do.

    Labels of the same repr are numbered.
    """
    if _differ(names, taken):
        return names
    names = [repr(label) for label in labels]
    if _differ(names, taken):
        return names
    return [f"{name} ({place})" for place, name in enumerate(names, start=1)]


def _differ(names, taken):
    return len({*names, *taken}) == len(names) + len(set(taken))
