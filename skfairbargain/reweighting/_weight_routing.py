"""Bring sample weights to the last step of a pipeline or search."""

import inspect

from sklearn.utils.metadata_routing import MetadataRequest


def _parameters_of_fit(estimator):
    return inspect.signature(estimator.fit).parameters.values()


def weight_name(estimator):
    """Return what ``fit`` calls the weights; a pipeline passes them to its last step.

    Raises
    ------
    ValueError
        If it does not take weights.
    """
    if hasattr(estimator, "steps"):
        name, last = estimator.steps[-1]
        return f"{name}__{weight_name(last)}"
    taken = _parameters_of_fit(estimator)
    if not any(p.name == "sample_weight" or p.kind == p.VAR_KEYWORD for p in taken):
        raise ValueError(
            "`estimator` should take `sample_weight` in fit, to be trained on the learned "
            f"weights. Got {estimator!r}."
        )
    return "sample_weight"


def request_weights(weigher):
    """Route weights to the last step of a search or pipeline, unless that is set."""
    while hasattr(weigher, "estimator"):
        weigher = weigher.estimator
    steps = [step for _, step in getattr(weigher, "steps", [("network", weigher)])]
    for step in steps:
        asked = getattr(step, "get_metadata_routing", dict)()
        if not isinstance(asked, MetadataRequest):
            continue
        if asked.fit.requests.get("sample_weight", "not taken") is None:
            step.set_fit_request(sample_weight=step is steps[-1])
        if asked.score.requests.get("sample_weight", "not taken") is None:
            step.set_score_request(sample_weight=False)
