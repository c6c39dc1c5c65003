"""The model that is in use: checked, and brought to the class shares of the audit."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.utils.validation import check_is_fitted


def check_reference(reference, classes):
    """Refuse a reference that is not fitted, or has other classes.

    Parameters
    ----------
    reference : classifier or None
    classes : ndarray of shape (n_classes,)

    Raises
    ------
    NotFittedError
        If it is not fitted.
    ValueError
        If its classes are not those of `y`.
    """
    if reference is None:
        return
    check_is_fitted(
        reference,
        msg="`reference` should be fitted: it is the model that is in use. Got a "
        "%(name)s that is not. Inside a search or cross-validation, which clone it, wrap "
        "it in sklearn.frozen.FrozenEstimator.",
    )
    known = np.asarray(reference.classes_).tolist()
    if known != classes.tolist():
        raise ValueError(
            f"`reference` should have the classes of `y`, {classes.tolist()}. Got {known}."
        )


def best_shift(logits, y, weight):
    """What added to logits gives the lowest loss: the change from one prior to another.

    A model that was trained where one class is rare would lose against any other at equal
    shares, by its prior alone.

    Parameters
    ----------
    logits : ndarray of shape (n_val, n_classes)
    y : ndarray of shape (n_val,), int
        Every class has rows.
    weight : ndarray of shape (n_val,)

    Returns
    -------
    shift : ndarray of shape (n_classes,)
        Of sum 0.
    """
    shares = weight / weight.sum()
    right = np.bincount(y, shares, minlength=logits.shape[1])

    def loss(shift):
        log_p = log_softmax(logits + shift, axis=1)
        return -(shares @ log_p[np.arange(len(y)), y]), shares @ np.exp(log_p) - right

    found = minimize(loss, np.zeros(logits.shape[1]), jac=True, method="BFGS").x
    return found - found.mean()
