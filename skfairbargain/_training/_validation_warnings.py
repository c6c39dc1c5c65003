"""Is a validation set prepared as X was? Errors where it cannot be, signs of the rest."""

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import _get_feature_names

from .._utils import warn_user
from ..exceptions import ValidationSetWarning
from ._validation_set import ROUTE_IT

# Rows of X whose range is compared with the validation set's.
RANGE_ROWS = 1000


def warn_of_names(estimator, X_val):
    """Warn where only one of X and X_val has column names.

    Names that differ are scikit-learn's error. Its warning of this case calls the
    validation set "X", so that it is better replaced.
    """
    named = _get_feature_names(X_val) is not None
    if named != hasattr(estimator, "feature_names_in_"):
        has, lacks = ("X_val", "X") if named else ("X", "X_val")
        warn_user(
            f"`{has}` has column names and `{lacks}` has none, so `X_val` was probably not "
            f"prepared as `X` was. {ROUTE_IT}",
            ValidationSetWarning,
        )


def warn_of_cut_validation_set(cells, n_samples):
    """Warn if a cross-validator has probably cut the validation set.

    It cuts whatever is as long as its data, and what it leaves is as long as the rows that
    it leaves: equal lengths are the trace. A set that is balanced by cell did not lose
    random rows, so it raises no alarm.

    Parameters
    ----------
    cells : ndarray of shape (n_val,), int
        Cell of each validation row.
    n_samples : int
        Rows of X.
    """
    if len(cells) == n_samples and np.ptp(np.bincount(cells)) > 0:
        warn_user(
            f"`X_val` has exactly as many rows as `X`, {n_samples}. A cross-validator cuts "
            "whatever is as long as the data that it splits, so rows of the validation set "
            "are probably missing. Pass a validation set of another length, such as one of "
            "balanced_validation_split.",
            ValidationSetWarning,
        )


def warn_of_untransformed_validation_set(X, X_val):
    """Warn if most values of the validation set lie outside the range of their column in X.

    Among rows prepared alike, one value in n/2 does, for n rows of X.

    Parameters
    ----------
    X, X_val : ndarray or CSR matrix of shape (n, ...)
    """
    # A stride, so that of a memmap few pages are read.
    rows = X[:: -(-X.shape[0] // RANGE_ROWS)]
    low, high = (_dense(rows.min(axis=0)), _dense(rows.max(axis=0)))
    values = _dense(X_val)
    outside = np.mean((values < low) | (values > high))
    if outside > 0.5:
        warn_user(
            f"{outside:.0%} of the values of `X_val` lie outside the range of their column "
            f"in `X`, so it was probably not prepared as `X` was. {ROUTE_IT}",
            ValidationSetWarning,
        )


def _dense(X):
    return X.toarray() if issparse(X) else np.asarray(X)
