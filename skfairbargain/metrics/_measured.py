"""A metric of one model, with a confidence interval: what a display shows."""

import numpy as np

from ._bootstrap import resampled_values
from ._forms import GROUP_METRICS
from ._inputs import decided, read_scores
from ._values import group_values, overall_value, split

LEAVE_ROWS_OUT = "measure more rows, or leave the rows of this group out."


def measured(
    name, y_true, y_proba, sensitive_features, labels, n_resamples, confidence_level, rng
):
    """Value of a metric, and the ends of its interval.

    Parameters
    ----------
    name : str
        A key of `GROUP_METRICS`.
    y_true : array-like of shape (n_samples,)
    y_proba : array-like of shape (n_samples,), (n_samples, 2) or (n_samples, n_classes)
        A metric of labels reads the class of the largest probability.
    sensitive_features : array-like of shape (n_samples,) or (n_samples, n_columns)
    labels : array-like of shape (n_classes,) or None
        The classes in the order of the columns; None: the sorted labels of `y_true`.
    n_resamples : int
        0 leaves the interval out.
    confidence_level : float
    rng : numpy Generator

    Returns
    -------
    value, low, high : float
        NaN for low and high without an interval.
    """
    metric = GROUP_METRICS[name]
    reads = "scores" if metric.reads == "labels" else metric.reads
    rows = read_scores(reads, y_true, y_proba, labels=labels)
    if metric.reads == "labels":
        rows = decided(rows, threshold=0.5)
    if len(rows.classes) != 2 and not all(q.multiclass for q in metric.quantities):
        raise ValueError(
            f"The metric {name!r} needs two classes. Got {rows.classes.tolist()}. Compare "
            "one class with the rest, or use a metric of accuracy, balanced accuracy, AUC "
            "or log loss."
        )
    if metric.form.by_group:
        values = [
            group_values(q, rows, sensitive_features, advice=LEAVE_ROWS_OUT)
            for q in metric.quantities
        ]
        _, codes, groups = split(rows, sensitive_features, undefined="raise")
        scopes = [rows[codes == code] for code in range(len(groups))]
    else:
        values = [overall_value(q, rows) for q in metric.quantities]
        scopes = [rows]
    value = metric.form.value(values)
    if n_resamples == 0:
        return value, np.nan, np.nan
    named = {q.name: q for q in metric.quantities}
    of_scopes = [
        resampled_values(rng, named, {metric.reads: scope}, n_resamples) for scope in scopes
    ]
    draws = [np.stack([drawn[q] for drawn in of_scopes], axis=1) for q in named]
    return value, *metric.form.interval(draws, confidence_level, value)
