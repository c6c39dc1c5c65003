"""The estimator's constraints, defaults and descriptions as JSON schemas."""

import inspect
import re
from numbers import Integral

import numpy as np
import torch
from sklearn.utils._param_validation import Interval, StrOptions
from torch import nn

from .._training import PARAMETER_CONSTRAINTS
from ..classifier import NashMetaClassifier
from ..protocols import PROTOCOLS, Protocol

# The values that a search tries, where the whole range is infinite or mostly useless. The
# goals are a choice: a new protocol is accepted as goal without being searched.
SEARCH = {
    "goal": {"enum": ["ltr", "meta_gdro", "forml"]},
    "bargain_epochs": {"minimumForOptimizer": 0, "maximumForOptimizer": 30},
    "lr": {
        "minimumForOptimizer": 1e-4,
        "maximumForOptimizer": 0.05,
        "distribution": "loguniform",
    },
    "anchor": {
        "minimumForOptimizer": 0.0,
        "maximumForOptimizer": 1.0,
        "distribution": "uniform",
    },
    "dropout": {
        "minimumForOptimizer": 0.0,
        "maximumForOptimizer": 0.5,
        "distribution": "uniform",
    },
    "weight_decay": {
        "minimumForOptimizer": 1e-6,
        "maximumForOptimizer": 0.01,
        "distribution": "loguniform",
    },
}

# JSON schemas have no type for Python objects, which are described as none of JSON's types.
# The estimator checks their class in `fit`.
OBJECT = {
    "not": {"type": ["array", "boolean", "null", "number", "object", "string"]},
    "forOptimizer": False,
}


def parameter_schemas():
    """Describe every parameter of `NashMetaClassifier` in the form that lale expects.

    Types and ranges come from the table that the estimator checks itself with, defaults
    from its signature and descriptions from its docstring, so they cannot disagree with it.

    Returns
    -------
    schemas : dict of str to dict
        A JSON schema for each parameter, in the order of the constructor.

    Examples
    --------
    >>> schema = parameter_schemas()["momentum"]
    >>> schema["type"], schema["minimum"], schema["maximum"], schema["exclusiveMaximum"]
    ('number', 0, 1, True)
    >>> schema["default"], schema["description"]
    (0.9, 'Momentum, for optimizers that have it.')
    """
    described = parameter_descriptions(NashMetaClassifier)
    signature = inspect.signature(NashMetaClassifier).parameters
    return {
        name: {
            "description": described.get(name, ""),
            **_parameter_schema(name, PARAMETER_CONSTRAINTS[name]),
            "default": signature[name].default,
        }
        for name in signature
    }


def parameter_descriptions(documented):
    """Read the description of each parameter from a numpydoc docstring.

    Parameters
    ----------
    documented : class or function

    Returns
    -------
    descriptions : dict of str to str
        Empty where docstrings were stripped (``python -OO``).

    Examples
    --------
    >>> from skfairbargain.bargaining import nash_bargaining
    >>> parameter_descriptions(nash_bargaining)["max_iter"]
    'Largest number of Newton steps. About ten are usual.'
    """
    text = inspect.getdoc(documented) or ""
    _, _, section = text.partition("Parameters\n----------\n")
    section, *_ = re.split(r"^\w.*\n-+$", section, maxsplit=1, flags=re.M)
    entries = re.findall(r"^(\w+) : .*\n((?: .*\n|\n)*)", section, re.M)
    return {name: " ".join(lines.split()) for name, lines in entries}


def operator_schemas(own, *, documented, fit_keywords, cells):
    """Schemas of a whole operator, in the form that ``lale.operators.make_operator`` takes.

    Parameters
    ----------
    own : dict of str to dict
        Schemas of the parameters that come before those of `NashMetaClassifier`.
    documented : class
        The implementation, whose docstring describes the operator.
    fit_keywords : dict of str to dict
        Schemas of what `fit` takes beside X and y.
    cells : list of dict
        Alternatives for a value in X.

    Returns
    -------
    schemas : dict
    """
    properties = {**own, **parameter_schemas()}
    rows = {"type": "array", "items": {"type": "array", "items": {"anyOf": cells}}}
    X = {"description": "Features; the outer array is over samples.", **rows}
    y = {"description": "Class labels, one per sample.", **LABELS}
    hyperparams = {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "relevantToOptimizer": list(SEARCH),
        "properties": properties,
    }
    fit = {"X": X, "y": y, **fit_keywords}
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "description": _without_sections(documented),
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


NUMBERS = {"type": "array", "items": {"type": "number"}}
NUMBERS_BY_CLASS = {"type": "array", "items": NUMBERS}
LABELS = {
    "anyOf": [
        {"type": "array", "items": {"type": kind}}
        for kind in ("number", "string", "boolean")
    ]
}


def _without_sections(documented):
    """Text of a docstring before its first section."""
    return re.split(r"\n+\w.*\n-+\n", inspect.getdoc(documented) or "", maxsplit=1)[0]


def _arguments(properties):
    return {
        "type": "object",
        "required": [name for name in properties if "default" not in properties[name]],
        "additionalProperties": False,
        "properties": properties,
    }


def _parameter_schema(name, constraints):
    alternatives = []
    for constraint in constraints:
        schema = _constraint_schema(name, constraint)
        if schema not in alternatives:
            alternatives.append(schema)
    if name in SEARCH:
        searched = next(schema for schema in alternatives if "not" not in schema)
        if "enum" in SEARCH[name]:
            rest = [v for v in searched["enum"] if v not in SEARCH[name]["enum"]]
            alternatives.insert(0, SEARCH[name])
            searched |= {"enum": rest, "forOptimizer": False}
        else:
            searched |= SEARCH[name]
    return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}


def _constraint_schema(name, constraint):
    if isinstance(constraint, Interval):
        return _interval_schema(constraint)
    if isinstance(constraint, StrOptions):
        return {"enum": sorted(constraint.options)}
    if constraint is str and Protocol in PARAMETER_CONSTRAINTS[name]:
        return {"enum": sorted(PROTOCOLS)}
    if constraint == "array-like":  # of widths: the estimator checks no more than that
        return {"type": "array", "items": {"type": "integer", "minimum": 1}}
    if constraint == "random_state":
        seed = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
        generator = {"laleType": "numpy.random.RandomState", "forOptimizer": False}
        return {"anyOf": [seed, generator, {"enum": [None]}]}
    if constraint == "verbose":
        return {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "boolean"}]}
    if constraint in KINDS:
        return dict(KINDS[constraint])
    raise NotImplementedError(
        f"The constraint {constraint!r} of {name!r} has no schema. Add it to KINDS."
    )


KINDS = {
    None: {"enum": [None]},
    "boolean": {"type": "boolean"},
    callable: {"laleType": "callable", "forOptimizer": False},
    nn.Module: {"laleType": "callable", "forOptimizer": False},
    Protocol: OBJECT,
    torch.device: OBJECT,
    str: {"type": "string"},
    list: {"type": "array", "items": {"laleType": "Any"}},
}


def _interval_schema(interval):
    schema = {"type": "integer" if interval.type is Integral else "number"}
    for side, bound, closed in (
        ("minimum", interval.left, interval.closed in ("left", "both")),
        ("maximum", interval.right, interval.closed in ("right", "both")),
    ):
        if bound is not None and np.isfinite(bound):
            schema[side] = bound
            if not closed:
                schema["exclusive" + side.capitalize()] = True
    return schema
