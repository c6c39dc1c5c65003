"""Which types in an archive are restored without asking.

skops trusts scikit-learn's estimators by itself. What is added here holds data alone, or is
a function of arrays: restoring it runs no code, and none of it reads files, writes files or
calls what it is given.
"""

from dataclasses import is_dataclass
from importlib import import_module
from inspect import isclass, isfunction

from sklearn.base import BaseEstimator

from .._utils import shortly

PACKAGE = __name__.partition(".")[0]
# Parts of fitted estimators, by the module that they are in.
DATA = {
    "functools": ("partial",),  # of functions that are trusted themselves
    "numpy": ("dtype",),
    "sklearn._loss.link": (
        *("HalfLogitLink", "IdentityLink", "Interval", "LogLink", "LogitLink"),
        "MultinomialLogit",
    ),
    "sklearn._loss.loss": (
        *("AbsoluteError", "ExponentialLoss", "HalfBinomialLoss", "HalfMultinomialLoss"),
        *("HalfPoissonLoss", "HalfSquaredError", "HuberLoss"),
    ),
    "sklearn.calibration": ("_CalibratedClassifier", "_SigmoidCalibration"),
    "sklearn.compose._column_transformer": (
        *("_RemainderColsList", "make_column_selector"),
    ),
    "sklearn.ensemble._hist_gradient_boosting.binning": ("_BinMapper",),
    "sklearn.ensemble._hist_gradient_boosting.predictor": ("TreePredictor",),
    "sklearn.feature_selection._univariate_selection": ("chi2", "f_classif"),
    "sklearn.feature_selection._mutual_info": ("mutual_info_classif",),
    "sklearn.metrics._scorer": (
        *("_CurveScorer", "_MultimetricScorer", "_PassthroughScorer", "_Scorer"),
    ),
    "sklearn.model_selection._split": (
        *("GroupKFold", "KFold", "LeaveOneGroupOut", "PredefinedSplit"),
        *("RepeatedKFold", "RepeatedStratifiedKFold", "ShuffleSplit"),
        *("StratifiedGroupKFold", "StratifiedKFold", "StratifiedShuffleSplit"),
    ),
    "sklearn.neural_network._stochastic_optimizers": ("AdamOptimizer", "SGDOptimizer"),
    "sklearn.tree._tree": ("Tree",),
    "sklearn.utils._bunch": ("Bunch",),
    "sklearn.utils._metadata_requests": ("MetadataRequest", "MethodMetadataRequest"),
    "sklearn.utils.validation": ("check_array",),
}
# How the names of metrics end, scikit-learn's and ours.
METRICS = (
    *("_score", "_loss", "_error", "auc"),
    *("_difference", "_disparity", "_rate", "_ratio"),
)
NAMES = {f"{module}.{name}" for module, names in DATA.items() for name in names}


def checked_names(trusted):
    """Return the types that a user trusts as a set, if they are names.

    Raises
    ------
    TypeError
        If `trusted` is anything but a sequence of names.
    """
    is_listing = isinstance(trusted, list | tuple | set | frozenset)
    if not is_listing or not all(isinstance(name, str) for name in trusted):
        raise TypeError(
            "`trusted` should be a list of names of types with their modules, such as "
            f"['my_package.features.Binner']. Got {shortly(trusted)}."
        )
    return frozenset(trusted)


def is_trusted(name):
    """Whether what a name refers to is restored without asking.

    Parameters
    ----------
    name : str
        With its module, as ``skops.io.get_untrusted_types`` gives it.

    Returns
    -------
    trusted : bool
        True for what `NAMES` lists, for metrics, and for this package's estimators,
        dataclasses and named tuples.
    """
    if name in NAMES:
        return True
    module, _, own = name.rpartition(".")
    if module.startswith("sklearn.metrics."):
        return _is_metric("sklearn.metrics", module, own)
    if not module.startswith(f"{PACKAGE}."):
        return False
    found = _found(module, own)
    if isclass(found):
        is_data = issubclass(found, BaseEstimator | tuple) or is_dataclass(found)
        return is_data and found.__module__ == module
    return _is_metric(f"{PACKAGE}.metrics", module, own)


def _is_metric(package, module, name):
    if not name.endswith(METRICS):
        return False
    public = getattr(import_module(package), name, None)
    return isfunction(public) and public.__module__ == module


def _found(module, name):
    try:
        return getattr(import_module(module), name, None)
    except ImportError:
        return None
