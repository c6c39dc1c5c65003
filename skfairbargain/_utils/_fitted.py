"""What a fit recorded, wherever around the network it was called."""

from sklearn.exceptions import NotFittedError


def learned(estimator, attribute):
    """What a fit recorded, found also in a pipeline, a search or a reweighting.

    Raises
    ------
    NotFittedError
        If the attribute is nowhere.
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
