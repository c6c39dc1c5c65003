"""Operators and a scorer for lale's pipelines and for its fairness library.

Needs the extra ``skfairbargain[lale]``.
"""

from .._utils import import_optional

import_optional("lale", extra="lale")

from . import _json  # noqa: E402
from ._audited import (  # noqa: E402
    Audited,
    AuditedClassifier,
    _AuditedClassifierImpl,
    _AuditedImpl,
)
from ._operators import (  # noqa: E402
    NashMeta,
    NashMetaClassifier,
    _NashMetaClassifierImpl,
    _NashMetaImpl,
)
from ._scorer import worst_group_auc  # noqa: E402

__all__ = [
    "Audited",
    "AuditedClassifier",
    "NashMeta",
    "NashMetaClassifier",
    "worst_group_auc",
]
