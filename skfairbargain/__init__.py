"""Fairness-aware training by Nash bargaining, for scikit-learn pipelines."""

from .classifier import NashMetaClassifier
from .exceptions import (
    NoAgreementWarning,
    SkippedStepWarning,
    UndefinedGroupError,
    ValidationSetWarning,
)
from .protocols import FORML, LtR, MetaGDRO, Nash, Protocol, get_protocol

__version__ = "0.1.0.dev0"

__all__ = [
    "FORML",
    "LtR",
    "MetaGDRO",
    "Nash",
    "NashMetaClassifier",
    "NoAgreementWarning",
    "Protocol",
    "SkippedStepWarning",
    "UndefinedGroupError",
    "ValidationSetWarning",
    "get_protocol",
]
