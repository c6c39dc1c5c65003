"""Sum up over the steps what each training row did: its influence and its weight."""

import numpy as np

# The estimator's attributes with one entry for each training row.
RECORDS = ("cell_influence_", "sample_influence_", "applied_weight_")
# Rows whose records wait to be added up together, which is cheaper than step by step.
MOST_WAITING = 2**16


class Records:
    """Influence and applied weight of the rows that are trained on.

    Parameters
    ----------
    n_rows, n_cells : int

    Attributes
    ----------
    cell_influence : ndarray of shape (n_rows, n_cells)
        How much each row's gradient would have lowered each cell's loss, summed over the
        steps that were added up.
    applied_weight : ndarray of shape (n_rows,)
        What each row's loss was multiplied by, summed likewise.
    """

    def __init__(self, n_rows, n_cells):
        self.cell_influence = np.zeros((n_rows, n_cells))
        self.applied_weight = np.zeros(n_rows)
        self._waiting, self._n_waiting = [], 0

    def add(self, index, hypergradients, weights, sample_weight=None):
        """Record one step.

        Parameters
        ----------
        index : ndarray of shape (n_batch,), int
            The rows of the minibatch. No row is in two minibatches of one epoch.
        hypergradients : ndarray of shape (n_batch, n_cells) or None
            None where the step was not measured.
        weights : ndarray of shape (n_batch,)
            The weights that the step applied.
        sample_weight : ndarray of shape (n_batch,), default=None
            The user's. The influence of a row is that of all its copies.
        """
        influence = hypergradients
        if sample_weight is not None and influence is not None:
            influence = hypergradients * sample_weight[:, None]
        self._waiting.append((index, influence, weights))
        self._n_waiting += len(index)
        if self._n_waiting > MOST_WAITING:
            self.add_up()

    def add_up(self):
        """Add the steps of an epoch, or of its part so far, to the sums."""
        if self._waiting:
            index, influence, weights = zip(*self._waiting, strict=True)
            _add(self.applied_weight, index, weights)
            _add(self.cell_influence, index, influence)
        self._waiting, self._n_waiting = [], 0

    def of_all_rows(self, rows, n_samples, to_groups):
        """Return the `RECORDS` of all training rows, by name.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
            Which training rows were trained on, each once; the others have zeros. Where
            these are all in their order, the records are not copied.
        n_samples : int
            Number of training rows.
        to_groups : ndarray of shape (n_cells, n_groups)
            Column g averages the cells of group g.

        Returns
        -------
        records : dict of str to ndarray of shape (n_samples, ...)
        """
        sums = (
            self.cell_influence, self.cell_influence @ to_groups, self.applied_weight
        )  # fmt: skip
        if len(rows) == n_samples and (rows == np.arange(n_samples)).all():
            return dict(zip(RECORDS, sums, strict=True))
        records = {}
        for name, values in zip(RECORDS, sums, strict=True):
            records[name] = np.zeros((n_samples, *values.shape[1:]))
            records[name][rows] = values
        return records


def _add(total, index, added):
    """Add what is known of some steps to the rows of a sum."""
    known = [pair for pair in zip(index, added, strict=True) if pair[1] is not None]
    if known:
        rows, values = map(np.concatenate, zip(*known, strict=True))
        # np.take gathers rows several times as fast as an index in brackets.
        total[rows] = total.take(rows, axis=0) + values
