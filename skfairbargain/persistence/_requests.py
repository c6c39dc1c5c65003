"""What an estimator asks scikit-learn's metadata routing for, if that was set on it."""

from sklearn import config_context

from .._model_file import require

# Beside the parameters in a file; absent where nothing was set.
REQUESTS = "metadata_requests"


def requests_of(estimator):
    """Return what a file has of an estimator's ``set_fit_request`` and the like.

    Returns
    -------
    part : dict
        Empty where nothing was set, else an entry `REQUESTS`: for each method and each of
        its arguments, what was set.
    """
    # Set by these methods alone; the defaults are those of the class.
    if "_metadata_request" not in vars(estimator):
        return {}
    return {REQUESTS: estimator.get_metadata_routing()._serialize()}


def set_requests(estimator, requests):
    """Set what was stored.

    Parameters
    ----------
    estimator : NashMetaClassifier
    requests : object

    Raises
    ------
    ValueError
        If there is no such method or argument, or a value is no request.
    """
    require(type(requests) is dict, f"its `{REQUESTS}` has a wrong type")
    known = estimator.get_metadata_routing()._serialize()
    for method, values in requests.items():
        is_known = method in known and type(values) is dict
        are_known = is_known and values.keys() <= known[method].keys()
        require(are_known, f"its `{REQUESTS}` has an unknown method or argument")
        are_requests = all(
            value is None or type(value) is bool or _is_name(value)
            for value in values.values()
        )
        require(are_requests, f"its `{REQUESTS}` has a wrong value")
        with config_context(enable_metadata_routing=True):
            getattr(estimator, f"set_{method}_request")(**values)


def _is_name(value):
    # The second is how scikit-learn spells a request that warns.
    return type(value) is str and (value.isidentifier() or value == "$WARN$")
