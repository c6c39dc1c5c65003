"""Scores of every method on rows that it did not learn from."""

import time
import warnings
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import _safe_indexing

from ._methods import METHODS


class Scores(NamedTuple):
    """What the methods make of the rows that measure them.

    Parameters
    ----------
    by_method : dict of str to ndarray of shape (n_samples, n_classes)
        Probabilities of the classes.
    models : dict of str to classifier
        Trained on all audited rows; without those that were trained on folds alone.
    seconds : dict of str to float
        What all trainings of a method took.
    warned : dict of str to list of str
        What the trainings warned of.
    """

    by_method: dict
    models: dict
    seconds: dict
    warned: dict


def score_methods(rows, methods, classes, *, cv, random_state, on_step=None):
    """Train every method, and score rows that it did not learn from.

    With a test file, methods are trained once, on all audited rows. Without one, those that
    use the audited rows are trained once for each fold of them and score the rows of that
    fold; the others score all of them.

    Parameters
    ----------
    rows : AuditRows
    methods : sequence of str
    classes : ndarray of shape (n_classes,)
        The order of the columns.
    cv : int
        Folds, stratified by group and label.
    random_state : int
    on_step : callable, default=None
        Called with a title before each training.

    Returns
    -------
    scores : Scores
    """
    by_method, models, seconds, warned = {}, {}, {}, {}
    for name in methods:
        started = time.monotonic()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            by_method[name], models[name] = _scored(
                name, rows, classes, cv, random_state, on_step
            )
        seconds[name] = time.monotonic() - started
        told = [" ".join(str(one.message).split()) for one in caught if _is_ours(one)]
        warned[name] = list(dict.fromkeys(told))
    models = {name: model for name, model in models.items() if model is not None}
    return Scores(by_method, models, seconds, warned)


def n_trainings(methods, n_folds):
    """How many trainings `score_methods` does; with test rows there is one fold."""
    return sum(n_folds if METHODS[name].uses_audit else 1 for name in methods)


def fit_method(name, rows, random_state):
    """Train a method on all training rows and all audited rows."""
    audited = rows.X_val, rows.y_val, rows.groups_val
    return METHODS[name].fit(rows.X, rows.y, *audited, random_state)


def _scored(name, rows, classes, cv, random_state, on_step):
    method = METHODS[name]
    tell = on_step or (lambda title: None)
    if rows.X_test is not None or not method.uses_audit:
        tell(method.title)
        model = fit_method(name, rows, random_state)
        measured = rows.X_val if rows.X_test is None else rows.X_test
        return probabilities(model, measured, classes), model
    scores = np.empty((len(rows.y_val), len(classes)))
    cells = [f"{g}\n{label}" for g, label in zip(rows.groups_val, rows.y_val, strict=True)]
    folds = StratifiedKFold(cv, shuffle=True, random_state=random_state)
    for number, (steer, score) in enumerate(folds.split(cells, cells), start=1):
        tell(f"{method.title}, fold {number} of {cv}")
        X_val, y_val, groups = (
            _safe_indexing(each, steer)
            for each in (rows.X_val, rows.y_val, rows.groups_val)
        )
        model = method.fit(rows.X, rows.y, X_val, y_val, groups, random_state)
        scores[score] = probabilities(model, _safe_indexing(rows.X_val, score), classes)
    return scores, None


def probabilities(model, X, classes):
    """Probabilities of the classes, in their order; 0 for one that a model never saw."""
    given = model.predict_proba(X)
    known = model.classes_.tolist()
    columns = [
        given[:, known.index(label)] if label in known else np.zeros(len(given))
        for label in classes.tolist()
    ]
    return np.column_stack(columns)


def _is_ours(warning):
    return issubclass(warning.category, UserWarning)
