"""The ways of training that an audit compares, from the simplest on."""

from collections.abc import Callable
from typing import NamedTuple

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ..audited import AuditedClassifier
from ..classifier import NashMetaClassifier
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
    is_slow : bool
        Whether many training rows take it minutes.
    fit : callable
        From training rows and labels, audited rows, labels and groups, and a seed to a
        fitted classifier of raw rows.
    """

    title: str
    about: str
    uses_audit: bool
    is_slow: bool
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


def _nash(X, y, X_val, y_val, groups_val, seed):
    prepare = TableEncoder().fit(X)
    model = NashMetaClassifier(random_state=seed).fit(
        prepare.transform(X),
        y,
        X_val=prepare.transform(X_val),
        y_val=y_val,
        groups_val=groups_val,
    )
    # An interrupt ends a network's training quietly, with the epochs it has.
    if model.n_iter_ < model.max_epochs:
        raise KeyboardInterrupt
    return make_pipeline(prepare, model)


def _audited(X, y, X_val, y_val, groups_val, seed):
    model = AuditedClassifier(random_state=seed)
    return model.fit(X, y, X_val=X_val, y_val=y_val, groups_val=groups_val)


METHODS = {
    "logistic": Method(
        "balanced logistic regression",
        "Logistic regression on the recorded labels, classes balanced.",
        False,
        False,
        _logistic,
    ),
    "boosting": Method(
        "balanced boosting",
        "Gradient boosting on the recorded labels, classes balanced.",
        False,
        False,
        _boosting,
    ),
    "audited_rows": Method(
        "audited rows alone",
        "Logistic regression on the audited rows, without the training rows.",
        True,
        False,
        _audited_rows,
    ),
    "nash": Method(
        "NashMetaClassifier",
        "A network whose training weights the audited groups bargain over.",
        True,
        True,
        _nash,
    ),
    "audited": Method(
        "AuditedClassifier",
        "Several models of the training rows, corrected by the audited rows in several "
        "ways; the audited groups bargain over the mix.",
        True,
        True,
        _audited,
    ),
}

# What the package is for, and what it has to beat.
OURS = ("nash", "audited")
SIMPLE = ("logistic", "boosting", "audited_rows")
# The model in use today, known by its scores alone.
TODAY = "today"
TODAY_TITLE = "today's model"
