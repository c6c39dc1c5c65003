"""Scorers of the group metrics, for scikit-learn's searches and cross-validation."""

import difflib
import inspect
import sys

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import _scorer as sklearn_scorers
from sklearn.utils.metadata_routing import MetadataRequest

# The modules enter their metrics in the table when they are imported.
from . import _accuracy, _overall, _parity, _rates, _score_metrics  # noqa: F401
from ._forms import GROUP_METRICS

RESPONSE_METHODS = {
    "labels": ("predict",),
    "scores": ("decision_function", "predict_proba"),
    "probabilities": ("predict_proba",),
}


def get_scorer_names():
    """Names of the scorers, for `get_scorer` and `make_group_scorer`.

    A scorer of a metric that is better when lower has the prefix ``neg_``.

    Returns
    -------
    names : list of str
        In alphabetical order.

    Examples
    --------
    >>> from skfairbargain.metrics import get_scorer_names
    >>> [name for name in get_scorer_names() if name.endswith("_auc")]
    ['overall_auc', 'worst_group_auc']
    """
    return sorted(_scorer_name(name) for name in GROUP_METRICS)


def get_scorer(name):
    """Scorer that takes groups as metadata named `sensitive_features`.

    It requests them already: with metadata routing enabled, pass `sensitive_features` to
    ``cross_validate`` (in `params`) or to a search's ``fit`` and nothing else is needed.

    Parameters
    ----------
    name : str
        One of `get_scorer_names`.

    Returns
    -------
    scorer : callable
        To be called as ``scorer(estimator, X, y, sensitive_features=groups)``.

    Raises
    ------
    ValueError
        If there is no scorer of this name.

    See Also
    --------
    make_group_scorer : Groups from a column of X, without metadata routing.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skfairbargain.metrics import get_scorer
    >>> X, y = make_classification(random_state=0)
    >>> model = LogisticRegression().fit(X, y)
    >>> scorer = get_scorer("worst_group_auc")
    >>> round(scorer(model, X, y, sensitive_features=X[:, 0] > 0), 3)
    0.982
    """
    return make_group_scorer(name)


def make_group_scorer(name, sensitive_features=None, undefined="raise", **parameters):
    """Scorer that finds the groups in X, or takes them as metadata.

    Groups in a column of X need no metadata routing: every split of the data brings them
    along. That the model can see a column does not mean that it should: drop it in the
    first step of its pipeline, since a scorer gets X as it is before the pipeline.

    Parameters
    ----------
    name : str
        One of `get_scorer_names`.
    sensitive_features : str, int, list or callable, default=None
        Where X has the groups: a column's name (or its number, where X is an array), a list
        of them, or a function from X to the groups. None: they come as metadata, or as an
        argument of the call.
    undefined : {"raise", "warn"}, default="raise"
        What to do with a group in which the quantity is undefined: an error, or leave the
        group out with a warning.
    **parameters : dict
        Further parameters of the metric, such as `pos_label`.

    Returns
    -------
    scorer : callable
        To be called as ``scorer(estimator, X, y)``; for the `scoring` of a search. Greater
        is better: a loss or disparity comes with a minus sign.

    Raises
    ------
    ValueError
        If there is no scorer of this name, or its metric has no such parameter.

    See Also
    --------
    get_scorer : Groups as metadata.
    register_scorers : Scorers by name, in scikit-learn's own functions.

    Notes
    -----
    Scores are those of ``decision_function``, or else ``predict_proba``; log loss reads
    ``predict_proba``, and all other metrics ``predict``. A lambda goes through worker
    processes that joblib starts, but not through :mod:`pickle`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from skfairbargain.metrics import make_group_scorer
    >>> X = pd.DataFrame({"score": [1, 3, 2, 4, 1, 4, 3, 2] * 5, "age": [30, 60] * 20})
    >>> y = X["score"] > 2
    >>> scorer = make_group_scorer("worst_group_auc", sensitive_features="age")
    >>> cross_val_score(LogisticRegression(), X, y, scoring=scorer, cv=2).tolist()
    [1.0, 1.0]
    """
    return GroupScorer(name, sensitive_features, {"undefined": undefined, **parameters})


