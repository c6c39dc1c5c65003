"""Check the model that is in use."""

import numpy as np
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
