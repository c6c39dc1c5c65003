"""Train the weigher of a `ReweightedClassifier` on what its fit was given."""

from ._prefitted import check_trained_weigher
from ._weight_routing import request_weights


def train_weigher(weigher, X, y, **given):
    """Train the weigher, or check that one that is trained already fits the data.

    Parameters
    ----------
    weigher : NashMetaClassifier, Pipeline, search or FrozenEstimator
    X, y : array-like
        Training rows.
    **given : dict
        The other arguments of `ReweightedClassifier.fit`. None is not passed on.

    Returns
    -------
    weigher : as given
    """
    check_trained_weigher(weigher, X, y, **given)
    if given["sample_weight"] is not None:
        request_weights(weigher)
    given = {name: value for name, value in given.items() if value is not None}
    return weigher.fit(X, y, **given)
