"""Base models: trained on the recorded labels, whose scores the candidates correct."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from .._utils import check_instance, seeded
from ._views import centered_logits

REFERENCE = "reference"
# Ends the name of a model whose classes are balanced within imputed groups.
BY_GROUP = "_by_group"
# Minibatches of the network: an epoch has about 50, of 16 to 256 rows.
STEPS, SMALLEST_BATCH, LARGEST_BATCH = 50, 16, 256
# Probabilities may be so far below 0 or above 1.
ROUNDING = 1e-6


class BaseModel(NamedTuple):
    """A base model, and the weights that it is trained with.

    Parameters
    ----------
    name : str
    estimator : classifier
        Not fitted.
    by_group : bool
        Whether classes are balanced within imputed groups, or overall.
    """

    name: str
    estimator: object
    by_group: bool


def default_estimators(n_samples):
    """Boosting twice, a forest, logistic regression and a network, as (name, estimator).

    All but "deep_boosting" are regularized more than for labels that can be trusted: a
    model that fits every recorded label fits the wrong ones as well. "deep_boosting" is
    scikit-learn's as it comes, for labels that are right.
    """
    batch_size = int(np.clip(n_samples // STEPS, SMALLEST_BATCH, LARGEST_BATCH))
    return [
        (
            "boosting",
            HistGradientBoostingClassifier(
                learning_rate=0.05,
                max_iter=150,
                max_leaf_nodes=8,
                max_features=0.5,
                l2_regularization=1.0,
            ),
        ),
        ("deep_boosting", HistGradientBoostingClassifier()),
        (
            "forest",
            RandomForestClassifier(100, min_samples_leaf=20, max_features=0.3),
        ),
        ("logistic", LogisticRegression(C=0.03, max_iter=300, tol=1e-6)),
        (
            "network",
            MLPClassifier(
                (64,),
                alpha=1e-3,
                batch_size=min(batch_size, n_samples),
                learning_rate_init=2e-3,
                max_iter=15,
            ),
        ),
    ]


def read_estimators(estimators, n_samples):
    """Return the base models that `estimators` lists, or those of "auto".

    Raises
    ------
    ValueError, TypeError
        If it is no list of pairs of different names and classifiers with ``predict_proba``.
    """
    if isinstance(estimators, str):
        return default_estimators(n_samples)
    pairs = list(estimators)
    if not pairs or not all(isinstance(p, tuple) and len(p) == 2 for p in pairs):
        raise ValueError(
            "`estimators` should be 'auto' or a list of (name, classifier) pairs, one or "
            f"more. Got {estimators!r}."
        )
    names = [name for name, _ in pairs]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ValueError(f"`estimators` should have different names. Got {names}.")
    taken = [n for n in names if n == REFERENCE or n.endswith(BY_GROUP)]
    if taken:
        raise ValueError(
            f"`estimators` should have names other than {REFERENCE!r}, and none that ends "
            f"in {BY_GROUP!r}: models that this classifier makes have these. Got {taken}."
        )
    for name, estimator in pairs:
        check_instance(estimator, f"estimators[{name!r}]")
        if not hasattr(estimator, "predict_proba"):
            raise TypeError(
                f"`estimators` should have `predict_proba`. Got {name!r}, a "
                f"{type(estimator).__name__}, without it. Wrap it in "
                "sklearn.calibration.CalibratedClassifierCV."
            )
    return pairs


def base_models(estimators, by_group):
    """Every estimator with class-balanced weights, and with those within imputed groups.

    Parameters
    ----------
    estimators : sequence of (str, classifier)
    by_group : bool
        Whether groups can be imputed.

    Returns
    -------
    models : list of BaseModel
    """
    models = [BaseModel(name, estimator, False) for name, estimator in estimators]
    if by_group:
        models += [
            BaseModel(f"{name}{BY_GROUP}", estimator, True)
            for name, estimator in estimators
            if weight_keyword(estimator) is not None
        ]
    return models


def weight_keyword(estimator):
    """Keyword by which an estimator's `fit` takes weights of rows, or None.

    That of a pipeline is its last step's, and that of a search its estimator's.
    """
    if isinstance(estimator, GridSearchCV | RandomizedSearchCV):
        return weight_keyword(estimator.estimator)
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        keyword = weight_keyword(last)
        return None if keyword is None else f"{name}__{keyword}"
    return "sample_weight" if has_fit_parameter(estimator, "sample_weight") else None


def fit_base_model(model, X, y, weight, seed):
    """Return the fitted estimator of a base model.

    Parameters
    ----------
    model : BaseModel
    X : ndarray of shape (n_samples, n_features_out), float32
    y : ndarray of shape (n_samples,), int
    weight : ndarray of shape (n_samples,)
        Ignored where the estimator takes none.
    seed : int
    """
    estimator = seeded(clone(model.estimator), lambda: seed)
    keyword = weight_keyword(estimator)
    weights = {} if keyword is None else {keyword: weight}
    # Weights go to the step that is named, whatever an outer pipeline routes.
    with config_context(enable_metadata_routing=False), warnings.catch_warnings():
        # Few epochs are the regularization, not an accident.
        warnings.filterwarnings("ignore", category=ConvergenceWarning)
        return estimator.fit(X, y, **weights)


def scores_of(estimator, X, shape, name):
    """Logits of a fitted classifier, of sum 0 a row.

    Parameters
    ----------
    estimator : classifier
    X : array-like of shape (n_samples, n_features)
    shape : tuple of (int, int)
        Rows and classes.
    name : str
        What the error calls it.

    Returns
    -------
    scores : ndarray of shape (n_samples, n_classes)
    """
    return logits_of(estimator.predict_proba(X), shape, name)


def logits_of(probabilities, shape, name):
    """Logits of probabilities that a classifier gives, of sum 0 a row.

    Parameters
    ----------
    probabilities : array-like of shape (n_samples, n_classes)
    shape : tuple of (int, int)
        What it should be.
    name : str
        What the error calls the classifier.

    Returns
    -------
    logits : ndarray of shape (n_samples, n_classes)

    Raises
    ------
    ValueError
        If they are not of this shape, or not from 0 to 1.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    found = f"shape {probabilities.shape}"
    if probabilities.shape == shape:
        wrong = ~((probabilities >= -ROUNDING) & (probabilities <= 1 + ROUNDING))
        if not wrong.any():
            return centered_logits(probabilities)
        found = f"{probabilities[wrong][0]} among them"
    raise ValueError(
        f"{name!r} should predict probabilities of shape {shape}, a row for each sample "
        f"and a column for each class, from 0 to 1. Got {found}. Mend its `predict_proba`."
    )
