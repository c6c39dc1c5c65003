"""Schemas follow the estimator's own table, signature and docstring. lale is not needed."""

import inspect

import numpy as np
import pytest
import torch
from sklearn.utils._param_validation import (
    InvalidParameterError,
    generate_invalid_param_val,
    make_constraint,
    validate_parameter_constraints,
)

from skfairbargain import NashMetaClassifier
from skfairbargain._training._parameters import PARAMETER_CONSTRAINTS
from skfairbargain.lale._docstrings import parameter_descriptions
from skfairbargain.lale._parameter_schemas import SEARCH, parameter_schemas
from skfairbargain.lale._schemas import operator_schemas
from skfairbargain.protocols import PROTOCOLS, Nash

SCHEMAS = parameter_schemas()
BOOLEANS = ["early_stopping", "warm_start", "verbose"]
OBJECTS = (Nash, torch.device, torch.nn.Linear, type(print), np.random.RandomState)
# Where the schema and the table disagree, for the reasons that two tests give.
DIFFERENT = {
    *((name, bool) for name in PARAMETER_CONSTRAINTS if name not in BOOLEANS),
    *((name, str) for name in ("goal", "bargaining")),
    *((name, kind) for name in ("goal", "bargaining", "device") for kind in OBJECTS),
    ("hidden_layer_sizes", dict),
}


def accepts(name, value):
    """Whether the schema of a parameter accepts a value, by lale's own validator."""
    type_checking = pytest.importorskip("lale.type_checking")
    jsonschema = pytest.importorskip("jsonschema")
    try:
        type_checking.always_validate_schema(value, SCHEMAS[name])
    except jsonschema.ValidationError:
        return False
    return True


def estimator_accepts(name, value):
    try:
        validate_parameter_constraints(
            PARAMETER_CONSTRAINTS, {name: value}, caller_name="NashMetaClassifier"
        )
    except InvalidParameterError:
        return False
    return True


def test_every_parameter_has_a_schema_with_its_default_and_its_words():
    signature = inspect.signature(NashMetaClassifier).parameters
    assert list(SCHEMAS) == list(signature)
    for name, schema in SCHEMAS.items():
        assert schema["default"] == signature[name].default
        first, last = schema["description"].split()[0], schema["description"].split()[-1]
        assert first in NashMetaClassifier.__doc__
        assert last.endswith((".", ").")), schema["description"]


def test_descriptions_are_those_of_the_docstring():
    words = parameter_descriptions(NashMetaClassifier)
    assert words["momentum"] == "Momentum, for optimizers that have it."
    assert words["early_stopping"] == (
        "Stop when the worst group's validation loss has not fallen for this many epochs "
        "(True: 10), and return to the epoch with the lowest."
    )
    assert words["verbose"] == (
        "1 prints the engine chosen and shows one progress bar over the whole training, "
        "which is a line now and then where there is no terminal. 2 also prints a line an "
        "epoch."
    )


def test_stripped_docstrings_leave_no_descriptions():
    assert parameter_descriptions(type("Bare", (), {"__doc__": None})) == {}


def test_ranges_are_those_of_the_table():
    assert {k: v for k, v in SCHEMAS["anchor"].items() if k in ("minimum", "maximum")} == {
        "minimum": 0,
        "maximum": 1,
    }
    assert "exclusiveMaximum" not in SCHEMAS["anchor"]
    assert SCHEMAS["dropout"]["exclusiveMaximum"] is True
    assert "exclusiveMinimum" not in SCHEMAS["dropout"]
    assert SCHEMAS["lr"]["exclusiveMinimum"] is True
    assert "maximum" not in SCHEMAS["lr"]
    assert SCHEMAS["max_epochs"]["type"] == "integer"


@pytest.mark.parametrize("name", PARAMETER_CONSTRAINTS)
def test_schema_and_table_refuse_the_same_values(name):
    values = [-1, 0, 0.5, 1, 2, 10**6, "auto", "sgd", "nothing", None, True, [1], {}]
    values += [Nash(), torch.device("cpu"), torch.nn.Linear(2, 2), print]
    values += [SCHEMAS[name]["default"], np.random.RandomState(0)]
    for constraint in map(make_constraint, PARAMETER_CONSTRAINTS[name]):
        try:
            values.append(generate_invalid_param_val(constraint))
        except NotImplementedError:
            continue
    for value in values:
        if (name, type(value)) not in DIFFERENT:
            assert accepts(name, value) == estimator_accepts(name, value), (name, value)


def test_where_the_schema_is_stricter_than_the_table():
    assert not accepts("goal", "nothing")  # the estimator says so in `fit`
    assert all(accepts("goal", alias) for alias in PROTOCOLS)
    assert not accepts("hidden_layer_sizes", {})
    assert not accepts("max_epochs", True)  # an integer to Python, and not to JSON


def test_objects_that_json_has_no_word_for_are_left_to_the_estimator():
    assert accepts("goal", Nash())
    assert accepts("goal", torch.device("cpu"))
    assert not estimator_accepts("goal", torch.device("cpu"))


@pytest.mark.parametrize("name", SEARCH)
def test_what_a_search_tries_is_allowed(name):
    schema = SCHEMAS[name]
    if "enum" in SEARCH[name]:
        tried = SEARCH[name]["enum"]
        assert schema["anyOf"][0] == {"enum": tried}
        assert all(other["forOptimizer"] is False for other in schema["anyOf"][1:])
    else:
        schema, *others = schema.get("anyOf", [schema])
        assert all(other["forOptimizer"] is False for other in others)
        tried = [schema["minimumForOptimizer"], schema["maximumForOptimizer"]]
        assert tried[0] <= schema["default"] <= tried[1]
    assert all(estimator_accepts(name, value) for value in tried)


def test_a_schema_is_valid_json_schema():
    jsonschema = pytest.importorskip("jsonschema")
    schemas = operator_schemas(
        {}, documented=NashMetaClassifier, fit_keywords={}, cells=[{"type": "number"}]
    )
    jsonschema.Draft4Validator.check_schema(schemas)
    assert schemas["tags"]["op"] == ["estimator", "classifier"]
    assert schemas["description"].startswith("Neural network whose training weights serve")
    assert "Parameters" not in schemas["description"]
    (hyperparams,) = schemas["properties"]["hyperparams"]["allOf"]
    assert hyperparams["relevantToOptimizer"] == list(SEARCH)
    assert hyperparams["required"] == list(SCHEMAS)
    assert schemas["properties"]["input_fit"]["required"] == ["X", "y"]
