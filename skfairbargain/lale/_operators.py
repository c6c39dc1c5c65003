"""The operators: the estimator in the form that lale's pipelines need."""

from lale.docstrings import set_docstrings
from lale.operators import make_operator

from ..classifier import NashMetaClassifier as _Estimator
from ._mitigator import Mitigator, own_schemas
from ._schemas import ANY, VALUES, WEIGHTS, operator_schemas


class _NashMetaImpl(Mitigator):
    """Bargaining in-estimator fairness mitigator.

    While `NashMetaClassifier` trains, the groups of `protected_attributes` bargain over
    the weights of the training samples. Predictions have the labels of y.

    Parameters
    ----------
    redact : bool, default=True
        Whether to hide the protected attributes from the network: they are set to a
        constant before `preparation`, in training, validation and prediction.
    preparation : operator, default=None
        Turns the columns into numbers: a lale operator or sub-pipeline, or a scikit-learn
        transformer. It is fitted on the training rows, without the validation rows, and
        applied to both. None: lale.lib.lale.NoOp.
    validation_per_cell : int or "auto", default="auto"
        If `fit` gets no validation set, it holds out this number of rows of every group
        with a favorable label, and the same number with an unfavorable one, before
        anything is fitted. "auto" divides `validation_fraction` of the rows evenly among
        the cells, with at most 50 rows and a quarter of the smallest cell for each. A
        group that has fewer than 20 rows of a cell is then left out, with a warning, if
        every attribute keeps both its groups.
    """

    __module__ = "skfairbargain.lale"  # where lale says to import the operator from
    estimator_class = _Estimator


class _NashMetaClassifierImpl(_Estimator):
    __doc__ = _Estimator.__doc__
    __module__ = "skfairbargain.lale"


NashMeta = make_operator(
    _NashMetaImpl,
    operator_schemas(
        own_schemas(_NashMetaImpl),
        documented=_NashMetaImpl,
        cells=VALUES,
        fit_keywords={
            "X_val": {"description": "Audited validation rows, as raw as X.", **ANY},
            "y_val": {"description": "Their class labels.", **ANY},
            "sample_weight": WEIGHTS,
        },
    ),
    name="NashMeta",
)
set_docstrings(NashMeta)

# The estimator without preparation, for `lale.wrap_imported_operators` and for pipelines
# whose groups are not in X.
NashMetaClassifier = make_operator(
    _NashMetaClassifierImpl,
    operator_schemas(
        {},
        documented=_NashMetaClassifierImpl,
        cells=[{"type": "number"}],
        fit_keywords={
            "X_val": {"description": "Validation rows, prepared like X.", **ANY},
            "y_val": {"description": "Their class labels.", **ANY},
            "groups_val": {"description": "Their groups; None: the classes.", **ANY},
            "sample_weight": WEIGHTS,
        },
    ),
    name="NashMetaClassifier",
)
set_docstrings(NashMetaClassifier)
