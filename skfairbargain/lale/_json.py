"""Let lale read our operators from JSON.

``lale.json_operator`` writes the class of an operator's implementation, and reads the
schemas of a class from the module of ``lale.lib`` that is named after the class's package.
Without one, it reads no parameters, and fails. So importing this makes that module.
"""

import sys
from types import ModuleType

from ._audited import (
    Audited,
    AuditedClassifier,
    _AuditedClassifierImpl,
    _AuditedImpl,
)
from ._operators import NashMeta, NashMetaClassifier, _NashMetaClassifierImpl, _NashMetaImpl

OPERATORS = {
    _AuditedImpl: Audited,
    _AuditedClassifierImpl: AuditedClassifier,
    _NashMetaImpl: NashMeta,
    _NashMetaClassifierImpl: NashMetaClassifier,
}

NAME = f"lale.lib.{__name__.partition('.')[0]}"
sys.modules[NAME] = ModuleType(NAME, "Operators of skfairbargain, by implementation.")
for implementation, operator in OPERATORS.items():
    setattr(sys.modules[NAME], implementation.__name__, operator)
