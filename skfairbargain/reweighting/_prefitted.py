"""Check that a prefitted weigher matches the data."""

from sklearn.frozen import FrozenEstimator
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

from .._inputs import (
    audited_set,
    check_given_together,
    class_indices,
    label_column,
)
from .._utils import fitted_attribute


def check_trained_weigher(weigher, X, y, X_val, y_val, groups_val, sample_weight, classes):
    """Refuse what a frozen weigher was not trained on, as far as that can be seen.

    Parameters
    ----------
    weigher : estimator
        One that is not a ``FrozenEstimator`` is refused only where it is a pipeline whose
        last step is one; nothing else is checked.
    X, y, X_val, y_val, groups_val, sample_weight, classes :
        As of `ReweightedClassifier.fit`.

    Raises
    ------
    NotFittedError
        If it is not trained.
    ValueError
        If number of rows, features or classes differ, the validation set is malformed, or
        there are sample weights.
    UndefinedGroupError
        If a group of `groups_val` has rows of one class only.
    """
    if not isinstance(weigher, FrozenEstimator):
        if hasattr(weigher, "steps") and isinstance(weigher.steps[-1][1], FrozenEstimator):
            raise ValueError(
                "A `weigher` that is trained already should be frozen as a whole. Got a "
                "pipeline whose last step is frozen. Set `weigher` to "
                "FrozenEstimator(pipeline)."
            )
        return
    check_is_fitted(weigher)
    if sample_weight is not None:
        raise ValueError(
            "`sample_weight` should be None where `weigher` is trained already. Give "
            "the weights to the weigher's own `fit`."
        )
    n_trained_on = len(fitted_attribute(weigher, "applied_weight_"))
    if n_trained_on != len(y):
        raise ValueError(
            "A `weigher` that is trained already should have been trained on the rows of "
            f"`X`. Got weights of {n_trained_on} rows, and {len(y)} rows. Inside a "
            "cross-validation, where rows change, give one that is not frozen."
        )
    weigher.predict(_safe_indexing(X, [0]))  # raises where the features differ
    known = fitted_attribute(weigher, "classes_")
    class_indices(known, label_column(y, "y"), "y")
    check_given_together(X_val, y_val, groups_val)
    if X_val is not None:
        audited_set(known, X_val, y_val, groups_val, classes)
