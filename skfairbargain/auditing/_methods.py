"""The ways of training that an audit compares, from the simplest on."""

from collections.abc import Callable
from typing import NamedTuple

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from .._utils import fitted_attribute
from ..classifier import NashMetaClassifier
from ..reweighting import ReweightedClassifier
from ..tables import TableEncoder


class Method(NamedTuple):
    """A way of training.

    Parameters
    ----------
    title : str
        For people.
    about : str
        A sentence on what it does.
    uses_audit : bool
        Whether it learns from the audited rows.
    fit : callable
        From training rows and labels, audited rows, labels and groups, and a seed to a
        fitted classifier of raw rows.
    """

    title: str
    about: str
    uses_audit: bool
    fit: Callable


def _logistic(X, y, X_val, y_val, groups_val, seed):
    model = LogisticRegression(class_weight="balanced", max_iter=2000)
    return make_pipeline(TableEncoder(), model).fit(X, y)


def _boosting(X, y, X_val, y_val, groups_val, seed):
    model = HistGradientBoostingClassifier(class_weight="balanced", random_state=seed)
    return make_pipeline(TableEncoder(), model).fit(X, y)


def _audited_rows(X, y, X_val, y_val, groups_val, seed):
    # Few rows: a strong penalty, which no cross-validation of so few could choose better.
    model = LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
    return make_pipeline(TableEncoder(), model).fit(X_val, y_val)


def _steered(model, X, y, X_val, y_val, groups_val):
    """A classifier that takes audited rows, behind a preparation of the features."""
    prepare = TableEncoder().fit(X)
    model.fit(
        prepare.transform(X),
        y,
        X_val=prepare.transform(X_val),
        y_val=y_val,
        groups_val=groups_val,
    )
    # An interrupt ends a network's training quietly, with the epochs it has.
    if fitted_attribute(model, "n_iter_") < NashMetaClassifier().max_epochs:
        raise KeyboardInterrupt
    return make_pipeline(prepare, model)


def _nash(X, y, X_val, y_val, groups_val, seed):
    model = NashMetaClassifier(random_state=seed)
    return _steered(model, X, y, X_val, y_val, groups_val)


def _reweighted(X, y, X_val, y_val, groups_val, seed):
    model = ReweightedClassifier(random_state=seed)
    return _steered(model, X, y, X_val, y_val, groups_val)


METHODS = {
    "logistic": Method(
        "balanced logistic regression",
        "Logistic regression on the recorded labels, classes balanced.",
        False,
        _logistic,
    ),
    "boosting": Method(
        "balanced boosting",
        "Gradient boosting on the recorded labels, classes balanced.",
        False,
        _boosting,
    ),
    "audited_rows": Method(
        "audited rows alone",
        "Logistic regression on the audited rows, without the training rows.",
        True,
        _audited_rows,
    ),
    "nash": Method(
        "NashMetaClassifier",
        "A network whose training weights the audited groups bargain over.",
        True,
        _nash,
    ),
    "reweighted": Method(
        "ReweightedClassifier",
        "Boosting on the weights of that network and on the audited rows; both vote.",
        True,
        _reweighted,
    ),
}

# What the package is for, and what it has to beat.
OURS = ("nash", "reweighted")
SIMPLE = ("logistic", "boosting", "audited_rows")
# The model in use today, known by its scores alone.
TODAY = "today"
TODAY_TITLE = "today's model"
