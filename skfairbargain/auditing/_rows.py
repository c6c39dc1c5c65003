"""Training rows, audited rows and test rows of an audit, checked."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import _safe_indexing

from .._inputs import label_column
from .._utils import check_same_length
from ._groups import Groups, choose_groups, like_audited


class AuditRows(NamedTuple):
    """The rows of an audit.

    Parameters
    ----------
    X, y, X_val, y_val, groups_val, X_test, y_test, groups_test :
        Features, labels and names of groups; those of the test rows may be None.
    today, today_test : ndarray or None
        Scores of the model in use today on the audited rows and on the test rows.
    classes : ndarray of shape (n_classes,)
        The positive one of two is last.
    chosen : Groups
    kept, kept_test : ndarray of bool
        Which of the given audited and test rows are here.
    notes : list of str
    """

    X: object
    y: np.ndarray
    X_val: object
    y_val: np.ndarray
    groups_val: np.ndarray
    X_test: object
    y_test: np.ndarray | None
    groups_test: np.ndarray | None
    today: np.ndarray | None
    today_test: np.ndarray | None
    classes: np.ndarray
    chosen: Groups
    kept: np.ndarray
    kept_test: np.ndarray | None
    notes: list

    @property
    def measured(self):
        """Labels, groups and today's scores of the rows that measure the models."""
        if self.X_test is None:
            return self.y_val, self.groups_val, self.today
        return self.y_test, self.groups_test, self.today_test


def given_together(**inputs):
    """Return what describes the test rows, or None where nothing is given."""
    missing = [f"`{name}`" for name, each in inputs.items() if each is None]
    if len(missing) == len(inputs):
        return None
    if missing:
        named = ", ".join(f"`{name}`" for name in inputs)
        raise ValueError(
            f"{named} should be given together. Got None for {' and '.join(missing)}."
        )
    return tuple(inputs.values())


def make_rows(X, y, audited, test, today, favorable, merge_below):
    """Check the rows of an audit, and choose its groups.

    Parameters
    ----------
    X, y : DataFrame or array-like, and array-like of shape (n_samples,)
    audited, test : tuple of X, labels and groups; `test` may be None
    today : tuple of array-like or None
        Scores on audited and on test rows.
    favorable : label or None
    merge_below : int

    Returns
    -------
    rows : AuditRows

    Raises
    ------
    ValueError
        If lengths differ, labels are missing or of one class, or too few groups are left.
    """
    X_val, y_val, groups_val = audited
    check_same_length(X=X, y=y)
    check_same_length(X_val=X_val, y_val=y_val, groups_val=groups_val)
    y, y_val = label_column(y, "y"), label_column(y_val, "y_val")
    classes = _classes(y, favorable)
    _check_known(y, y_val, "y_val")
    chosen = choose_groups(groups_val, y_val, merge_below)
    notes, kept, kept_test = list(chosen.notes), chosen.kept, None
    X_test = y_test = groups_test = today_test = None
    if test is not None:
        X_test, y_test, groups_test = test
        check_same_length(X_test=X_test, y_test=y_test, groups_test=groups_test)
        y_test = label_column(y_test, "y_test")
        _check_known(y, y_test, "y_test")
        groups_test, kept_test = like_audited(groups_test, chosen)
        if not kept_test.all():
            notes.append(
                f"{int((~kept_test).sum()):,} test rows are of groups that were not "
                "audited. They were left out of the measurement."
            )
        X_test = _safe_indexing(X_test, np.flatnonzero(kept_test))
        y_test, groups_test = y_test[kept_test], groups_test[kept_test]
    scores, scores_test = today
    if test is None and scores_test is not None:
        raise ValueError(
            "`reference_test` has scores of test rows, which are missing. Pass `X_test`, "
            "`y_test` and `groups_test`, or leave it out."
        )
    if test is not None and scores is not None and scores_test is None:
        raise ValueError(
            "`reference_test` should be given with `reference_val` where test rows "
            "measure. Got None."
        )
    if scores is not None:
        scores = _scores(scores, "reference_val")
        check_same_length(y_val=y_val, reference_val=scores)
        scores = scores[kept]
    if scores_test is not None:
        scores_test = _scores(scores_test, "reference_test")
        check_same_length(groups_test=test[2], reference_test=scores_test)
        today_test = scores_test[kept_test]
    return AuditRows(
        X=X,
        y=y,
        X_val=_safe_indexing(X_val, np.flatnonzero(kept)),
        y_val=y_val[kept],
        groups_val=chosen.names[kept].astype(str),
        X_test=X_test,
        y_test=y_test,
        groups_test=None if groups_test is None else groups_test.astype(str),
        today=scores,
        today_test=today_test,
        classes=classes,
        chosen=chosen,
        kept=kept,
        kept_test=kept_test,
        notes=notes,
    )


def _scores(scores, name):
    try:
        scores = np.asarray(scores, dtype=float)
        found = f"shape {scores.shape}"
    except (TypeError, ValueError):
        scores, found = np.empty((0, 0)), "something else"
    if scores.ndim == 1 and not np.isfinite(scores).all():
        scores, found = scores[:, None], "NaN or infinity among them"
    if scores.ndim != 1:
        raise ValueError(
            f"`{name}` should have a number for each row, the score of today's model. Got "
            f"{found}."
        )
    return scores


def _check_known(y, others, name):
    known = np.unique(y).tolist()
    strange = [label for label in np.unique(others).tolist() if label not in known]
    if strange:
        raise ValueError(
            f"`{name}` should have the labels of `y`, {known[:6]}. Got {strange[0]!r} as "
            "well. Write the labels alike."
        )
    if len(np.unique(others)) < 2:
        raise ValueError(
            f"`{name}` should have rows of two labels or more. Every row is of label "
            f"{np.unique(others).tolist()[0]!r}."
        )


def _classes(y, favorable):
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(
            "`y` should have rows of two labels or more. Every row is of label "
            f"{classes.tolist()[0]!r}."
        )
    if favorable is None:
        return classes
    named = [label for label in classes.tolist() if str(label) == str(favorable)]
    if not named:
        raise ValueError(
            f"`favorable` should be one of the labels {classes.tolist()}. Got "
            f"{favorable!r}."
        )
    place = classes.tolist().index(named[0])
    return np.append(np.delete(classes, place), classes[place : place + 1])
