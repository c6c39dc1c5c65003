"""Fairness-aware training by Nash bargaining, for scikit-learn pipelines."""

from importlib import import_module

from ._version import __version__

# Imported when a name is asked for, because scikit-learn and pandas take half a second to
# import and torch another one: metrics, splits and data need no torch, `--version` nothing.
_ESTIMATORS = {
    "AuditedClassifier": ".audited",
    "NashMetaClassifier": ".classifier",
    "ReweightedClassifier": ".reweighting",
}
_PARTS = ("bargaining", "exceptions", "protocols")


def __getattr__(name):
    if name in _ESTIMATORS:
        return getattr(import_module(_ESTIMATORS[name], __name__), name)
    if name in _PARTS:
        return import_module(f".{name}", __name__)
    if name == "__all__":
        return _public_names()
    if not name.startswith("_"):
        for part in (
            import_module(".exceptions", __name__),
            import_module(".protocols", __name__),
        ):
            if name in part.__all__:
                return getattr(part, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_PARTS, *_public_names()})


def _public_names():
    exceptions = import_module(".exceptions", __name__).__all__
    protocols = import_module(".protocols", __name__).__all__
    return sorted({*_ESTIMATORS, *exceptions, *protocols})
