"""Folds of the audited rows: some of them steer the training, the others score it."""

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import _safe_indexing, indexable

from .._utils import check_same_length, encode_cells, known_groups, small_cells, way_out
from ..exceptions import UndefinedGroupError

__all__ = ["AuditedKFold"]


class AuditedKFold(StratifiedKFold):
    """Cross-validator whose folds are audited rows; all other rows are in every training.

    For searches and cross-validation where the groups of the training rows are unknown, so
    that these cannot score fairness. X, y and groups hold training rows and audited rows;
    the group of a training row is missing (None or NaN). The training part of a split has
    all training rows, and the audited rows of all folds but one; that one scores.
    `PartlyAuditedClassifier` lets the audited rows of a training part steer the weights.

    Parameters
    ----------
    n_splits : int, default=3
        Number of folds, 2 or more. Every group × label cell needs as many audited rows.
    shuffle : bool, default=False
        Whether to shuffle the audited rows before they are split.
    random_state : int, RandomState or None, default=None
        Random numbers that shuffle. An int gives the same folds in every call, which
        halving searches ask for where `shuffle` is True.

    See Also
    --------
    PartlyAuditedClassifier : What to train in the splits.
    skfairbargain.metrics.get_scorer : What to score by.

    Notes
    -----
    With metadata routing enabled, searches pass on their `sensitive_features` as the groups
    of `split`; `set_split_request` changes the name. Training rows have no group to score
    by, so set ``return_train_score=False``, which is not the default of halving searches.

    An `X_val` beside X cannot rotate, since a search cuts only what is as long as X. A
    search class of our own could rotate it, but would repeat those of scikit-learn and
    Optuna, while rows in one X and a splitter work in all of them.

    A halving search with ``resource="n_samples"`` draws from training rows and audited rows
    alike; let ``max_epochs`` be the resource.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairbargain.model_selection import AuditedKFold
    >>> y = [0, 1, 1] + [0, 1, 0, 1] * 2
    >>> sex = [None, None, None] + ["F", "F", "M", "M"] * 2
    >>> for train, test in AuditedKFold(n_splits=2).split(np.zeros((11, 1)), y, sex):
    ...     print(train, test)
    [ 0  1  2  7  8  9 10] [3 4 5 6]
    [0 1 2 3 4 5 6] [ 7  8  9 10]
    """

    __metadata_request__split = {"groups": "sensitive_features"}

    def __init__(self, n_splits=3, *, shuffle=False, random_state=None):
        super().__init__(n_splits, shuffle=shuffle, random_state=random_state)

    def split(self, X, y, groups=None):
        """Compute the row numbers of every split.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows and audited rows, in any order.
        y : array-like of shape (n_samples,)
            Class labels.
        groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns), \
                default=None
            Groups; missing for training rows. Several columns become intersections.
            Required.

        Yields
        ------
        train, test : ndarray of int64
            Sorted row numbers. `test` has audited rows alone, and `train` all other rows.

        Raises
        ------
        UndefinedGroupError
            If a cell has fewer audited rows than there are folds.
        ValueError
            If groups are not given, all known or all missing, or lengths differ.
        """
        if groups is None:
            raise ValueError(
                "`groups` should have the group of every audited row, and be missing (None "
                "or NaN) for the rows to train on. Got None. Enable metadata routing, and "
                "pass them to a search or cross-validation as `sensitive_features`."
            )
        known = known_groups(groups, "groups")
        check_same_length(X=X, y=y, groups=groups)
        rows, audited = np.arange(len(known)), np.flatnonzero(known)
        y, groups = (_safe_indexing(each, audited) for each in indexable(y, groups))
        cells = encode_cells(groups, y)
        self._check_cells(cells)
        for _, fold in super().split(cells.codes, cells.codes):
            test = audited[fold]
            yield np.delete(rows, test), test

    def _check_cells(self, cells):
        least = cells.counts.min()
        if least >= self.n_splits:
            return
        lower = f"lower n_splits to {least}" if least > 1 else None
        raise UndefinedGroupError(
            f"Every group should have {self.n_splits} audited rows or more of each label, "
            f"one for each fold. {small_cells(cells, self.n_splits)}. "
            f"{way_out(cells, self.n_splits, lower)}"
        )
