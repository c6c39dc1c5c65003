"""Errors and warnings of their own kind, so that a caller can tell them apart."""

from sklearn.exceptions import InconsistentVersionWarning

__all__ = [
    "ModelVersionWarning",
    "NoAgreementWarning",
    "SkippedStepWarning",
    "UndefinedGroupError",
    "ValidationSetWarning",
]


class UndefinedGroupError(ValueError):
    """A group or cell lacks the rows or labels without which a quantity is undefined."""


class ModelVersionWarning(InconsistentVersionWarning):
    """A model was stored by another version of this package.

    A kind of scikit-learn's `InconsistentVersionWarning`, so that one filter catches both.

    Parameters
    ----------
    estimator_name : str
    current_version, original_version : str
        Of this package, now and when the model was stored.
    """

    def __init__(self, *, estimator_name, current_version, original_version):
        super().__init__(
            estimator_name=estimator_name,
            current_sklearn_version=current_version,
            original_sklearn_version=original_version,
        )

    def __str__(self):
        return (
            f"Loading a {self.estimator_name} of skfairbargain "
            f"{self.original_sklearn_version} with skfairbargain "
            f"{self.current_sklearn_version}. It may predict something else or fail. Load "
            "it with the version that stored it, or train it anew."
        )


class NoAgreementWarning(UserWarning):
    """The players agreed in no step of a bargaining stage, so the goal decided alone."""


class SkippedStepWarning(UserWarning):
    """Steps were skipped because every sample weight came out as zero."""


class ValidationSetWarning(UserWarning):
    """The validation set looks sliced, untransformed, or too small for what is asked."""
