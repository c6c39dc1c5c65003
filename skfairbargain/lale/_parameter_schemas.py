"""The estimator's constraints, defaults and descriptions as JSON schemas."""

import inspect
from numbers import Integral

import numpy as np
import torch
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from torch import nn

from ..classifier import NashMetaClassifier
from ..protocols import PROTOCOLS, Protocol
from ._docstrings import parameter_descriptions

# The values that a search tries, where the whole range is infinite or mostly useless. The
# goals are a choice: a new protocol is accepted as goal without being searched.
SEARCH = {
    "goal": {"enum": ["ltr", "meta_gdro", "forml"]},
    # Shares that leave the goal some epochs.
    "bargain_epochs": {
        "minimumForOptimizer": 0.0,
        "maximumForOptimizer": 0.8,
        "distribution": "uniform",
    },
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


def parameter_schemas(estimator=NashMetaClassifier, search=SEARCH):
    """Describe every parameter of an estimator in the form that lale expects.

    Types and ranges come from the table that the estimator checks itself with, defaults
    from its signature and descriptions from its docstring, so they cannot disagree with it.

    Parameters
    ----------
    estimator : class
    search : dict of str to dict
        What a search tries of each parameter that is worth searching.

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
    described = parameter_descriptions(estimator)
    signature = inspect.signature(estimator).parameters
    return {
        name: {
            "description": described.get(name, ""),
            **_parameter_schema(
                name,
                estimator._parameter_constraints[name],
                signature[name].default,
                search.get(name),
            ),
            "default": signature[name].default,
        }
        for name in signature
    }


def _parameter_schema(name, constraints, default, tried):
    if constraints == "no_validation":
        return {"laleType": "Any"}
    alternatives = []
    for constraint in constraints:
        schema = _constraint_schema(name, constraint, constraints)
        if schema not in alternatives:
            alternatives.append(schema)
    if tried is not None:
        searched = next(schema for schema in alternatives if "not" not in schema)
        if "enum" in tried:
            rest = [v for v in searched["enum"] if v not in tried["enum"]]
            alternatives.insert(0, tried)
            searched |= {"enum": rest, "forOptimizer": False}
            alternatives = [one for one in alternatives if one.get("enum") != []]
        else:
            searched |= tried
            if len(alternatives) > 1:
                searched["default"] = default
            for other in alternatives:
                if other is not searched:
                    other["forOptimizer"] = False
    return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}


def _constraint_schema(name, constraint, constraints):
    if isinstance(constraint, Interval):
        return _interval_schema(constraint)
    if isinstance(constraint, StrOptions):
        return {"enum": sorted(constraint.options)}
    if constraint is str and Protocol in constraints:
        return {"enum": sorted(PROTOCOLS)}
    if constraint == "array-like":  # of widths: the estimator checks no more than that
        return {"type": "array", "items": {"type": "integer", "minimum": 1}}
    if constraint == "random_state":
        seed = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
        generator = {"laleType": "numpy.random.RandomState", "forOptimizer": False}
        return {"anyOf": [seed, generator, {"enum": [None]}]}
    if constraint == "cv_object":  # a number, pairs of rows, or what splits
        folds = {"type": "integer", "minimum": 2}
        pairs = {"type": "array", "items": {"laleType": "Any"}}
        return {"anyOf": [folds, pairs, dict(OBJECT), {"enum": [None]}]}
    if isinstance(constraint, HasMethods):
        return dict(OBJECT)
    if constraint is Integral:
        return {"type": "integer"}
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
    tuple: {"type": "array", "items": {"laleType": "Any"}},
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
