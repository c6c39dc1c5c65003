"""Check rows of features as scikit-learn does, in words that name the argument."""

import re

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import validate_data

from .._utils import check_numbers, shortly
from ._images import FOR_IMAGES, as_stack, check_bytes, check_not_empty, check_shape

STACK = " Of a column of images np.stack makes an array."
# Errors of scikit-learn's that say what they are about.
NAMED = r"\b(X|y|[Ff]eature names)\b"


def checked_rows(estimator, X, *labels, name="X", form=None, **checks):
    """Return rows as numbers, and what else scikit-learn's ``validate_data`` returns.

    Parameters
    ----------
    estimator : estimator
    X : array-like of shape (n_samples, n_features)
    *labels : array-like
        y, or nothing.
    name : str, default="X"
        What the errors call X.
    form : RowForm, default=None
        Of the rows trained on, which these should be like.
    **checks : dict
        Of ``validate_data``; `dtype` may be a function of X.

    Raises
    ------
    ValueError, TypeError
        If X is no table of numbers, or of another form; the message names it.
    """
    if checks.get("allow_nd"):
        X = as_stack(X)
    if not checks.get("skip_check_array"):
        check_numbers(X, name)
        _check_dimensions(X, name, checks.get("allow_nd", False))
    if form is not None:
        check_shape(X, form, name)
    if callable(checks.get("dtype")):
        checks["dtype"] = checks["dtype"](X)
    try:
        # Numbers beyond float32 become infinite, of which the error says more; and the sum
        # by which scikit-learn looks for NaN first may overflow.
        with np.errstate(over="ignore", invalid="ignore"):
            checked = validate_data(estimator, X, *labels, **checks)
    except (ValueError, TypeError, OverflowError, RuntimeError) as error:
        if isinstance(error, ValueError | TypeError) and re.search(NAMED, str(error)):
            raise
        if "inconsistent numbers of samples" in str(error):
            raise ValueError(
                f"{error}. `X` and `y` should have the same number of rows."
            ) from error
        kind = TypeError if isinstance(error, TypeError) else ValueError
        way_out = STACK if str(error).startswith("setting an array element with") else ""
        raise kind(
            f"`{name}` should hold a row of numbers for each sample. {error}{way_out}"
        ) from error
    if form is not None:
        check_bytes(checked[0] if labels else checked, form, name)
    return checked


def _check_dimensions(X, name, allow_nd):
    shape = getattr(X, "shape", None)
    if not isinstance(shape, tuple):
        try:
            shape = np.shape(X)
        except (RuntimeError, TypeError, ValueError):
            return  # of unequal lengths, of which scikit-learn says more
    if allow_nd and len(shape) > 2:
        check_not_empty(shape, name)
    if len(shape) == 2 or (allow_nd and len(shape) > 2) or (issparse(X) and allow_nd):
        return
    if len(shape) == 1:
        way_out = (
            f"Reshape your data: `{name}.reshape(-1, 1)` for one feature, "
            f"`{name}.reshape(1, -1)` for one sample."
        )
        found = f"shape {tuple(shape)}"
    else:
        found = f"shape {tuple(shape)}" if shape else shortly(X)
        way_out = (
            FOR_IMAGES if shape else
            "Pass a DataFrame, an array or a list of rows."
        )  # fmt: skip
    raise ValueError(
        f"`{name}` should have two dimensions, rows and features. Got {found}. {way_out}"
    )
