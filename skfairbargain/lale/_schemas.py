"""Schemas of a whole lale operator."""

from ..classifier import NashMetaClassifier
from ._docstrings import without_sections
from ._parameter_schemas import SEARCH, parameter_schemas


def operator_schemas(
    own, *, documented, fit_keywords, cells, estimator=NashMetaClassifier, search=SEARCH
):
    """Schemas of a whole operator, in the form that ``lale.operators.make_operator`` takes.

    Parameters
    ----------
    own : dict of str to dict
        Schemas of the parameters that come before those of the estimator.
    documented : class
        The implementation, whose docstring describes the operator.
    fit_keywords : dict of str to dict
        Schemas of what `fit` takes beside X and y.
    cells : list of dict
        Alternatives for a value in X.
    estimator, search :
        As of `parameter_schemas`.

    Returns
    -------
    schemas : dict
    """
    properties = {**own, **parameter_schemas(estimator, search)}
    rows = {"type": "array", "items": {"type": "array", "items": {"anyOf": cells}}}
    X = {"description": "Features; the outer array is over samples.", **rows}
    y = {"description": "Class labels, one per sample.", **LABELS}
    hyperparams = {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "relevantToOptimizer": list(search),
        "properties": properties,
    }
    fit = {"X": X, "y": y, **fit_keywords}
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "description": without_sections(documented),
        "import_from": "skfairbargain.lale",
        "type": "object",
        "tags": {"pre": [], "op": ["estimator", "classifier"], "post": ["probabilities"]},
        "properties": {
            "hyperparams": {
                "description": "Hyperparameter schema.",
                "allOf": [hyperparams],
            },
            "input_fit": _arguments(fit),
            "input_predict": _arguments({"X": X}),
            "output_predict": {"description": "Predicted labels.", **LABELS},
            "input_predict_proba": _arguments({"X": X}),
            "output_predict_proba": {"description": "Probabilities.", **NUMBERS_BY_CLASS},
            "input_decision_function": _arguments({"X": X}),
            "output_decision_function": {
                "description": "Logits; for two classes their difference.",
                "anyOf": [NUMBERS, NUMBERS_BY_CLASS],
            },
        },
    }


# The schemas of lale's own mitigators do not allow missing values. Here they are allowed,
# because `preparation` or the estimator can fill them.
VALUES = [{"type": "number"}, {"type": "string"}, {"type": "boolean"}, {"enum": [None]}]
WEIGHTS = {
    "description": "Non-negative weights, which multiply the learned weights.",
    "anyOf": [{"type": "array", "items": {"type": "number"}}, {"enum": [None]}],
    "default": None,
}
ANY = {"laleType": "Any", "default": None}
NUMBERS = {"type": "array", "items": {"type": "number"}}
NUMBERS_BY_CLASS = {"type": "array", "items": NUMBERS}
LABELS = {
    "anyOf": [
        {"type": "array", "items": {"type": kind}}
        for kind in ("number", "string", "boolean")
    ]
}


def _arguments(properties):
    return {
        "type": "object",
        "required": [name for name in properties if "default" not in properties[name]],
        "additionalProperties": False,
        "properties": properties,
    }
