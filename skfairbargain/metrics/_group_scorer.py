"""A scorer of scikit-learn's that knows groups."""

import inspect

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.metadata_routing import MetadataRequest

from ._registry import BaseScorer

RESPONSE_METHODS = {
    "labels": ("predict",),
    "scores": ("decision_function", "predict_proba"),
    "probabilities": ("predict_proba",),
}


class GroupScorer(BaseScorer):
    """What `make_group_scorer` makes: one of scikit-learn's scorers that knows groups.

    Being one of them, it shares predictions with the others of a multi-metric search.
    """

    def __init__(self, name, metric, sensitive_features, parameters):
        known = inspect.signature(metric.function).parameters
        strange = [parameter for parameter in parameters if parameter not in known]
        if strange:
            raise ValueError(
                f"{name!r} has no parameter {strange[0]!r}. It has "
                f"{[p for p in known if known[p].kind is known[p].KEYWORD_ONLY]}."
            )
        sign = 1 if metric.greater_is_better else -1
        super().__init__(metric.function, sign, parameters, RESPONSE_METHODS[metric.reads])
        self._name = name
        self._sensitive_features = sensitive_features
        # Routing looks here. With groups from X, there is nothing else to ask for; whether
        # weights count in scores is for the user to say, as in scikit-learn.
        self._metadata_request = MetadataRequest(owner=repr(self))
        self.set_score_request(sample_weight=None)
        if sensitive_features is None:
            self.set_score_request(sensitive_features=True)

    def __repr__(self):
        parameters = {"sensitive_features": self._sensitive_features, **self._kwargs}
        return (
            f"make_group_scorer({self._name!r}, "
            f"{', '.join(f'{name}={value!r}' for name, value in parameters.items())})"
        )

    def __call__(
        self, estimator, X, y_true, *, sample_weight=None, sensitive_features=None
    ):
        """Score of a fitted estimator on X; greater is better."""

        def respond(estimator, method, X, pos_label=None):
            return getattr(estimator, method)(X)

        given = {"sample_weight": sample_weight, "sensitive_features": sensitive_features}
        return self._score(respond, estimator, X, y_true, **given)

    def set_score_request(self, **requests):
        """Say which metadata to take, and under which name, when routing is enabled.

        Parameters
        ----------
        **requests : dict
            `sample_weight` or `sensitive_features`, to True, False, None or another name
            under which the metadata are passed. What is not mentioned stays as it is.

        Returns
        -------
        self : GroupScorer
        """
        for parameter, alias in requests.items():
            if parameter not in ("sample_weight", "sensitive_features"):
                raise TypeError(
                    "A group scorer takes 'sample_weight' and 'sensitive_features'. Got a "
                    f"request for {parameter!r}."
                )
            self._metadata_request.score.add_request(param=parameter, alias=alias)
        return self

    def _score(
        self, respond, estimator, X, y_true, sample_weight=None, sensitive_features=None
    ):
        parameters = dict(self._kwargs)
        known = inspect.signature(self._score_func).parameters
        classes = getattr(estimator, "classes_", None)
        if classes is not None and "labels" in known:
            parameters.setdefault("labels", classes)
        if classes is not None and "pos_label" in known and len(classes) == 2:
            parameters.setdefault("pos_label", classes[1])
        if sensitive_features is None and self._sensitive_features is not None:
            sensitive_features = _groups_in(X, self._sensitive_features)
        if sensitive_features is None and known["sensitive_features"].default is not None:
            raise ValueError(
                f"The scorer {self._name!r} needs the group of each row. Got none. Name "
                f"their column, as in make_group_scorer({self._name!r}, "
                "sensitive_features='sex'), or enable metadata routing with sklearn."
                "set_config(enable_metadata_routing=True) and pass sensitive_features."
            )
        methods = self._response_method
        method = next((name for name in methods if hasattr(estimator, name)), None)
        if method is None:
            raise AttributeError(
                f"The scorer {self._name!r} needs an estimator with "
                f"{' or '.join(methods)}. {type(estimator).__name__} has none."
            )
        output = respond(estimator, method, X, pos_label=None)
        parameters |= {
            "sensitive_features": sensitive_features,
            "sample_weight": sample_weight,
        }
        return self._sign * self._score_func(y_true, output, **parameters)


def _groups_in(X, where):
    if callable(where):
        return where(X)
    several = isinstance(where, list | tuple)
    keys = list(where) if several else [where]
    if hasattr(X, "columns"):
        missing = [key for key in keys if key not in X.columns]
        if missing:
            raise ValueError(
                f"X should have the column {missing[0]!r} of sensitive_features. It has "
                f"{list(X.columns)}. A scorer gets X as it is before a pipeline's steps."
            )
        return X[keys] if several else X[where]
    if not all(isinstance(key, int | np.integer) for key in keys):
        raise ValueError(
            f"X should be a DataFrame with the column {keys[0]!r} of sensitive_features. "
            f"Got {type(X).__name__}. Pass the number of the column, or a function of X."
        )
    n_columns = X.shape[1] if hasattr(X, "shape") else np.shape(X)[1]
    beyond = [key for key in keys if not -n_columns <= key < n_columns]
    if beyond:
        raise ValueError(
            f"X should have the column {beyond[0]} of sensitive_features. It has "
            f"{n_columns} columns. A scorer gets X as it is before a pipeline's steps."
        )
    columns = X[:, keys] if hasattr(X, "shape") else np.asarray(X)[:, keys]
    return columns.toarray() if issparse(columns) else columns
