"""Check the training rows."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, column_or_1d, validate_data


def training_rows(estimator, X, y, sample_weight, *, classes, reset):
    """Check the training data; where `reset`, set the estimator's features and classes.

    Returns
    -------
    X : ndarray, memmap or CSR matrix of shape (n_samples, ...)
        All rows; a copy of those with a weight might not fit into memory.
    y, sample_weight : ndarray of shape (n_rows,), or None for no weights
        Class indices and weights of the rows that have a weight.
    rows : ndarray of shape (n_rows,), int
        Which rows of X these are.
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
    if reset:
        estimator.classes_ = np.unique(y if classes is None else classes)
    if len(estimator.classes_) < 2:
        raise ValueError(
            "`y` should have 2 classes or more among the rows with a weight. Got "
            f"{len(estimator.classes_)} class: {estimator.classes_.tolist()}."
        )
    return X, class_indices(estimator.classes_, y, "y"), sample_weight, rows


def class_indices(classes, y, name):
    """Indices of labels among the sorted classes; `name` is for the error of others."""
    known = set(classes.tolist())
    # By their texts, because NaN differs from itself and None has no order.
    unknown = sorted({repr(label) for label in y.tolist() if label not in known})
    if unknown:
        raise ValueError(
            f"`{name}` should have no other classes than {classes.tolist()}. Got "
            f"[{', '.join(unknown)}] as well."
        )
    return np.searchsorted(classes, y)
