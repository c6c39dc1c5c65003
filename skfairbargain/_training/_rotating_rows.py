"""A few validation rows of every cell for each step, in rotation."""

import numpy as np


class RotatingRows:
    """Draws, for each step of an epoch, as many validation rows of every cell.

    In an epoch each cell's rows come in a random order, as often as it takes, and a step
    gets the next ones. So within a step no row comes twice, every row is as likely as the
    others of its cell, and the mean of a step's rows is an unbiased estimate of the cell's.

    Parameters
    ----------
    cells : ndarray of shape (n_val,), int
        Cell of each validation row, 0 to n_cells − 1.
    per_cell : int
        Rows of each cell in a step; smaller cells have all of theirs.
    seed : int

    Attributes
    ----------
    cells : ndarray of shape (n_rows,), int
        Cell of each of the rows of a step.
    random : numpy.random.Generator
        Draws the order of the next epoch.
    """

    def __init__(self, cells, per_cell, seed):
        self._of_row = cells
        sizes = np.bincount(cells)
        taken = np.minimum(sizes, per_cell)
        self.cells = np.repeat(np.arange(len(sizes)), taken)
        self._size, self._taken = sizes[self.cells], taken[self.cells]
        self._start = (np.cumsum(sizes) - sizes)[self.cells]
        self._place = np.arange(len(self.cells)) - (np.cumsum(taken) - taken)[self.cells]
        self.random = np.random.default_rng(seed)

    def epoch(self):
        """Yield the rows of one step after the other, without end: int, (n_rows,)."""
        # By cell, and within a cell in a random order.
        order = np.lexsort((self.random.random(len(self._of_row)), self._of_row))
        place = self._place
        while True:
            yield order[self._start + place % self._size]
            place = place + self._taken


def averages(cells):
    """Return the matrix of shape (n_val, n_cells) that averages the rows of each cell."""
    belongs = np.eye(cells.max() + 1)[cells]
    return belongs / belongs.sum(axis=0)
