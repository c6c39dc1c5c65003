"""Labels that a meta-estimator numbered in y, and passed on as they were in y_val.

VotingClassifier and others replace the labels of `y` by 0 to n_classes − 1, in sorted
order, and route `y_val` unchanged. The values alone do not tell that this happened: users
number labels themselves, in orders of their own. So `classes` has to say it.
"""

import numpy as np

from .._utils import warn_user
from ..exceptions import ValidationSetWarning
from ._labels import label_column

PASS_CLASSES = (
    "A meta-estimator, such as VotingClassifier, numbers the labels of `y` and leaves "
    "`y_val` as it is: pass all labels to its `fit` as `classes`, beside `y_val`."
)


def audit_classes(known, classes):
    """Return the sorted labels of an audit, the i-th of which `y` has as its i-th class.

    Parameters
    ----------
    known : ndarray of shape (n_classes,)
        Labels of `y`, sorted.
    classes : array-like of shape (n_classes,) or None
        All labels, as they were before a meta-estimator numbered those of `y`.

    Returns
    -------
    labels : ndarray of shape (n_classes,)

    Raises
    ------
    ValueError
        If `y` has neither these labels nor their numbers.
    """
    if classes is None:
        return known
    labels = np.unique(label_column(classes, "classes"))
    same = known.tolist() == labels.tolist()
    if not same and not (_are_numbers(known) and len(known) == len(labels)):
        raise ValueError(
            "`classes` should be all labels of `y`, or those that a meta-estimator replaced"
            f" by 0 to {len(labels) - 1}. Got {labels.tolist()} for a `y` with the labels "
            f"{known.tolist()}. Every fold and resample needs rows of all classes. "
            "OneVsRestClassifier and the like train on other labels, for which there is no "
            "audit: give NashMetaClassifier all classes at once."
        )
    return labels


def explain_numbers(known, error):
    """Return the error of an unknown label in `y_val`, with its likely reason."""
    return ValueError(f"{error} {PASS_CLASSES}") if _are_numbers(known) else error


def warn_of_numbers(known, codes):
    """Warn if `y_val` may have been read as numbers while it has labels.

    A set of labels that holds all numbers from 0 to n_classes − 1 has no others. Where the
    audit lacks one of them, its labels may be those of another set.

    Parameters
    ----------
    known : ndarray of shape (n_classes,)
        Labels of `y`, sorted.
    codes : ndarray of shape (n_val,), int
        The class indices that were read.
    """
    lacking = np.delete(known, np.unique(codes)).tolist()
    if lacking and _are_numbers(known):
        warn_user(
            f"`y` has the labels {known.tolist()}, and `y_val` lacks {lacking}. If these "
            f"are the labels, pass classes={known.tolist()} to say so. If they are numbers "
            f"of other labels, `y_val` was read wrongly. {PASS_CLASSES}",
            ValidationSetWarning,
        )


def _are_numbers(known):
    return known.dtype.kind in "iu" and known.tolist() == list(range(len(known)))
