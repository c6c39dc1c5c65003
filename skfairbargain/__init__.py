"""Fairness-aware training by Nash bargaining, for scikit-learn pipelines."""

from importlib import import_module

from ._version import __version__
from .exceptions import (
    ModelVersionWarning,
    NoAgreementWarning,
    SkippedStepWarning,
    UndefinedGroupError,
    ValidationSetWarning,
)
from .protocols import (
    FORML,
    MGDA,
    CAGrad,
    GeneralizedMean,
    LtR,
    MetaGDRO,
    Nash,
    PCGrad,
    Protocol,
    get_protocol,
)

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
    "ReweightedClassifier",
    "SkippedStepWarning",
    "UndefinedGroupError",
    "ValidationSetWarning",
    "get_protocol",
]


# torch takes a second to import, and metrics, splits and data need none of it.
_WITH_TORCH = {"NashMetaClassifier": ".classifier", "ReweightedClassifier": ".reweighting"}


def __getattr__(name):
    if name in _WITH_TORCH:
        return getattr(import_module(_WITH_TORCH[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*globals(), *_WITH_TORCH]
