"""Check what a metric is given, and number its labels."""

import numpy as np
import pandas as pd
from sklearn.utils import check_array, column_or_1d

from .._utils import check_same_length
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
    y_true, y_pred = _labels(y_true, "y_true"), _labels(y_pred, "y_pred")
    check_same_length(y_true=y_true, y_pred=y_pred)
    if isinstance(y_true[0], str) != isinstance(y_pred[0], str):
        one, other = y_true.tolist()[0], y_pred.tolist()[0]
        raise ValueError(
            f"`y_true` and `y_pred` should hold labels of one kind. Got {one!r} and "
            f"{other!r}. Pass predict(X), or map one to the other."
        )
    both = np.concatenate([y_true, y_pred])
    found = np.unique(both)
    if not quantity.multiclass:
        classes = _negative_and_positive(found, pos_label, quantity)
    elif len(found) <= 2:
        classes = _completed(found)
    else:
        classes = np.unique(y_true)
    codes = _positions(both, classes)
    return Rows(
        codes[: len(y_true)],
        codes[len(y_true) :],
        _weights(sample_weight, y_true),
        classes,
    )


def read_scores(reads, y_true, y_score, sample_weight=None, labels=None):
    """Rows whose output is one score each, or one score for each class of three or more."""
    name = "y_proba" if reads == "probabilities" else "y_score"
    y_true = _labels(y_true, "y_true")
    scores = _scores(y_score, name)
    check_same_length(**{"y_true": y_true, name: scores})
    classes = _completed(np.unique(y_true)) if labels is None else np.asarray(labels)
    codes = _positions(y_true, classes)
    if (codes == len(classes)).any():
        strange = y_true[codes == len(classes)].tolist()[0]
        raise ValueError(
            f"`labels` should name every class of `y_true`. Got {classes.tolist()}, "
            f"without {strange!r}."
        )
    if len(classes) < 2 and labels is None:
        raise ValueError(
            f"`y_true` should hold two labels or more. Got {classes.tolist()[0]!r} only, "
            "so which class a score speaks for is unclear. Pass the classes as `labels`."
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
    if scores.ndim == 2 and len(classes) == 2:
        scores = scores[:, 1]
    return Rows(codes, scores, _weights(sample_weight, y_true), classes)


def _labels(y, name):
    values = column_or_1d(y.to_numpy() if hasattr(y, "to_numpy") else y)
    if len(values) == 0:
        raise ValueError(f"`{name}` should have at least one row. Got none.")
    missing = pd.isna(values)
    if missing.any():
        raise ValueError(
            f"`{name}` should have a label for every row. Got {missing.sum()} missing."
        )
    if values.dtype.kind == "f" and not np.equal(values, np.rint(values)).all():
        raise ValueError(
            f"`{name}` should hold class labels. Got numbers such as "
            f"{values[values != np.rint(values)][0]}."
        )
    return values


def _scores(y_score, name):
    values = y_score.to_numpy() if hasattr(y_score, "to_numpy") else np.asarray(y_score)
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"`{name}` should hold numbers. Got values such as "
            f"{values.ravel().tolist()[0]!r}. Pass "
            "predict_proba(X) or decision_function(X), not predict(X)."
        )
    dtype = values.dtype if values.dtype.kind == "f" else np.float64
    values = check_array(values, ensure_2d=False, dtype=dtype, input_name=name)
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


def _weights(sample_weight, y_true):
    if sample_weight is None:
        return np.ones(len(y_true))
    weights = column_or_1d(
        check_array(
            sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
        )
    )
    check_same_length(y_true=y_true, sample_weight=weights)
    if weights.min() < 0 or weights.max() == 0:
        raise ValueError(
            "`sample_weight` should be zero or more, and not zero everywhere. Got weights "
            f"from {weights.min():g} to {weights.max():g}."
        )
    return weights


def _completed(found):
    """The classes: those found, or two where one is found that has a well-known other."""
    if len(found) == 1 and not isinstance(found[0], str):
        if found[0] in (0, 1):
            return np.array([0, 1])
        if found[0] == -1:
            return np.array([-1, 1])
    return found


def _negative_and_positive(found, pos_label, quantity):
    if len(found) > 2:
        raise ValueError(
            f"The {quantity.title} needs two labels. Got {len(found)}: "
            f"{', '.join(map(repr, found.tolist()))}. Compare one class with the rest, as "
            f"in y == {found.tolist()[-1]!r}, or use accuracy, balanced accuracy, AUC or "
            "log loss."
        )
    classes = _completed(found)
    if pos_label is None:
        if len(classes) == 1:
            raise ValueError(
                f"`y_true` and `y_pred` hold one label, {found.tolist()[0]!r}, so which "
                "label is the positive one is unclear. Pass `pos_label`."
            )
        return classes
    if pos_label not in classes.tolist():
        if len(found) == 2:
            raise ValueError(
                f"`pos_label` should be one of the labels {found.tolist()}. Got "
                f"{pos_label!r}."
            )
        return np.array([found[0], pos_label])
    others = [label for label in classes.tolist() if label != pos_label]
    return np.array([*others, pos_label]) if others else np.array([None, pos_label])


def _positions(values, classes):
    """Place of each value among the classes; their number where it is none of them."""
    if classes[0] is None:  # one label, which is the positive one
        return (values == classes[1]).astype(np.int64)
    order = np.argsort(classes)
    places = np.searchsorted(classes[order], values).clip(max=len(classes) - 1)
    codes = order[places].astype(np.int64)
    codes[classes[codes] != values] = len(classes)
    return codes
