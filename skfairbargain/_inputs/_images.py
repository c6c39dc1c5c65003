"""Rows of several dimensions, such as images: their shape, and bytes as numbers."""

import math
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse

LARGEST_BYTE = 255
# What to do with rows of several dimensions where features are expected.
FOR_IMAGES = (
    "A NashMetaClassifier with a `module` of your own takes rows of more dimensions, such "
    "as images; `X.reshape(len(X), -1)` makes features of them."
)


class RowForm(NamedTuple):
    """What rows look like.

    Parameters
    ----------
    shape : tuple of int
        Shape of a row.
    in_bytes : bool
        Whether they are images in bytes.
    """

    shape: tuple
    in_bytes: bool = False


def are_bytes(X):
    """Whether rows are images in bytes, of which a network gets numbers from 0 to 1."""
    return isinstance(X, np.ndarray) and X.ndim > 2 and X.dtype == np.uint8


def bytes_scaled(X):
    """Return images in bytes as float32 from 0 to 1, and other rows as they are."""
    return np.divide(X, LARGEST_BYTE, dtype=np.float32) if are_bytes(X) else X


def as_stack(X):
    """Return a list, tensor or column of rows of several dimensions as an array.

    Other rows stay as they are.
    """
    is_array = isinstance(X, np.ndarray) and (X.dtype != object or X.ndim != 1)
    if is_array or issparse(X) or hasattr(X, "columns"):
        return X
    try:
        stack = np.asarray(X)
        if stack.dtype == object and stack.ndim == 1:  # a column, with an array in each row
            stack = np.asarray(list(stack))
    except (RuntimeError, TypeError, ValueError):
        return X  # of which scikit-learn says its own sentence
    return stack if stack.ndim > 2 else X


def check_not_empty(shape, name):
    """Refuse rows of several dimensions that hold no numbers.

    Parameters
    ----------
    shape : tuple of int
    name : str
        What the error calls the rows.

    Raises
    ------
    ValueError
        If an axis other than the first is empty.
    """
    if 0 in shape[1:]:
        raise ValueError(
            f"`{name}` should have rows that hold numbers. Got shape {tuple(shape)}."
        )


def check_shape(X, form, name):
    """Refuse rows of another shape than those that a network was trained on.

    Of two-dimensional rows scikit-learn compares the number of features.

    Parameters
    ----------
    X : array-like or sparse matrix
    form : RowForm
        Of the rows trained on.
    name : str
        What the error calls X.

    Raises
    ------
    ValueError
        If the shape of a row differs.
    """
    try:
        shape = tuple(X.shape if hasattr(X, "shape") else np.asarray(X).shape)
    except (RuntimeError, TypeError, ValueError):
        return  # of which scikit-learn says its own sentence
    if shape[1:] == form.shape or (len(shape) <= 2 and len(form.shape) == 1):
        return
    raise ValueError(
        f"`{name}` should have rows of shape {form.shape}, as the rows trained on have. "
        f"Got rows of shape {shape[1:]}.{_way_out(shape, form.shape, name)}"
    )


def check_bytes(X, form, name):
    """Refuse images in bytes where a network was trained on other numbers, or reversed.

    Parameters
    ----------
    X : ndarray or CSR matrix
        Finite.
    form : RowForm
        Of the rows trained on.
    name : str
        What the errors call X.

    Raises
    ------
    ValueError
        If their numbers cannot be meant alike.
    """
    if are_bytes(X) and not form.in_bytes:
        raise ValueError(
            f"`{name}` should hold the same numbers as the rows trained on. Got uint8, of "
            "which the network gets 255ths, and those were not uint8. Convert it as the "
            "rows trained on were, or train on uint8."
        )
    if form.in_bytes and not are_bytes(X) and X.size:
        low, high = X.min(), X.max()
        if low < 0 or high > 1:
            raise ValueError(
                f"`{name}` should hold uint8, as the rows trained on do, or floats from 0 "
                f"to 1. Got {X.dtype} from {low:.4g} to {high:.4g}. Of uint8 the network "
                "gets 255ths."
            )


def channels_last(shape):
    """Whether images of a shape (n, …) seem to have their channels last, not first."""
    return len(shape) == 4 and shape[3] in (1, 3, 4) and min(shape[1:3]) > 4


def _way_out(shape, wanted, name):
    if shape == wanted:
        return f" One row is `{name}[None]`."
    if wanted == (1, *shape[1:]):
        return f" Its images have no axis of channels: pass `{name}[:, None]`."
    if shape[1:] == (1, *wanted):
        return f" Those had no axis of channels: pass `{name}[:, 0]`."
    if len(shape) == 4 and (shape[3], *shape[1:3]) == wanted:
        return f" Its channels are last: pass `{name}.transpose(0, 3, 1, 2)`."
    if len(shape) == 4 and (*shape[2:], shape[1]) == wanted:
        return f" Its channels are first: pass `{name}.transpose(0, 2, 3, 1)`."
    flat = len(shape) == 2 or len(wanted) == 1
    if flat and math.prod(shape[1:]) == math.prod(wanted):
        sizes = ", ".join(map(str, (f"len({name})", *wanted)))
        return f" If these are the same numbers: pass `np.reshape({name}, ({sizes}))`."
    return ""
