"""Find a fitted attribute inside pipelines and searches."""

from sklearn.exceptions import NotFittedError


def fitted_attribute(estimator, attribute):
    """Return a fitted attribute of an estimator, or of the one that it contains.

    Looks into the last step of a pipeline, the best estimator of a search, and the network
    of a `ReweightedClassifier`.

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
        elif hasattr(found, "steps"):
            found = found.steps[-1][1]
        else:
            raise NotFittedError(
                "`estimator` should be a fitted NashMetaClassifier, or a pipeline or "
                f"search that ends in one. Got {type(found).__name__} without "
                f"`{attribute}`. Call fit first; a search needs refit=True."
            )
    return getattr(found, attribute)
