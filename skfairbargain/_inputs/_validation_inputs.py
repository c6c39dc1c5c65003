"""Check the validation set that a fit was given, or hold one out."""

from functools import partial
from numbers import Number

from .._utils import are_labels, check_same_length
from ._dtypes import computing_dtype, readable_dtypes
from ._held_out import hold_out
from ._labels import class_indices, label_column
from ._numbered_labels import audit_classes, explain_numbers, warn_of_numbers
from ._preparation import prepared_alike
from ._validation_set import given_validation_set


def validation_set(estimator, rows, X_val, y_val, groups_val, classes=None):
    """Return the rows to train on, and the validation set, given or held out.

    Parameters
    ----------
    estimator : NashMetaClassifier
        Has the features of the training rows.
    rows : TrainingRows
    X_val, y_val, groups_val : array-like or None
        As of `NashMetaClassifier.fit`.
    classes : array-like, default=None
        As of `NashMetaClassifier.fit`.

    Returns
    -------
    rows : TrainingRows
    validation : ValidationSet
    """
    check_given_together(X_val, y_val, groups_val)
    audit_classes(rows.classes, classes)
    if X_val is None:
        return hold_out(rows, estimator.validation_fraction, estimator.random_state)
    X_val = prepared_alike(
        estimator,
        X_val,
        accept_sparse="csr",
        form=rows.form,
        dtype=partial(readable_dtypes, computed_in=computing_dtype(rows.X.dtype)),
        allow_nd=estimator.module is not None,
    )
    return rows, audited_set(rows.classes, X_val, y_val, groups_val, classes)


def audited_set(known, X_val, y_val, groups_val, classes=None):
    """Return a validation set that was given; groups that are the labels are the classes.

    Parameters
    ----------
    known, classes :
        As of `validation_codes`.
    X_val : ndarray or CSR matrix of shape (n_val, n_features)
    y_val, groups_val : array-like or None

    Returns
    -------
    validation : ValidationSet
    """
    codes = validation_codes(known, X_val, y_val, classes)
    groups_val = None if are_labels(groups_val, y_val) else groups_val
    return given_validation_set(X_val, codes, groups_val, known)


def check_same_cells(estimator, validation):
    """Refuse a validation set of other cells than those that the estimator was trained on.

    Raises
    ------
    ValueError
        If there are such cells, and the cells differ.
    """
    cells = getattr(estimator, "cells_", validation.players.cells)
    if validation.players.cells != cells:
        raise ValueError(
            f"`groups_val` and `y_val` should have the cells of the first call, {cells}. "
            f"Got {validation.players.cells}. Only partial_fit keeps a validation set: "
            "after `fit`, pass it once more."
        )


def check_given_together(X_val, y_val, groups_val):
    """Refuse a validation set without its rows or its labels."""
    if isinstance(X_val, Number):
        raise ValueError(
            "`X_val` should hold the audited rows, prepared as `X` was. Got the number "
            f"{X_val}. To hold a share of the rows of `X` out, leave `X_val` away and set "
            "`validation_fraction` in the constructor."
        )
    if X_val is None and (y_val is not None or groups_val is not None):
        raise ValueError(
            "`y_val` and `groups_val` describe `X_val`, which is missing. Pass it, "
            "or none of the three."
        )
    if X_val is not None and y_val is None:
        raise ValueError("`y_val` should be given with `X_val`. Got None.")


def validation_codes(known, X_val, y_val, classes=None):
    """Return the class indices of the validation rows, one label each.

    Parameters
    ----------
    known : ndarray of shape (n_classes,)
        Labels of the training rows, sorted.
    X_val, y_val : array-like
    classes : array-like of shape (n_classes,), default=None
        What these labels were before a meta-estimator numbered them.

    Returns
    -------
    codes : ndarray of shape (n_val,), int64
    """
    y_val = label_column(y_val, "y_val")
    check_same_length(X_val=X_val, y_val=y_val)
    if classes is not None:
        return class_indices(audit_classes(known, classes), y_val, "y_val")
    try:
        codes = class_indices(known, y_val, "y_val")
    except ValueError as error:
        raise explain_numbers(known, error) from None
    warn_of_numbers(known, codes)
    return codes
