"""The model that is in use: checked, and brought to the class shares of the audit."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.utils.validation import check_is_fitted

from .._utils import check_instance
from ._base_models import REFERENCE, logits_of


def check_reference(reference, classes):
    """Refuse a reference without probabilities, not fitted, or of other classes.

    Parameters
    ----------
    reference : classifier or None
    classes : ndarray of shape (n_classes,)

    Raises
    ------
    TypeError
        If it has no ``predict_proba``.
    NotFittedError
        If it is not fitted.
    ValueError
        If its classes are not those of `y`.
    """
    if reference is None:
        return
    check_instance(reference, REFERENCE)
    if not hasattr(reference, "predict_proba"):
        raise TypeError(
            f"`reference` should have `predict_proba`. Got a {type(reference).__name__} "
            "without it. Calibrate it on rows that it was not fitted on: "
            "CalibratedClassifierCV(FrozenEstimator(reference)).fit(X, y)."
        )
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


def reference_logits(reference, rows, shape):
    """Logits of the reference, of sum 0 a row.

    Parameters
    ----------
    reference : classifier
    rows : DataFrame or array-like of shape (n_samples, n_features)
        As they came.
    shape : tuple of (int, int)
        Rows and classes.

    Returns
    -------
    logits : ndarray of shape (n_samples, n_classes)

    Raises
    ------
    ValueError
        If it cannot predict these rows, or predicts no probabilities.
    """
    try:
        probabilities = reference.predict_proba(rows)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(
            "`reference` should predict probabilities of rows with the columns of `X`, in "
            f"the form that they have. Got {type(error).__name__}: {str(error).rstrip()} "
            "Put what it needs before it, as in a pipeline."
        ) from error
    return logits_of(probabilities, shape, REFERENCE)


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
