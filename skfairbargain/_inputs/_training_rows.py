"""Check the training rows."""

import re
from numbers import Real
from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import (
    _check_sample_weight,
    assert_all_finite,
    column_or_1d,
)

from .._utils import check_column, check_numbers
from ._dtypes import readable_dtypes
from ._images import RowForm, are_bytes
from ._labels import check_classes, check_labels, class_indices, label_column
from ._rows import checked_rows


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
    in_bytes : bool, default=False
        Whether X, or what was trained on first, is images in bytes.
    """

    X: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None
    rows: np.ndarray
    classes: np.ndarray
    in_bytes: bool = False

    @property
    def form(self):
        return RowForm(self.X.shape[1:], self.in_bytes)

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
    if y is not None:  # of which scikit-learn says its own sentence
        check_labels(y, "y")
    X, y = checked_rows(
        estimator,
        X,
        y,
        accept_sparse="csr",
        form=None if reset else estimator._row_form,
        dtype=readable_dtypes,
        allow_nd=estimator.module is not None,
        reset=reset,
    )
    in_bytes = are_bytes(X) if reset else estimator._row_form.in_bytes
    if not reset:
        classes = estimator.classes_
    elif classes is not None:
        classes = label_column(classes, "classes")
    return TrainingRows(X, *weighted_labels(X, y, sample_weight, classes), in_bytes)


def weighted_labels(X, y, sample_weight, classes=None):
    """Check labels and weights of rows.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
        Checked rows.
    y, sample_weight : array-like
        As of `NashMetaClassifier.fit`.
    classes : array-like of shape (n_classes,), default=None
        Class labels. None: those of the rows with a weight.

    Returns
    -------
    y : ndarray of shape (n_rows,), int64
        Class indices of the rows that have a weight.
    sample_weight : ndarray of shape (n_rows,), or None for no weights
    rows : ndarray of shape (n_rows,), int64
        Which rows of X these are.
    classes : ndarray of shape (n_classes,)
    """
    y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name="y")
    check_classes(y)
    rows = np.arange(len(y))
    if sample_weight is not None:
        sample_weight = _checked_weight(sample_weight, X)
        rows = np.flatnonzero(sample_weight > 0)
        if not len(rows):
            # In the words that scikit-learn has for it itself since 1.9.
            raise ValueError("Sample weights must contain at least one non-zero number.")
        y, sample_weight = y[rows], sample_weight[rows]
    classes = np.unique(y if classes is None else classes)
    if len(classes) < 2:
        raise ValueError(
            "`y` should have 2 classes or more among the rows with a weight. Got "
            f"{len(classes)} class: {classes.tolist()}."
        )
    return class_indices(classes, y, "y"), sample_weight, rows, classes


def _checked_weight(sample_weight, X):
    """Weights as scikit-learn takes them: one for each row, or one number for all."""
    if isinstance(sample_weight, Real):
        sample_weight = np.full(X.shape[0], sample_weight)
    else:
        check_column(sample_weight, "sample_weight")
        check_numbers(sample_weight, "sample_weight")
    try:
        return _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
    except (TypeError, ValueError, OverflowError) as error:
        if re.search("sample_weight|at least one non-zero", str(error)):
            raise
        raise ValueError(
            f"`sample_weight` should hold a number for each row. {error}"
        ) from error
