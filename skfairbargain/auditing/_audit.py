"""Train, measure and conclude: from rows to a report."""

from datetime import UTC, datetime
from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions, validate_params

from ..metrics import paired_measures
from ._estimate import estimated_seconds, in_words, takes_long
from ._findings import data_findings
from ._methods import METHODS, TODAY, TODAY_TITLE
from ._report import AuditReport
from ._rows import given_together, make_rows
from ._scores import fit_method, n_trainings, score_methods
from ._sections import (
    cell_records,
    of_labels,
    of_mix,
    of_network,
    of_recommended,
    plain,
    versions,
)
from ._tables import (
    MORE_LABELS,
    TWO_LABELS,
    cell_table,
    difference_table,
    metric_table,
)
from ._verdict import conclude, title

MOST_FOLDS = 5
NOTHING_ABOUT = {
    "files": [],
    "features": [],
    "left_out": {},
    "notes": [],
    "rows": None,
    "id": None,
    "simulated": None,
    "command": None,
}


@validate_params(
    {
        "X": "no_validation",
        "y": "no_validation",
        "X_val": "no_validation",
        "y_val": "no_validation",
        "groups_val": "no_validation",
        "X_test": "no_validation",
        "y_test": "no_validation",
        "groups_test": "no_validation",
        "methods": [list, tuple, StrOptions({"auto"})],
        "reference_val": ["array-like", None],
        "reference_test": ["array-like", None],
        "reference_threshold": [Interval(Real, None, None, closed="neither")],
        "recorded_val": ["array-like", None],
        "favorable": "no_validation",
        "merge_below": [Interval(Integral, 1, None, closed="left")],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "n_resamples": [Interval(Integral, 10, None, closed="left")],
        "random_state": [Interval(Integral, 0, None, closed="left")],
        "on_step": [callable, None],
        "about": [dict, None],
    },
    prefer_skip_nested_validation=True,
)
def audit_report(
    X,
    y,
    X_val,
    y_val,
    groups_val,
    *,
    X_test=None,
    y_test=None,
    groups_test=None,
    methods="auto",
    reference_val=None,
    reference_test=None,
    reference_threshold=0.5,
    recorded_val=None,
    favorable=None,
    merge_below=10,
    cv=MOST_FOLDS,
    n_resamples=1000,
    random_state=0,
    on_step=None,
    about=None,
):
    """Train the obvious alternatives, measure them by group, and say which to use.

    Whoever has audited rows can use them in several ways, and often a simple one is as
    good. This trains them all on the same rows, measures them on rows that they did not
    learn from, and compares them row by row.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_features)
        Training rows: numbers, text, dates and missing values, as `TableEncoder` takes.
    y : array-like of shape (n_samples,)
        Recorded labels, which may be biased.
    X_val, y_val, groups_val : DataFrame or array-like
        Audited rows: the same features, labels that were checked, and groups. Several
        columns of groups are taken as their intersections.
    X_test, y_test, groups_test : DataFrame or array-like, default=None
        More audited rows, which measure and train nothing. None: the audited rows measure,
        by cross-fitting.
    methods : sequence of str or "auto", default="auto"
        Among `METHODS`; "auto" is all.
    reference_val, reference_test : array-like of shape (n_val,) or (n_test,), default=None
        Scores of the model in use today, on audited and on test rows.
    reference_threshold : float, default=0.5
        The score above which today's model decides for the favorable label.
    recorded_val : array-like of shape (n_val,), default=None
        Labels of the audited rows as they had been recorded.
    favorable : label, default=None
        The label that people hope for. None: the larger one.
    merge_below : int, default=10
        Groups with fewer audited rows of some label are merged into "other groups".
    cv : int, default=5
        Folds of the audited rows, at most as many as the smallest cell has rows.
    n_resamples : int, default=1000
        For the intervals.
    random_state : int, default=0
        Seed of all trainings, folds and resamples.
    on_step : callable, default=None
        Called with a title and the number of trainings before each of them.
    about : dict, default=None
        What the report should say of the files: "files" (dicts of found and sha256),
        "features", "left_out" (columns, and why), "notes", "rows" (a name for each training
        row), "id" (what these are), "simulated" (a caution) and "command".

    Returns
    -------
    report : AuditReport

    Raises
    ------
    ValueError
        If lengths differ, labels or groups are missing, or there are too few of them.

    See Also
    --------
    skfairbargain.inspection.audit_size : How many rows to audit.

    Notes
    -----
    Intervals come from the Bayesian bootstrap of the rows that measure, the same weights
    for all methods, so that differences are paired. They show the chance of which rows were
    audited, and not that of training.

    The recommendation is the simplest method that nothing is shown to beat, by the balanced
    accuracy of the worst group: what decisions at one threshold do to people, whatever
    group they are of.

    Examples
    --------
    >>> from skfairbargain.auditing import audit_report
    >>> from skfairbargain.datasets import make_biased_classification
    >>> train = make_biased_classification(1000, label_bias=0.6, random_state=0)
    >>> audit = make_biased_classification(200, random_state=1)
    >>> report = audit_report(
    ...     train.data, train.target, audit.data, audit.target, audit.sensitive["group"],
    ...     methods=["logistic", "audited_rows"],
    ... )
    >>> report.recommended in ("logistic", "audited_rows")
    True
    """
    methods = _checked_methods(methods)
    test = given_together(X_test=X_test, y_test=y_test, groups_test=groups_test)
    rows = make_rows(
        X,
        y,
        (X_val, y_val, groups_val),
        test,
        (reference_val, reference_test),
        favorable,
        merge_below,
    )
    cells = cell_table(rows.groups_val, rows.y_val, rows.classes)
    cv = int(min(cv, cells.to_numpy().min()))
    tell = None
    if on_step is not None:
        tell = _told(on_step, rows, methods, cv if test is None else 1, random_state)
    scores = score_methods(
        rows, methods, rows.classes, cv=cv, random_state=random_state, on_step=tell
    )
    y_measured, groups, today = rows.measured
    by_method = dict(scores.by_method)
    if today is not None:
        by_method = {TODAY: today, **by_method}
    two = len(rows.classes) == 2
    measured = paired_measures(
        y_measured,
        by_method,
        sensitive_features=groups,
        metrics=TWO_LABELS if two else MORE_LABELS,
        thresholds={TODAY: reference_threshold},
        labels=rows.classes,
        n_resamples=n_resamples,
        random_state=random_state,
    )
    counts = cell_table(groups, y_measured, rows.classes)
    verdict = conclude(measured, counts)
    if tell:
        tell("the final models")
    models = dict(scores.models)
    for name in {verdict.recommended, *(set(methods) & {"nash", "audited"})} - {TODAY}:
        if name not in models:
            models[name] = fit_method(name, rows, random_state)
    contents = {
        "recommended": verdict.recommended,
        "recommended_title": title(verdict.recommended),
        "verdict": verdict.sentences,
        "labels": [plain(label) for label in rows.classes],
        "favorable": plain(rows.classes[-1]),
        "n_train": len(rows.y),
        "n_audited": len(rows.y_val),
        "n_test": None if test is None else len(rows.y_test),
        "folds": None if test is not None else cv,
        "notes": rows.notes,
        "warnings": data_findings(
            rows.X, rows.y, rows.X_val, rows.y_val, rows.groups_val, tested=test is not None
        )
        if hasattr(rows.X, "columns")
        else [],
        "training_warnings": {k: v for k, v in scores.warned.items() if v},
        "cells": cell_records(cells),
        "measured_cells": cell_records(counts),
        "methods": [
            *([{"name": TODAY, "title": TODAY_TITLE, "about": "As its scores say.",
                "seconds": None}] if today is not None else []),
            *({"name": name, "title": METHODS[name].title, "about": METHODS[name].about,
               "seconds": round(scores.seconds[name], 1)} for name in methods),
        ],
        "metrics": metric_table(measured),
        "differences": difference_table(measured, verdict.recommended),
        **of_recommended(
            verdict.recommended, by_method, measured, rows, reference_threshold
        ),
        **of_network(models, rows),
        **of_mix(models),
        **of_labels(recorded_val, rows),
        "about": NOTHING_ABOUT | (about or {}),
        "seed": random_state,
        "n_resamples": n_resamples,
        "created": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "versions": versions(),
    }  # fmt: skip
    return AuditReport(contents, models)


def _told(on_step, rows, methods, n_folds, random_state):
    """Function that tells titles and the number of steps, the first with an estimate."""
    total = n_trainings(methods, n_folds) + 1
    estimate = []
    if takes_long(rows, methods):
        total += 1
        on_step("a training on a few rows, to estimate the time", total)
        seconds = estimated_seconds(rows, methods, n_folds, random_state)
        estimate.append(f", {in_words(seconds, len(rows.y))}")
    return lambda name: on_step(name + (estimate.pop() if estimate else ""), total)


def _checked_methods(methods):
    if isinstance(methods, str):
        return list(METHODS)
    strange = [name for name in methods if name not in METHODS]
    if strange or not methods:
        raise ValueError(
            f"`methods` should be a list of names among {list(METHODS)}. Got {methods!r}."
        )
    return list(dict.fromkeys(methods))
