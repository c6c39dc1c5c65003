"""Check the stored parameters of an estimator, by the means of a training."""

import numpy as np

from .._model_file import require
from ..classifier import NashMetaClassifier
from ..protocols import MetaStep, get_protocol
from ._requests import REQUESTS, set_requests


def checked_estimator(parameters, *, complete):
    """Return an estimator with the stored parameters, each of which a training could use.

    Parameters
    ----------
    parameters : dict
        With an entry `REQUESTS` where requests of metadata were set.
    complete : bool
        Whether all have to be there.

    Returns
    -------
    estimator : NashMetaClassifier

    Raises
    ------
    ValueError
        If a parameter is unknown, missing, or has a value that `fit` would refuse.
    """
    requests = parameters.get(REQUESTS, {})
    parameters = {name: parameters[name] for name in parameters if name != REQUESTS}
    known = set(NashMetaClassifier().get_params(deep=False))
    unknown, lacking = set(parameters) - known, known - set(parameters)
    require(not unknown, f"there is no parameter {', '.join(sorted(unknown)):.80}")
    if complete:
        require(not lacking, f"it lacks the parameters {', '.join(sorted(lacking))}")
    estimator = NashMetaClassifier(**parameters)
    estimator._validate_params()
    set_requests(estimator, requests)
    require(not estimator.callbacks, "its `callbacks` should be None or empty")
    for protocol in (estimator.goal, estimator.bargaining):
        if protocol is not None:
            _try(get_protocol(protocol))
    return estimator


def _try(protocol):
    """Weigh two players, because a protocol checks its parameters where it uses them."""
    for name, value in protocol.get_params(deep=False).items():
        is_plain = value is None or type(value) in (bool, int, float, str)
        require(is_plain, f"`{name}` of {type(protocol).__name__} has a wrong type")
    with np.errstate(all="ignore"):
        weights = protocol.weights(MetaStep([1.0, 2.0], hypergradients=np.eye(2)))
    is_right = weights is None or (np.shape(weights) == (2,) and np.isfinite(weights).all())
    require(is_right, f"{protocol!r:.80} gives weights that are not finite")
