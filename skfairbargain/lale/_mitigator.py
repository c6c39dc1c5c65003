"""What the mitigators do around the estimator: groups, audited rows, redaction."""

import numpy as np
from lale.lib.aif360 import FAIRNESS_INFO_SCHEMA, Redacting
from lale.operators import Operator
from sklearn.base import clone
from sklearn.metrics import accuracy_score
from sklearn.utils import _safe_indexing

from .._utils import check_same_length
from ._docstrings import parameter_descriptions
from ._groups import fairness_groups, named_attributes
from ._validation import check_outcomes, held_out_rows

# Share of the rows that is held out for an estimator without a parameter that says it.
HELD_OUT = 0.1


class Mitigator:
    """A fairness mitigator of lale around an estimator that learns from audited rows.

    Attributes
    ----------
    estimator_class : class
    takes_tables : bool
        Whether the estimator takes columns of text, dates and missing values.
    """

    estimator_class = None
    takes_tables = False

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
                fraction=self.parameters.get("validation_fraction", HELD_OUT),
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
        if not (self.parameters.get("warm_start") and hasattr(self, "estimator_")):
            self.estimator_ = self.estimator_class(**self.parameters)
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
        return self.estimator_class().__sklearn_tags__()

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
        if hasattr(prepared, "select_dtypes") and not self.takes_tables:
            others = list(prepared.select_dtypes(exclude=["number", "bool"]).columns)
            if others:
                raise ValueError(
                    "Every column should be numeric after `preparation`. Not numeric are "
                    f"{others}. Pass a preparation that encodes or drops them, such as "
                    "OneHotEncoder()."
                )
        return prepared


def own_schemas(documented):
    """Schemas of a mitigator's parameters that are not its estimator's.

    Parameters
    ----------
    documented : class
        The implementation, whose docstring describes the parameters.
    """
    described = parameter_descriptions(documented)
    return {
        **FAIRNESS_INFO_SCHEMA["properties"],
        "redact": {
            "description": described["redact"],
            "type": "boolean",
            "default": True,
        },
        "preparation": {
            "description": described["preparation"],
            "anyOf": [{"laleType": "operator"}, {"enum": [None]}],
            "default": None,
        },
        "validation_per_cell": {
            "description": described["validation_per_cell"],
            "anyOf": [{"enum": ["auto"]}, {"type": "integer", "minimum": 1}],
            "default": "auto",
        },
    }
