"""Check labels that a metric is given, and number them."""

import numpy as np
import pandas as pd


def checked_labels(y, name):
    """Labels as an array of one dimension, none missing and all of one kind."""
    values = as_array(y, name)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ValueError(
            f"`{name}` should have one label for each row. Got shape {values.shape}."
        )
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
    _check_one_kind(values, name)
    return values


def check_same_kind(one, other, one_name, other_name, advice):
    """Check that two arrays of labels can be compared: both numbers, both texts, …"""
    if _kind(one[0]) != _kind(other[0]):
        raise ValueError(
            f"`{one_name}` and `{other_name}` should hold labels of one kind. Got "
            f"{one.tolist()[0]!r} and {other.tolist()[0]!r}. {advice}"
        )


def completed(found):
    """The classes: those found, or two where one is found that has a well-known other."""
    if len(found) == 1 and _kind(found[0]) == "number":
        if found[0] in (0, 1):
            return np.array([0, 1])
        if found[0] == -1:
            return np.array([-1, 1])
    return found


def negative_and_positive(found, pos_label, quantity):
    """The two classes of a quantity that needs a positive one, which is last.

    Without a label that could be the negative one, it is None.
    """
    if len(found) > 2:
        raise ValueError(
            f"The {quantity.title} needs two labels. Got {len(found)}: "
            f"{', '.join(map(repr, found.tolist()))}. Compare one class with the rest, as "
            f"in y == {found.tolist()[-1]!r}, or use accuracy, balanced accuracy, AUC or "
            "log loss."
        )
    classes = completed(found)
    if pos_label is None:
        if len(classes) == 1:
            raise ValueError(
                f"`y_true` and `y_pred` hold one label, {found.tolist()[0]!r}, so which "
                "label is the positive one is unclear. Pass `pos_label`."
            )
        return classes
    if pos_label not in classes.tolist():
        if len(found) == 2 or _kind(pos_label) != _kind(found[0]):
            raise ValueError(
                f"`pos_label` should be one of the labels {found.tolist()}. Got "
                f"{pos_label!r}."
            )
        return np.array([found[0], pos_label])
    others = [label for label in classes.tolist() if label != pos_label]
    return np.array([*others, pos_label]) if others else np.array([None, pos_label])


def positions(values, classes):
    """Place of each value among the classes; their number where it is none of them."""
    if classes[0] is None:  # one label, which is the positive one
        return (values == classes[1]).astype(np.int64)
    order = np.argsort(classes)
    places = np.searchsorted(classes[order], values).clip(max=len(classes) - 1)
    codes = order[places].astype(np.int64)
    codes[classes[codes] != values] = len(classes)
    return codes


def as_array(values, name):
    """An array of what a list, Series, DataFrame or array holds.

    A list of numbers and texts stays as it is, where NumPy would make texts of all.
    """
    if hasattr(values, "to_numpy"):
        return values.to_numpy()
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"`{name}` should be an array. Got rows of different lengths."
        ) from error
    if array.dtype.kind in "US" and not isinstance(values, np.ndarray):
        return np.asarray(values, dtype=object)
    return array


def _check_one_kind(values, name):
    """Check that labels can be sorted; only an array of objects might mix kinds."""
    if values.dtype != object:
        return
    kinds = {}
    for value in values.tolist():
        kinds.setdefault(_kind(value), value)
    if len(kinds) > 1:
        one, other = list(kinds.values())[:2]
        raise ValueError(
            f"`{name}` should hold labels of one kind. Got {one!r} and {other!r}. Map one "
            "to the other."
        )
    try:
        np.unique(values)
    except TypeError as error:
        raise ValueError(
            f"`{name}` should hold labels that can be sorted. Got labels such as "
            f"{values[0]!r}."
        ) from error


def _kind(label):
    if isinstance(label, str | bytes):
        return type(label).__name__.removesuffix("_")
    if isinstance(label, bool | int | float | np.bool_ | np.number):
        return "number"
    return type(label).__name__
