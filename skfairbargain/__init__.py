"""Fairness-aware training by Nash bargaining, for scikit-learn pipelines."""

from .aggregators import MGDA, CAGrad, GeneralizedMean, PCGrad
from .exceptions import (
    ModelVersionWarning,
    NoAgreementWarning,
    SkippedStepWarning,
    UndefinedGroupError,
    ValidationSetWarning,
)
from .protocols import FORML, LtR, MetaGDRO, Nash, Protocol, get_protocol

__version__ = "0.1.0.dev0"

__all__ = [
    "FORML",
    "MGDA",
    "CAGrad",
    "GeneralizedMean",
    "LtR",
    "MetaGDRO",
    "ModelVersionWarning",
    "Nash",
    "NashMetaClassifier",
    "NoAgreementWarning",
    "PCGrad",
    "Protocol",
    "SkippedStepWarning",
    "UndefinedGroupError",
    "ValidationSetWarning",
    "get_protocol",
]


def __getattr__(name):
    # torch takes a second to import, and metrics, splits and data need none of it.
    if name == "NashMetaClassifier":
        from .classifier import NashMetaClassifier

        return NashMetaClassifier
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*globals(), "NashMetaClassifier"]
