"""Check the training rows."""

from typing import NamedTuple

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, column_or_1d, validate_data


class TrainingRows(NamedTuple):
    """Rows to train on.

    Parameters
    ----------
    X : ndarray, memmap or CSR matrix of shape (n_samples, ...)
        All rows; a copy of those to train on might not fit into memory.
    y : ndarray of shape (n_rows,), int64
        Class indices.
    sample_weight : ndarray of shape (n_rows,), or None for no weights
    rows : ndarray of shape (n_rows,), int64
        Which rows of X to train on, in the order of `y`.
    classes : ndarray of shape (n_classes,)
        Class labels.
    """

    X: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None
    rows: np.ndarray
    classes: np.ndarray

    def take(self, positions):
        """Return some of the rows to train on, by their positions in `rows`."""
        weight = self.sample_weight
        return self._replace(
            y=self.y[positions],
            sample_weight=None if weight is None else weight[positions],
            rows=self.rows[positions],
        )


def training_rows(estimator, X, y, sample_weight, *, classes=None, reset):
    """Check the training data.

    Parameters
    ----------
    estimator : estimator
        Has the features and classes that the rows should have. Where `reset`, it gets the
        features of X.
    X, y, sample_weight : array-like
        As of `NashMetaClassifier.fit`.
    classes : array-like of shape (n_classes,), default=None
        Class labels, where `reset`. None: those of the rows with a weight.
    reset : bool
        Whether the rows decide about features and classes.

    Returns
    -------
    rows : TrainingRows
        The rows that have a weight.
    """
    X, y = validate_data(
        estimator,
        X,
        y,
        accept_sparse="csr",
        dtype=[np.float32, np.float64],
        allow_nd=estimator.module is not None,
        reset=reset,
    )
    y = column_or_1d(y, warn=True)
    check_classification_targets(y)
    rows = np.arange(len(y))
    if sample_weight is not None:
        sample_weight = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        rows = np.flatnonzero(sample_weight > 0)
        if not len(rows):
            # In the words that scikit-learn has for it itself since 1.9.
            raise ValueError("Sample weights must contain at least one non-zero number.")
        y, sample_weight = y[rows], sample_weight[rows]
    if not reset:
        classes = estimator.classes_
    classes = np.unique(y if classes is None else classes)
    if len(classes) < 2:
        raise ValueError(
            "`y` should have 2 classes or more among the rows with a weight. Got "
            f"{len(classes)} class: {classes.tolist()}."
        )
    codes = class_indices(classes, y, "y")
    return TrainingRows(X, codes, sample_weight, rows, classes)


def class_indices(classes, y, name):
    """Return the indices of labels among the sorted classes.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
    y : ndarray of shape (n_samples,)
    name : str
        What the error calls `y`.

    Returns
    -------
    indices : ndarray of shape (n_samples,), int64

    Raises
    ------
    ValueError
        If a label is not among the classes.
    """
    known = set(classes.tolist())
    # By their texts, because NaN differs from itself and None has no order.
    unknown = sorted({repr(label) for label in y.tolist() if label not in known})
    if unknown:
        raise ValueError(
            f"`{name}` should have no other classes than {classes.tolist()}. Got "
            f"[{', '.join(unknown)}] as well."
        )
    return np.searchsorted(classes, y)
