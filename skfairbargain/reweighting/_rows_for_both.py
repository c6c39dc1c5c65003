"""Check the rows that both the weigher and the estimator get."""

from sklearn.utils.validation import validate_data

from .._inputs import check_given_together, check_labels, checked_rows, prepared_alike
from ._weighted_rows import with_shape


def rows_for_both(scratch, X, y, X_val, y_val, groups_val, *, bare):
    """Return the inputs as they came, of which `scratch` has the features.

    Parameters
    ----------
    scratch : ReweightedClassifier
        It gets the features of X.
    X, y, X_val, y_val, groups_val : array-like
        As of `ReweightedClassifier.fit`.
    bare : bool
        Whether the weigher is a network, before which nothing encodes rows: it would refuse
        them in its own name.

    Returns
    -------
    X, y, X_val : array-like
        With a shape; sparse ones as CSR.
    """
    check_given_together(X_val, y_val, groups_val)
    many_dimensions = getattr(scratch.weigher, "module", None) is not None
    of_numbers = {"accept_sparse": True, "dtype": None, "allow_nd": many_dimensions}
    checks = of_numbers if bare else {"skip_check_array": True}
    if y is not None:  # of which scikit-learn says its own sentence
        check_labels(y, "y")
    checked_rows(scratch, with_shape(X), y, **checks)
    X, y = validate_data(scratch, with_shape(X), y, skip_check_array=True)
    if X_val is not None:
        prepared_alike(scratch, with_shape(X_val), **checks)
        X_val = prepared_alike(scratch, with_shape(X_val), skip_check_array=True)
        check_labels(y_val, "y_val")
    return X, y, X_val
