"""Warn at the line of the user's code, however many calls lie between."""

import sys
import warnings

# This package, and what calls it on behalf of the user.
SKIPPED = {"skfairbargain", "sklearn", "joblib", "lale", "pickle", "copy"}


def warn_user(message, category=UserWarning):
    """Warn at the innermost line outside this package, scikit-learn, joblib and lale.

    Parameters
    ----------
    message : str or Warning
        A `Warning` has its own category.
    category : type, default=UserWarning
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and _package(frame) in SKIPPED:
        frame = frame.f_back
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _package(frame):
    return frame.f_globals.get("__name__", "").partition(".")[0]
