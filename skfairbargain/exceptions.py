"""Errors and warnings with classes of their own, so that a caller can filter them."""

from sklearn.exceptions import ConvergenceWarning, InconsistentVersionWarning

__all__ = [
    "ChannelsLastWarning",
    "ConstantPredictionWarning",
    "DivergenceWarning",
    "ModelFileError",
    "ModelVersionWarning",
    "NoAgreementWarning",
    "SkippedStepWarning",
    "SmallGroupWarning",
    "UndefinedGroupError",
    "UnusedGoalWarning",
    "ValidationSetWarning",
]


class ModelFileError(ValueError):
    """A file holds no model that can be loaded: it is damaged, something else, or newer."""


class UndefinedGroupError(ValueError):
    """A group or cell lacks rows or labels that a quantity needs, so it is undefined."""


class ModelVersionWarning(InconsistentVersionWarning):
    """A model was stored by another version of this package.

    A subclass of scikit-learn's `InconsistentVersionWarning`, so that one filter catches
    both.

    Parameters
    ----------
    estimator_name : str
    current_version, original_version : str
        The version of this package now, and the version that stored the model.
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
            f"{self.current_sklearn_version}. Its predictions may differ, or fail. Load "
            "it with the version that stored it, or train it again."
        )


class ConstantPredictionWarning(ConvergenceWarning):
    """A trained network predicts the same for all rows, or no better than guessing.

    A subclass of scikit-learn's `ConvergenceWarning`.
    """


class ChannelsLastWarning(UserWarning):
    """A convolution takes the rows of images for their channels."""


class DivergenceWarning(ConvergenceWarning):
    """Training ended with a loss far above that of guessing.

    A subclass of scikit-learn's `ConvergenceWarning`.
    """


class NoAgreementWarning(UserWarning):
    """The players agreed in no step of stage 1, so the goal decided every step."""


class SkippedStepWarning(UserWarning):
    """Training steps were skipped because all sample weights were zero."""


class SmallGroupWarning(UserWarning):
    """Groups have too few rows to be compared, or so few that chance decides."""


class UnusedGoalWarning(UserWarning):
    """All epochs that count are of stage 1, so the goal had no part in the model."""


class ValidationSetWarning(UserWarning):
    """The validation set was probably cut or not transformed, or it lacks rows."""
