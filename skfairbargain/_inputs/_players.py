"""The players of a training, by number and by name."""

from typing import NamedTuple

import numpy as np

from .._utils import distinct_names, group_names


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
            return group_names(self.groups)
        names = dict(zip(self.groups, group_names(self.groups), strict=True))
        names = [f"{names[group]}, {label}" for group, label in self.cells]
        return distinct_names(names, self.cells)