def register_scorers(sensitive_features=None, undefined="raise"):
    """Let scikit-learn know the scorers by name, as in ``scoring="worst_group_auc"``.

    For scripts and configuration files in which a string is what there is. It changes
    scikit-learn for the whole process, until `unregister_scorers`; importing this package
    never does it.

    Parameters
    ----------
    sensitive_features : str, int, list or callable, default=None
        Where X has the groups, as in `make_group_scorer`. None: they come as metadata, so
        that metadata routing has to be enabled.
    undefined : {"raise", "warn"}, default="raise"
        What to do with a group in which the quantity is undefined.

    See Also
    --------
    unregister_scorers : Undo it.
    get_scorer : A scorer without a registry.

    Notes
    -----
    scikit-learn has no public way to add a name. It looks one up in a dictionary, but also
    checks `scoring` against lists made when its modules were imported, so both are
    extended. A name is resolved in the process that gets it: a search inside another, whose
    folds run in worker processes, has to be given ``get_scorer(name)`` instead of the name.

    Examples
    --------
    >>> import sklearn.metrics
    >>> from skfairbargain.metrics import register_scorers, unregister_scorers
    >>> register_scorers(sensitive_features="sex")
    >>> sklearn.metrics.get_scorer("worst_group_auc")
    make_group_scorer('worst_group_auc', sensitive_features='sex', undefined='raise')
    >>> unregister_scorers()
    """
    names = get_scorer_names()
    for name in names:
        scorer = make_group_scorer(name, sensitive_features, undefined)
        sklearn_scorers._SCORERS[name] = scorer
    for options in _lists_of_scorer_names():
        options.update(names)


def unregister_scorers():
    """Take the names that `register_scorers` added out of scikit-learn again.

    Without a registration before, it does nothing.

    See Also
    --------
    register_scorers : What it undoes.

    Examples
    --------
    >>> import sklearn.metrics
    >>> from skfairbargain.metrics import unregister_scorers
    >>> unregister_scorers()
    >>> "worst_group_auc" in sklearn.metrics.get_scorer_names()
    False
    """
    names = get_scorer_names()
    for name in names:
        sklearn_scorers._SCORERS.pop(name, None)
    for options in _lists_of_scorer_names():
        options.difference_update(names)


class GroupScorer(sklearn_scorers._BaseScorer):
    """What `make_group_scorer` makes: one of scikit-learn's scorers that knows groups.

    Being one of them, it shares predictions with the others of a multi-metric search.
    """

    def __init__(self, name, sensitive_features, parameters):
        metric = _metric_of_scorer(name)
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


def _scorer_name(metric_name):
    sign = "" if GROUP_METRICS[metric_name].greater_is_better else "neg_"
    return sign + metric_name


def _metric_of_scorer(name):
    metrics = {_scorer_name(metric): GROUP_METRICS[metric] for metric in GROUP_METRICS}
    if name in metrics:
        return metrics[name]
    if name in GROUP_METRICS:
        raise ValueError(
            f"{name!r} is better when lower, and a scorer better when higher. Ask for "
            f"{_scorer_name(name)!r}."
        )
    close = difflib.get_close_matches(str(name), metrics, n=3)
    raise ValueError(
        f"There is no group scorer named {name!r}. "
        + (f"Did you mean {' or '.join(map(repr, close))}? " if close else "")
        + "get_scorer_names() lists them."
    )


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
    columns = X[:, keys] if hasattr(X, "shape") else np.asarray(X)[:, keys]
    return columns.toarray() if issparse(columns) else columns


def _lists_of_scorer_names():
    """The sets of names that scikit-learn's functions and classes check `scoring` with."""
    found = {}
    modules = [m for name, m in list(sys.modules.items()) if name.startswith("sklearn.")]
    for member in [member for module in modules for member in vars(module).values()]:
        for attribute in ("_parameter_constraints", "_skl_parameter_constraints"):
            constraints = getattr(member, "__dict__", {}).get(attribute)
            if not isinstance(constraints, dict):
                continue
            for constraint in constraints.get("scoring", ()):
                options = getattr(constraint, "options", ())
                if isinstance(options, set) and "roc_auc" in options:
                    found[id(options)] = options
    return list(found.values())
