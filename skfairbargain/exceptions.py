"""Errors and warnings of their own kind, so that a caller can tell them apart."""

__all__ = [
    "NoAgreementWarning",
    "SkippedStepWarning",
    "UndefinedGroupError",
    "ValidationSetWarning",
]


class UndefinedGroupError(ValueError):
    """A group or cell lacks the rows or labels without which a quantity is undefined."""


class NoAgreementWarning(UserWarning):
    """The players agreed in no step of a bargaining stage, so the goal decided alone."""


class SkippedStepWarning(UserWarning):
    """Steps were skipped because every sample weight came out as zero."""


class ValidationSetWarning(UserWarning):
    """The validation set looks sliced, untransformed, or too small for what is asked."""
