"""Scorers of the group metrics, for scikit-learn's searches and cross-validation."""

import difflib

from ._group_scorer import GroupScorer
from ._quantities import GROUP_METRICS
from ._registry import add_scorers, remove_scorers


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
    parameters = {"undefined": undefined, **parameters}
    return GroupScorer(name, _metric_of_scorer(name), sensitive_features, parameters)


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
    add_scorers(
        {
            name: make_group_scorer(name, sensitive_features, undefined)
            for name in get_scorer_names()
        }
    )


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
    remove_scorers(get_scorer_names())


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
