"""Fairness-aware training by Nash bargaining, for scikit-learn pipelines."""

from importlib import import_module

from ._version import __version__
from .exceptions import (
    ConstantPredictionWarning,
    DivergenceWarning,
    ModelFileError,
    ModelVersionWarning,
    NoAgreementWarning,
    SkippedStepWarning,
    SmallGroupWarning,
    UndefinedGroupError,
    UnusedGoalWarning,
    ValidationSetWarning,
)
from .protocols import *
from .protocols import __all__ as _PROTOCOLS

__all__ = [
    "AuditedClassifier",
    "ConstantPredictionWarning",
    "DivergenceWarning",
    "ModelFileError",
    "ModelVersionWarning",
    "NashMetaClassifier",
    "NoAgreementWarning",
    "ReweightedClassifier",
    "SkippedStepWarning",
    "SmallGroupWarning",
    "UndefinedGroupError",
    "UnusedGoalWarning",
    "ValidationSetWarning",
    *_PROTOCOLS,
]


# torch takes a second to import, and metrics, splits and data need none of it.
_WITH_TORCH = {
    "AuditedClassifier": ".audited",
    "NashMetaClassifier": ".classifier",
    "ReweightedClassifier": ".reweighting",
}


def __getattr__(name):
    if name in _WITH_TORCH:
        return getattr(import_module(_WITH_TORCH[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*globals(), *_WITH_TORCH]
