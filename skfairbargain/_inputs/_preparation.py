"""Check that X_val was prepared like X."""

import warnings

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import _get_feature_names

from .._utils import warn_user
from ..exceptions import ValidationSetWarning
from ._images import bytes_scaled
from ._rows import checked_rows

# Rows of X whose range is compared with the validation set's.
RANGE_ROWS = 1000
ROUTE_IT = 'In a Pipeline, transform_input=["X_val"] takes it through the earlier steps.'


def prepared_alike(estimator, X_val, **checks):
    """Check validation rows as the training rows before them.

    Parameters
    ----------
    estimator : estimator
        Has the features of the training rows.
    X_val : array-like of shape (n_val, ...)
    **checks : dict
        As of `checked_rows`.

    Returns
    -------
    X_val : as of ``validate_data``

    Raises
    ------
    ValueError
        If they are malformed or of other features.
    """
    try:
        with warnings.catch_warnings():
            # `warn_of_names` says more about this.
            warnings.filterwarnings("ignore", "X (has|does not have valid) feature names")
            return checked_rows(estimator, X_val, name="X_val", reset=False, **checks)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`X_val` should be prepared as `X` was. {error} {ROUTE_IT}"
        ) from error


def warn_of_preparation(estimator, rows, X_val, validation):
    """Warn of what makes it likely that a validation set was not prepared as X was.

    Parameters
    ----------
    estimator : NashMetaClassifier
        Has the features of the training rows.
    rows : TrainingRows
    X_val : array-like of shape (n_val, ...)
        The validation rows as they were given.
    validation : ValidationSet
        They and their cells, checked.
    """
    warn_of_names(estimator, X_val)
    warn_of_cut_validation_set(validation.cells, rows.X.shape[0])
    warn_of_untransformed_validation_set(rows.X, validation.X)


def warn_of_names(estimator, X_val):
    """Warn where only one of X and X_val has column names.

    Names that differ are an error of scikit-learn's. Its warning of this case would call
    the validation set "X", and is replaced by this one.
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

    A cross-validator cuts whatever is as long as its data, and what remains is as long as
    the training rows. A set of that length that is balanced by cell has not lost random
    rows, so it is not warned of.

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
    rows, X_val = map(bytes_scaled, (X[:: -(-X.shape[0] // RANGE_ROWS)], X_val))
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
