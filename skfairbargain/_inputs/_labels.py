"""Check class labels, in words that name the argument."""

import numpy as np
import pandas as pd
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from .._utils import check_column, shortly

# Unknown labels that an error shows.
MOST_SHOWN = 8


def check_labels(y, name):
    """Check that there is one label a row, and none is missing.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
    name : str
        Name of the argument in the caller's signature.

    Raises
    ------
    ValueError, TypeError
        If it is something else.
    """
    check_column(y, name)
    try:
        labels = _as_they_are(y)
    except ValueError as error:
        raise ValueError(
            f"`{name}` should have one label for each row. Got rows of unequal lengths."
        ) from error
    if labels.ndim != 1 and labels.shape[1:] != (1,):
        raise ValueError(
            f"`{name}` should have one label for each row, of shape (n_samples,). Got "
            f"shape {labels.shape}."
        )
    if labels.dtype.kind == "c":
        # scikit-learn's checks look for the last words.
        raise ValueError(
            f"`{name}` should hold class labels. Got complex numbers. Complex data not "
            "supported."
        )
    for label in labels.tolist() if labels.dtype == object else []:
        try:
            hash(label)
        except TypeError as error:
            raise ValueError(
                f"`{name}` should hold class labels: text, integers or booleans. Got "
                f"{shortly(label)} among them."
            ) from error
    missing = int(np.sum(pd.isna(labels)))
    if missing:
        raise ValueError(
            f"`{name}` should have a label in every row. Got missing values in {missing} "
            f"of {len(labels)} rows. Leave these rows out."
        )
    if not hasattr(y, "dtype"):  # an array of objects is refused as scikit-learn does
        _check_one_kind(labels, name)


def _as_they_are(y):
    """Labels as an array in which 1 and "1" differ, and NaN is missing, beside text."""
    labels = np.asarray(y)
    is_text = labels.dtype.kind in "US"
    return np.asarray(y, dtype=object) if is_text and not hasattr(y, "dtype") else labels


def _check_one_kind(labels, name):
    kinds = {type(label) for label in labels.ravel().tolist()}
    others = sorted(kind.__name__ for kind in kinds if not issubclass(kind, str))
    if others and len(others) < len(kinds):
        raise ValueError(
            f"`{name}` should hold class labels of one kind. Got text and values of type "
            f"{' and '.join(others)}. Convert them, as with [str(label) for label in "
            f"{name}]."
        )


def label_column(y, name, *, warn=False):
    """Return checked labels as an array of shape (n_samples,)."""
    check_labels(y, name)
    return column_or_1d(y, warn=warn)


def check_classes(y):
    """Refuse numbers of a regression, and labels of several kinds.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    """
    kinds = sorted({type(label).__name__ for label in y.tolist()})
    try:
        check_classification_targets(y)
    except (TypeError, ValueError) as error:
        what, _, _ = str(error).partition(". ")
        if "not supported between" in what:  # of labels that have no order
            what = "Unknown label type: mixed"
        raise ValueError(
            f"{what}. `y` should hold class labels: text, integers or booleans, all of one "
            f"kind. Got values of type {' and '.join(kinds)}, in an array of dtype "
            f"{y.dtype}. Convert them, as with y.astype(str)."
        ) from error


def class_indices(classes, y, name):
    """Return the indices of labels among the sorted classes.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
    y : ndarray of shape (n_samples,)
    name : str
        What the error calls `y`.

    Returns
    -------
    indices : ndarray of shape (n_samples,), int64

    Raises
    ------
    ValueError
        If a label is not among the classes.
    """
    known = set(classes.tolist())
    # By their texts, because labels of several kinds have no order.
    unknown = sorted({repr(label) for label in y.tolist() if label not in known})
    if unknown:
        shown = ", ".join(unknown[:MOST_SHOWN])
        more = len(unknown) - MOST_SHOWN
        raise ValueError(
            f"`{name}` should have no other classes than {classes.tolist()}. Got "
            f"[{shown}]{f' and {more} more' if more > 0 else ''} as well."
        )
    return np.searchsorted(classes, y)
