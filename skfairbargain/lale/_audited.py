"""The operators around `AuditedClassifier`."""

from lale.docstrings import set_docstrings
from lale.operators import make_operator

from ..audited import AuditedClassifier as _Estimator
from ._mitigator import Mitigator, own_schemas
from ._schemas import ANY, VALUES, WEIGHTS, operator_schemas

# What a search tries.
SEARCH = {"combine": {"enum": ["nash", "minimax", "mean", "select"]}}


class _AuditedImpl(Mitigator):
    """In-estimator fairness mitigator that makes the most of a few audited rows.

    Base models are trained on all rows, and `AuditedClassifier` corrects them by what the
    groups of `protected_attributes` agree on among the audited rows. Columns of text,
    dates and missing values are taken as they are. Predictions have the labels of y.

    Parameters
    ----------
    redact : bool, default=True
        Whether to hide the protected attributes from the models: they are set to a
        constant before `preparation`, in recorded, audited and new rows.
    preparation : operator, default=None
        Changes the columns before the models see them: a lale operator or sub-pipeline, or
        a scikit-learn transformer. It is fitted on the recorded rows. None: columns are
        encoded inside, as `AuditedClassifier` does.
    validation_per_cell : int or "auto", default="auto"
        If `fit` gets no audited rows, it takes this number of rows of every group with a
        favorable label out of X, and the same number with an unfavorable one, and their
        labels count as right. "auto" divides a tenth of the rows evenly among the cells,
        with at most 50 rows and a quarter of the smallest cell for each. A group that has
        fewer than 20 rows of a cell is then left out, with a warning, if every attribute
        keeps both its groups.
    """

    __module__ = "skfairbargain.lale"
    estimator_class = _Estimator
    takes_tables = True


class _AuditedClassifierImpl(_Estimator):
    __doc__ = _Estimator.__doc__
    __module__ = "skfairbargain.lale"


Audited = make_operator(
    _AuditedImpl,
    operator_schemas(
        own_schemas(_AuditedImpl),
        documented=_AuditedImpl,
        cells=VALUES,
        fit_keywords={
            "X_val": {"description": "Audited rows, as raw as X.", **ANY},
            "y_val": {"description": "Their right class labels.", **ANY},
            "sample_weight": WEIGHTS,
        },
        estimator=_Estimator,
        search=SEARCH,
    ),
    name="Audited",
)
set_docstrings(Audited)

# The estimator alone, for `lale.wrap_imported_operators` and for groups that are not in X.
AuditedClassifier = make_operator(
    _AuditedClassifierImpl,
    operator_schemas(
        {},
        documented=_AuditedClassifierImpl,
        cells=VALUES,
        fit_keywords={
            "X_val": {"description": "Audited rows, with the columns of X.", **ANY},
            "y_val": {"description": "Their right class labels.", **ANY},
            "groups_val": {"description": "Their groups; None: the classes.", **ANY},
            "sample_weight": WEIGHTS,
        },
        estimator=_Estimator,
        search=SEARCH,
    ),
    name="AuditedClassifier",
)
set_docstrings(AuditedClassifier)
