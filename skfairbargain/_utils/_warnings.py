"""Warn at the line of the user's code, however many calls lie between."""

import copy
import pickle
import sys
import warnings
from pathlib import Path

import joblib
import sklearn


def _folder(module):
    return f"{Path(module.__file__).parent.as_posix()}/"


# Code of this package, and what calls it on behalf of the user.
SKIPPED = (
    f"{Path(__file__).parents[1].as_posix()}/",
    _folder(sklearn),
    _folder(joblib),
    # Python's own modules lie in one folder with all that it installs.
    Path(pickle.__file__).as_posix(),
    Path(copy.__file__).as_posix(),
)


def warn_user(message, category=UserWarning):
    """Warn at the innermost line outside this package, scikit-learn and joblib.

    Parameters
    ----------
    message : str or Warning
        A `Warning` has its own category.
    category : type, default=UserWarning
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_skipped(frame.f_code.co_filename):
        frame = frame.f_back
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _is_skipped(filename):
    return Path(filename).as_posix().startswith(SKIPPED)
