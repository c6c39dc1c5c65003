"""Refuse estimators that cannot be trained on audited rows, before any training."""

import inspect


def check_instance(part, name):
    """Refuse a class in place of an estimator, which scikit-learn cannot clone."""
    if isinstance(part, type):
        raise TypeError(
            f"`{name}` should be an estimator. Got the class {part.__name__}. Pass "
            f"{part.__name__}(...)."
        )


def check_takes_audit(estimator, name, takers):
    """Refuse an estimator that cannot be trained on audited rows.

    Parameters
    ----------
    estimator : estimator
    name : str
        Name of the argument, for error messages.
    takers : str
        What takes them, likewise.

    Raises
    ------
    TypeError
        If neither it, nor what a pipeline or search ends in, takes `X_val` in fit.
    """
    check_instance(estimator, name)
    last = estimator
    while not _takes(last, "X_val") and (
        hasattr(last, "steps") or hasattr(last, "estimator")
    ):
        last = last.steps[-1][1] if hasattr(last, "steps") else last.estimator
    if not _takes(last, "X_val", or_any=True):
        raise TypeError(
            f"`{name}` should be {takers}, or a pipeline, a search or a FrozenEstimator "
            f"that ends in one. Got {estimator!r}."
        )


def _takes(estimator, argument, or_any=False):
    """Whether fit has this argument; `or_any`: or accepts all keywords."""
    if not hasattr(estimator, "fit"):  # "passthrough" as the last step
        return False
    parameters = inspect.signature(estimator.fit).parameters.values()
    return any(
        each.name == argument or (or_any and each.kind == each.VAR_KEYWORD)
        for each in parameters
    )
