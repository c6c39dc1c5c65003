"""Training rows with their learned weights, and the audited rows below them."""

import numpy as np
import pandas as pd
from scipy.sparse import issparse, vstack
from sklearn.utils import _safe_indexing, check_array
from sklearn.utils.validation import column_or_1d


def weighted_rows(X, y, weight, classes, X_val, y_val, audit_share):
    """Return the rows that count, with what they count.

    Parameters
    ----------
    X : ndarray, DataFrame or CSR matrix of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
    weight : ndarray of shape (n_samples,)
        Learned weights, 1 on average.
    classes : ndarray of shape (n_classes,)
        Class labels, sorted.
    X_val, y_val : as X and y, or None
        Audited rows, their labels among `classes`.
    audit_share : float
        Their share in the weight of all.

    Returns
    -------
    X, y, weight : of shape (n_rows, ...)
        Rows of weight 0 are left out. The weights are 1 on average.

    Raises
    ------
    ValueError
        If a class has no row left.
    """
    rows = np.flatnonzero(weight)
    X, y, weight = _safe_indexing(X, rows), column_or_1d(y)[rows], weight[rows]
    if X_val is not None and audit_share > 0:
        audited = weight.sum() * audit_share / (1 - audit_share)
        X, y = _stacked(X, X_val), np.concatenate([y, y_val])
        weight = np.append(weight, np.full(len(y_val), audited / len(y_val)))
    lost = np.setdiff1d(classes, y).tolist()
    if lost or not rows.size:
        raise ValueError(
            "The learned weights should leave rows of every class. Those of the "
            f"classes {lost or classes.tolist()} are all zero. Set the weigher's "
            "`anchor` above 0."
        )
    # As in plain training they are 1 on average, so that a penalty means the same.
    return X, y, weight / weight.mean()


def with_shape(X):
    """Return X as something with a shape, of which rows can be taken."""
    if issparse(X):
        return X.tocsr()
    return X if hasattr(X, "shape") else np.asarray(X)


def is_finite(X):
    """Tell whether scikit-learn finds no NaN and no infinity in X."""
    try:
        check_array(X, accept_sparse=True, dtype=None)
    except ValueError:
        return False
    return True


def _stacked(X, X_val):
    """Training rows, and below them the audited ones, in the kind of the former."""
    if hasattr(X, "iloc") and hasattr(X_val, "iloc"):
        dtypes = {column: _common_categories(X, X_val, column) for column in X.columns}
        dtypes = {column: dtype for column, dtype in dtypes.items() if dtype is not None}
        X, X_val = X.astype(dtypes), X_val.astype(dtypes)
        return pd.concat([X, X_val], ignore_index=True)
    if issparse(X):
        return vstack([X, X_val], "csr")
    return np.concatenate([X, X_val.toarray() if issparse(X_val) else X_val])


def _common_categories(X, X_val, column):
    """Categories of a column in X, then those that X_val alone has values of.

    pandas makes objects of two columns whose categories differ.
    """
    dtype = X[column].dtype
    if not isinstance(dtype, pd.CategoricalDtype):
        return None
    values = pd.Index(X_val[column].dropna().unique())
    more = values.difference(dtype.categories, sort=False)
    return pd.CategoricalDtype([*dtype.categories, *more], dtype.ordered)
