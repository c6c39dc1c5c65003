"""Set fitted attributes all at once, and find them inside pipelines and searches."""

import copy

import numpy as np
from sklearn.exceptions import NotFittedError

FEATURES = ("n_features_in_", "feature_names_in_")


def scratch_copy(estimator):
    """Return a shallow copy to validate data with.

    scikit-learn's ``validate_data`` sets the features on the estimator that it is given. On
    a copy that changes nothing where the fit fails later. The same holds for a
    ``RandomState`` that is drawn from: the scratch has a copy of it.
    """
    scratch = copy.copy(estimator)
    if isinstance(getattr(estimator, "random_state", None), np.random.RandomState):
        scratch.random_state = copy.deepcopy(estimator.random_state)
    return scratch


def set_fitted(estimator, scratch, **attributes):
    """Set all that a fit learned at once.

    Parameters
    ----------
    estimator : estimator
    scratch : estimator
        Copy of it, on which the features of the training rows were set. Its ``RandomState``
        has been drawn from, and now that of the estimator advances as far.
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
    if isinstance(getattr(estimator, "random_state", None), np.random.RandomState):
        estimator.random_state.set_state(scratch.random_state.get_state())


def fitted_attribute(
    estimator, attribute, kind="NashMetaClassifier", first="Call fit first"
):
    """Return a fitted attribute of an estimator, or of the one that it contains.

    Looks into the last step of a pipeline, the best estimator of a search, the network of a
    `ReweightedClassifier`, and the fitted estimator of other meta-estimators.

    Parameters
    ----------
    estimator : estimator
    attribute : str
    kind, first : str
        What has the attribute, and what gives it, for the message.

    Raises
    ------
    NotFittedError
        If none of them has the attribute.
    """
    found = estimator
    while not hasattr(found, attribute):
        if hasattr(found, "best_estimator_"):
            found = found.best_estimator_
        elif hasattr(found, "weigher_"):
            found = found.weigher_
        elif hasattr(found, "estimator_"):
            found = found.estimator_
        elif hasattr(found, "steps"):
            found = found.steps[-1][1]
        else:
            raise NotFittedError(
                f"`estimator` should be a fitted {kind}, or a pipeline or search that "
                f"ends in one. Got {type(found).__name__} without `{attribute}`. {first}; "
                "a search needs refit=True."
            )
    return getattr(found, attribute)
