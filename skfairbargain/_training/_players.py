"""The players of a training, by number and by name."""

from typing import NamedTuple

import numpy as np

from .._utils import group_name


class Players(NamedTuple):
    """Groups and cells of a validation set.

    Parameters
    ----------
    groups : list
        Group labels.
    cells : list of tuple
        (group label, class label) of each cell.
    """

    groups: list
    cells: list

    @property
    def cell_groups(self):
        """Position of each cell's group among the groups."""
        return np.array([self.groups.index(group) for group, _ in self.cells])

    def names(self, players):
        """Return the names of the "cells" or of the "groups", all different."""
        if players == "groups":
            return _distinct([group_name(group) for group in self.groups], self.groups)
        names = [f"{group_name(group)}, {label}" for group, label in self.cells]
        return _distinct(names, self.cells)


def _distinct(names, labels):
    """Return the names, or the labels' reprs where two read the same, as 1 and "1" do."""
    return names if len(set(names)) == len(names) else [repr(label) for label in labels]
