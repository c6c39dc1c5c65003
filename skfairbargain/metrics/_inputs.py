"""Check what a metric is given, and make rows of it."""

from dataclasses import replace
from numbers import Real

import numpy as np

from .._utils import check_same_length
from ._labels import (
    as_array,
    check_same_kind,
    checked_labels,
    completed,
    negative_and_positive,
    positions,
)
from ._quantity import Rows


def read_rows(quantity, given):
    """Rows of a metric's arguments, by what its quantity reads."""
    y_true, output = list(given.values())[:2]
    sample_weight = given["sample_weight"]
    if quantity.reads == "labels":
        pos_label = given.get("pos_label")
        return read_labels(quantity, y_true, output, sample_weight, pos_label)
    return read_scores(quantity.reads, y_true, output, sample_weight, given["labels"])


def read_labels(quantity, y_true, y_pred, sample_weight=None, pos_label=None):
    """Rows whose output is the position of the predicted label among the classes.

    A prediction that is no class of `y_true` gets the position after the last one.
    """
    y_true, y_pred = checked_labels(y_true, "y_true"), checked_labels(y_pred, "y_pred")
    check_same_length(y_true=y_true, y_pred=y_pred)
    advice = "Pass predict(X), or map one to the other."
    check_same_kind(y_true, y_pred, "y_true", "y_pred", advice)
    both = np.concatenate([y_true, y_pred])
    found = np.unique(both)
    if not quantity.multiclass:
        classes = negative_and_positive(found, pos_label, quantity)
    elif len(found) <= 2:
        classes = completed(found)
    else:
        classes = np.unique(y_true)
    codes = positions(both, classes)
    return Rows(
        codes[: len(y_true)],
        codes[len(y_true) :],
        row_weights(sample_weight, y_true=y_true),
        classes,
    )


def read_scores(reads, y_true, y_score, sample_weight=None, labels=None):
    """Rows whose output is one score each, or one score for each class but for two."""
    name = "y_proba" if reads == "probabilities" else "y_score"
    y_true = checked_labels(y_true, "y_true")
    scores = _scores(y_score, name)
    check_same_length(**{"y_true": y_true, name: scores})
    classes = _classes(y_true, labels)
    codes = positions(y_true, classes)
    if (codes == len(classes)).any():
        strange = y_true[codes == len(classes)].tolist()[0]
        raise ValueError(
            f"`labels`, a model's classes_, should name every class of `y_true`. Got "
            f"{classes.tolist()}, without {strange!r}."
        )
    n_columns = 1 if scores.ndim == 1 else scores.shape[1]
    if n_columns != len(classes) and (n_columns, len(classes)) != (1, 2):
        expected = "one column, or two" if len(classes) == 2 else "one column a class"
        raise ValueError(
            f"`{name}` should have {expected}, for the classes {classes.tolist()}. Got "
            f"shape {scores.shape}. Pass predict_proba(X), and `labels` (the model's "
            "classes_) where `y_true` may lack some class."
        )
    if reads == "probabilities":
        scores = _probabilities(scores, name)
    if len(classes) == 2:
        scores = scores.reshape(len(scores), -1)[:, -1]
    elif len(classes) == 1:
        scores = scores.reshape(-1, 1)
    return Rows(codes, scores, row_weights(sample_weight, y_true=y_true), classes)


def decided(rows, threshold):
    """The same rows with decisions: scores above the threshold, or the largest ones."""
    if rows.output.ndim == 1:
        return replace(rows, output=(rows.output > threshold).astype(np.int64))
    return replace(rows, output=rows.output.argmax(axis=1))


def _classes(y_true, labels):
    if labels is None:
        classes = completed(np.unique(y_true))
        if len(classes) < 2:
            raise ValueError(
                f"`y_true` should hold two labels or more. Got {classes.tolist()[0]!r} "
                "only, so which class a score speaks for is unclear. Pass the classes as "
                "`labels`."
            )
        return classes
    classes = checked_labels(labels, "labels")
    check_same_kind(y_true, classes, "y_true", "labels", "Pass the model's classes_.")
    if len(np.unique(classes)) < len(classes):
        raise ValueError(f"`labels` should be all different. Got {classes.tolist()}.")
    return classes


def _scores(y_score, name):
    given = (
        "predict_proba(X)"
        if name == "y_proba"
        else ("predict_proba(X) or decision_function(X)")
    )
    advice = f"Pass {given}, not predict(X)."
    values = _numbers(y_score, name, advice)
    if values.ndim not in (1, 2) or 0 in values.shape[1:]:
        raise ValueError(
            f"`{name}` should have one dimension, or a column a class. Got shape "
            f"{values.shape}."
        )
    _check_finite(values, name)
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values


def _probabilities(scores, name):
    low, high = scores.min(), scores.max()
    if low < 0 or high > 1:
        raise ValueError(
            f"`{name}` should hold probabilities between 0 and 1. Got values from {low:g} "
            f"to {high:g}. Pass predict_proba(X), not decision_function(X)."
        )
    # A generous bound: float16 and float32 rows add up to one only so far.
    if scores.ndim == 2 and np.abs(scores.sum(axis=1) - 1).max() > 1e-2:
        row = np.abs(scores.sum(axis=1) - 1).argmax()
        raise ValueError(
            f"The rows of `{name}` should add up to 1. Row {row} adds up to "
            f"{scores[row].sum():g}. Pass predict_proba(X)."
        )
    # As scikit-learn's log_loss does: a certain mistake costs a lot, not infinity.
    epsilon = np.finfo(scores.dtype).eps
    return np.clip(scores, epsilon, 1 - epsilon).astype(np.float64)


def row_weights(sample_weight, **labels):
    """A weight for each row of the labels, which errors call by their keyword."""
    (y,) = labels.values()
    if sample_weight is None:
        return np.ones(len(y))
    weights = _numbers(sample_weight, "sample_weight", "Pass a weight for each row.")
    weights = weights.astype(np.float64)
    if weights.ndim == 2 and weights.shape[1] == 1:
        weights = weights[:, 0]
    if weights.ndim != 1:
        raise ValueError(
            "`sample_weight` should have one weight for each row. Got shape "
            f"{weights.shape}."
        )
    check_same_length(**labels, sample_weight=weights)
    _check_finite(weights, "sample_weight")
    if weights.min() < 0 or weights.max() == 0:
        raise ValueError(
            "`sample_weight` should be zero or more, and not zero everywhere. Got weights "
            f"from {weights.min():g} to {weights.max():g}."
        )
    return weights


def _numbers(values, name, advice):
    """An array of floats, of the precision that was given."""
    array = as_array(values, name)
    if array.dtype.kind == "O":  # as pandas' nullable numbers are
        strange = [v for v in array.ravel().tolist() if not isinstance(v, Real)]
    else:
        strange = [] if array.dtype.kind in "biuf" else array.ravel().tolist()
    if strange:
        raise ValueError(
            f"`{name}` should hold numbers. Got values such as {strange[0]!r}. {advice}"
        )
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _check_finite(values, name):
    strange = np.argwhere(~np.isfinite(values))
    if len(strange):
        raise ValueError(
            f"`{name}` should hold finite numbers. Got {values[tuple(strange[0])]} in row "
            f"{strange[0][0]}."
        )
