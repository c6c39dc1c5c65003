"""Operators survive JSON, with their parameters and the operators in them."""

import json

import numpy as np
import pytest

pytest.importorskip("lale", reason="the extra lale is not installed")

from lale.json_operator import from_json, to_json
from lale.lib.sklearn import StandardScaler

from skfairbargain.datasets import make_biased_classification
from skfairbargain.lale import NashMeta, NashMetaClassifier

DATA = make_biased_classification(400, random_state=0)
X = DATA.data.assign(sex=(DATA.sensitive["group"] == "g1").astype(int))
GROUPS = {
    "favorable_labels": [1],
    "protected_attributes": [{"feature": "sex", "reference_group": [1]}],
}
QUICK = {"max_epochs": 2, "random_state": 0, "goal": "forml"}
OPERATORS = {
    "classifier": lambda: NashMetaClassifier(hidden_layer_sizes=(8,), **QUICK),
    "pipeline": lambda: StandardScaler() >> NashMetaClassifier(**QUICK),
    "mitigator": lambda: NashMeta(**GROUPS, preparation=StandardScaler(), **QUICK),
    "mitigator with a pipeline in it": lambda: NashMeta(
        **GROUPS, preparation=StandardScaler() >> StandardScaler(with_mean=False), **QUICK
    ),
}


@pytest.mark.filterwarnings("ignore:.*has no rows? to hold out")
@pytest.mark.parametrize("kind", OPERATORS)
def test_what_is_read_from_json_trains_the_same(kind):
    operator = OPERATORS[kind]()
    read = from_json(json.loads(json.dumps(to_json(operator))))
    assert type(read) is type(operator)
    trained, expected = (each.fit(X, DATA.target) for each in (read, operator))
    np.testing.assert_array_equal(trained.predict(X), expected.predict(X))


def test_parameters_and_schemas_are_those_of_the_operator():
    written = to_json(OPERATORS["mitigator"]())
    assert "customize_schema" not in written
    read = from_json(written)
    assert read.hyperparams()["goal"] == "forml"
    assert to_json(read) == written
    assert read.hyperparam_schema("anchor") == NashMeta.hyperparam_schema("anchor")
