"""The operators: the estimator in the form that lale's pipelines need."""

import numpy as np
from lale.docstrings import set_docstrings
from lale.lib.aif360 import FAIRNESS_INFO_SCHEMA, Redacting
from lale.operators import Operator, make_operator
from sklearn.base import clone
from sklearn.metrics import accuracy_score
from sklearn.utils import _safe_indexing

from .._utils import check_same_length
from ..classifier import NashMetaClassifier as _Estimator
from ._docstrings import parameter_descriptions
from ._groups import fairness_groups, named_attributes
from ._schemas import operator_schemas
from ._validation import check_outcomes, held_out_rows


class _NashMetaImpl:
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

    def __init__(
        self,
        *,
        favorable_labels,
        protected_attributes,
        unfavorable_labels=None,
        redact=True,
        preparation=None,
        validation_per_cell="auto",
        **parameters,
    ):
        self.favorable_labels = favorable_labels
        self.protected_attributes = protected_attributes
        self.unfavorable_labels = unfavorable_labels
        self.redact = redact
        self.preparation = preparation
        self.validation_per_cell = validation_per_cell
        self.parameters = parameters

    def fit(self, X, y, X_val=None, y_val=None, sample_weight=None):
        check_same_length(X=X, y=y)
        check_outcomes(y, self.favorable_labels, self.unfavorable_labels)
        attributes = named_attributes(X, self.protected_attributes)
        if X_val is None and y_val is None:
            train, val = held_out_rows(
                X,
                y,
                {
                    "favorable_labels": self.favorable_labels,
                    "protected_attributes": attributes,
                    "unfavorable_labels": self.unfavorable_labels,
                },
                per_cell=self.validation_per_cell,
                fraction=self.parameters["validation_fraction"],
                random_state=self.parameters["random_state"],
            )
            X_val, y_val = _safe_indexing(X, val), _safe_indexing(y, val)
            X, y = _safe_indexing(X, train), _safe_indexing(y, train)
            if sample_weight is not None:
                sample_weight = _safe_indexing(sample_weight, train)
        elif X_val is None or y_val is None:
            missing = "X_val" if X_val is None else "y_val"
            raise ValueError(
                f"`X_val` and `y_val` should be given together. `{missing}` is missing."
            )
        check_same_length(X_val=X_val, y_val=y_val)
        groups, grouped = fairness_groups(X_val, attributes)
        rows = np.flatnonzero(grouped)
        self._fit_preparation(X, y, attributes)
        if not (self.parameters["warm_start"] and hasattr(self, "estimator_")):
            self.estimator_ = _Estimator(**self.parameters)
        self.estimator_.fit(
            self._prepared(X),
            np.asarray(y),
            X_val=self._prepared(_safe_indexing(X_val, rows)),
            y_val=np.asarray(y_val)[rows],
            groups_val=groups.iloc[rows],
            sample_weight=sample_weight,
        )
        return self

    @property
    def classes_(self):
        return self.estimator_.classes_

    def decision_function(self, X):
        return self.estimator_.decision_function(self._prepared(X))

    def predict_proba(self, X):
        return self.estimator_.predict_proba(self._prepared(X))

    def predict(self, X):
        return self.estimator_.predict(self._prepared(X))

    def score(self, X, y, sample_weight=None):
        return accuracy_score(y, self.predict(X), sample_weight=sample_weight)

    def __sklearn_tags__(self):
        return _Estimator().__sklearn_tags__()

    def _fit_preparation(self, X, y, attributes):
        self.redacting_ = Redacting(protected_attributes=attributes).fit(X)
        self.preparation_ = None
        if self.preparation is not None:
            # lale's operators return a trained copy; scikit-learn's are fitted in place.
            # They are not joined by >>, which refuses scikit-learn's Pipeline.
            is_operator = isinstance(self.preparation, Operator)
            prepare = self.preparation if is_operator else clone(self.preparation)
            self.preparation_ = prepare.fit(self._redacted(X), y)

    def _redacted(self, X):
        return self.redacting_.transform(X) if self.redact else X

    def _prepared(self, X):
        prepared = self._redacted(X)
        if self.preparation_ is not None:
            prepared = self.preparation_.transform(prepared)
        if hasattr(prepared, "select_dtypes"):
            others = list(prepared.select_dtypes(exclude=["number", "bool"]).columns)
            if others:
                raise ValueError(
                    "Every column should be numeric after `preparation`. Not numeric are "
                    f"{others}. Pass a preparation that encodes or drops them, such as "
                    "OneHotEncoder()."
                )
        return prepared


class _NashMetaClassifierImpl(_Estimator):
    __doc__ = _Estimator.__doc__
    __module__ = "skfairbargain.lale"


# The schemas of lale's own mitigators do not allow missing values. Here they are allowed,
# because `preparation` can fill them.
_VALUES = [{"type": "number"}, {"type": "string"}, {"type": "boolean"}, {"enum": [None]}]
_WEIGHTS = {
    "description": "Non-negative weights, which multiply the learned weights.",
    "anyOf": [{"type": "array", "items": {"type": "number"}}, {"enum": [None]}],
    "default": None,
}
_ANY = {"laleType": "Any", "default": None}

_described = parameter_descriptions(_NashMetaImpl)
_own = {
    **FAIRNESS_INFO_SCHEMA["properties"],
    "redact": {"description": _described["redact"], "type": "boolean", "default": True},
    "preparation": {
        "description": _described["preparation"],
        "anyOf": [{"laleType": "operator"}, {"enum": [None]}],
        "default": None,
    },
    "validation_per_cell": {
        "description": _described["validation_per_cell"],
        "anyOf": [{"enum": ["auto"]}, {"type": "integer", "minimum": 1}],
        "default": "auto",
    },
}

NashMeta = make_operator(
    _NashMetaImpl,
    operator_schemas(
        _own,
        documented=_NashMetaImpl,
        cells=_VALUES,
        fit_keywords={
            "X_val": {"description": "Audited validation rows, as raw as X.", **_ANY},
            "y_val": {"description": "Their class labels.", **_ANY},
            "sample_weight": _WEIGHTS,
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
            "X_val": {"description": "Validation rows, prepared like X.", **_ANY},
            "y_val": {"description": "Their class labels.", **_ANY},
            "groups_val": {"description": "Their groups; None: the classes.", **_ANY},
            "sample_weight": _WEIGHTS,
        },
    ),
    name="NashMetaClassifier",
)
set_docstrings(NashMetaClassifier)
