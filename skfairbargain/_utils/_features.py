"""Check features on a copy of an estimator, and set them together with what it learned."""

import copy

FEATURES = ("n_features_in_", "feature_names_in_")


def scratch_copy(estimator):
    """Return a shallow copy to validate data with.

    scikit-learn's ``validate_data`` sets the features on the estimator that it is given. On
    a copy that changes nothing where the fit fails later.
    """
    return copy.copy(estimator)


def set_fitted(estimator, scratch, **attributes):
    """Set all that a fit learned at once.

    Parameters
    ----------
    estimator : estimator
    scratch : estimator
        Copy of it, on which the features of the training rows were set.
    **attributes : dict
        Fitted attributes. None removes an attribute.
    """
    attributes |= {name: getattr(scratch, name, None) for name in FEATURES}
    state = {**vars(estimator), **attributes}
    absent = [name for name in attributes if state[name] is None]
    for name in absent:
        del state[name]
    # One assignment: whenever an interrupt comes, the estimator has one model or the other.
    estimator.__dict__ = state
