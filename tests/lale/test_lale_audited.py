"""Audited as a lale operator: the same model as by hand, schemas, pipelines, searches."""

import inspect
import json
import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.utils._param_validation import (
    InvalidParameterError,
    validate_parameter_constraints,
)

import skfairbargain

pytest.importorskip("lale.lib.aif360", reason="needs the extra skfairbargain[lale]")

import jsonschema
import lale
import lale.settings
from lale.json_operator import from_json, to_json
from lale.lib.aif360 import FairStratifiedKFold, Redacting
from lale.lib.lale import Hyperopt, NoOp
from lale.lib.sklearn import StandardScaler
from lale.type_checking import always_validate_schema

from skfairbargain.lale import Audited, AuditedClassifier, worst_group_auc
from skfairbargain.lale._audited import SEARCH
from skfairbargain.lale._parameter_schemas import parameter_schemas
from tests.lale._people import INFO, message, people

pytestmark = [
    # scikit-learn's searches call predict on the operator that they fitted, which lale
    # supports and deprecates in favor of what its fit returns.
    pytest.mark.filterwarnings(
        "ignore:The `.*` method is deprecated on a trainable:DeprecationWarning:lale"
    ),
    # lale's search spaces use a call of jsonschema that is deprecated there.
    pytest.mark.filterwarnings(
        "ignore:Passing a schema to Validator.iter_errors:DeprecationWarning:jsonschema"
    ),
]

BY_SEX = {**INFO, "protected_attributes": INFO["protected_attributes"][:1]}
QUICK = {"cv": 2, "random_state": 0}
CONSTRAINTS = skfairbargain.AuditedClassifier._parameter_constraints
SCHEMAS = parameter_schemas(skfairbargain.AuditedClassifier, SEARCH)


def quick(**changed):
    """Options of a fast estimator; each has an estimator of its own, as in a program."""
    return {"estimators": [("logistic", LogisticRegression())], **QUICK, **changed}


def operator(**changed):
    return Audited(**BY_SEX, **quick(**changed))


def raw(n=400, seed=0):
    """People with a date, and with missing values."""
    X, y = people(n, seed)
    X["since"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(n), "D")
    X.loc[X.index[::9], ["income", "region"]] = None
    return X, y


def test_fit_is_what_is_done_by_hand():
    X, y = raw()
    X_val, y_val = raw(120, seed=1)
    redacted = Redacting(**BY_SEX).fit(X)
    direct = skfairbargain.AuditedClassifier(**quick()).fit(
        redacted.transform(X),
        y,
        X_val=redacted.transform(X_val),
        y_val=y_val,
        groups_val=np.where(X_val["sex"] == "M", "sex=M", "sex!=M"),
    )
    trained = operator().fit(X, y, X_val=X_val, y_val=y_val)
    expected = direct.predict_proba(redacted.transform(X))
    assert_array_equal(trained.predict_proba(X), expected)
    assert trained.impl.estimator_.groups_ == ["sex!=M", "sex=M"]
    assert trained.classes_.tolist() == ["no", "yes"]
    assert_array_equal(trained.decision_function(X) > 0, trained.predict(X) == "yes")
    assert trained.score(X, y) == np.mean(trained.predict(X) == y) > 0.7
    flipped = X.assign(sex=np.where(X["sex"] == "M", "F", "M"))
    assert_array_equal(trained.predict_proba(flipped), expected)


def test_audited_rows_are_held_out_of_x():
    X, y = raw()
    trained = operator(validation_per_cell=10).fit(X, y)
    estimator = trained.impl.estimator_
    assert estimator.n_rows_trained_ == 360
    assert len(estimator.group_model_.out_of_fold) == 40
    assert operator().fit(X, y).impl.estimator_.n_rows_trained_ == 360


def test_a_preparation_comes_first():
    X, y = people()
    X = X[["sex", "income", "age"]].assign(sex=(X["sex"] == "M").astype(int))
    info = {**INFO, "protected_attributes": [{"feature": "sex", "reference_group": [1]}]}
    op = Audited(**info, preparation=StandardScaler(), **quick())
    scaler = op.fit(X, y).impl.preparation_
    prepared = np.asarray(scaler.transform(X.assign(sex=0)))
    assert prepared[:, 1].mean() == pytest.approx(0, abs=0.1)


def test_in_a_pipeline_and_scored_by_group():
    X, y = raw()
    pipeline = NoOp() >> operator()
    trained = pipeline.fit(X, y)
    assert worst_group_auc(**BY_SEX)(trained, X, y) > 0.75
    assert trained.predict_proba(X).shape == (400, 2)
    code = pipeline.pretty_print(show_imports=True)
    assert "from skfairbargain.lale import Audited\n" in code


def test_hyperopt_searches_the_mix():
    X, y = people(200)
    search = Hyperopt(
        estimator=operator(),
        cv=FairStratifiedKFold(**BY_SEX, n_splits=2),
        max_evals=2,
        scoring=worst_group_auc(**BY_SEX),
        best_score=1.0,
        show_progressbar=False,
    )
    trained = search.fit(X, y)
    assert trained.summary()["status"].tolist() == ["ok", "ok"]
    assert trained.get_pipeline().hyperparams()["combine"] in SEARCH["combine"]["enum"]


def test_grid_search_with_a_group_scorer():
    X, y = people(200)
    search = GridSearchCV(
        operator(),
        {"combine": ["mean", "select"], "validation_per_cell": [5]},
        scoring=worst_group_auc(**BY_SEX),
        cv=StratifiedKFold(2),
    ).fit(X, y)
    assert (search.cv_results_["mean_test_score"] > 0.6).all()
    assert search.best_estimator_.hyperparams()["validation_per_cell"] == 5


def test_the_estimator_alone_has_groups_of_its_own():
    X, y = raw()
    X_val, y_val = raw(120, seed=1)
    audit = {"X_val": X_val, "y_val": y_val.to_numpy(), "groups_val": X_val["age"] > 50}
    trained = AuditedClassifier(**quick()).fit(X, y, **audit)
    direct = skfairbargain.AuditedClassifier(**quick()).fit(X, y, **audit)
    assert_array_equal(trained.predict_proba(X), direct.predict_proba(X))


def test_imported_estimators_are_wrapped():
    made = {}
    exec(
        "import lale\n"
        "from skfairbargain import AuditedClassifier\n"
        'lale.wrap_imported_operators(wrapper_modules=["skfairbargain.lale"])\n',
        made,
    )
    wrapped = made["AuditedClassifier"]
    assert wrapped.get_param_ranges() == AuditedClassifier.get_param_ranges()
    assert wrapped(combine="mean").hyperparams() == {"combine": "mean"}


def test_copies_and_pickles_predict_the_same():
    X, y = people(200)
    op = operator()
    trained = op.fit(X, y)
    expected = trained.predict_proba(X)
    assert_array_equal(pickle.loads(pickle.dumps(trained)).predict_proba(X), expected)
    for copy in (clone(op), pickle.loads(pickle.dumps(op))):
        assert_array_equal(copy.fit(X, y).predict_proba(X), expected)


def test_json_has_what_was_set():
    op = NoOp() >> Audited(**BY_SEX, combine="mean", audit="sample", cv=3)
    read = from_json(json.loads(json.dumps(to_json(op))))
    before, after = (each.steps_list()[1] for each in (op, read))
    assert to_json(after) == to_json(before)
    assert after.hyperparams() == before.hyperparams()


def test_lales_check_of_data_passes():
    X, y = raw(200)
    lale.settings.set_disable_data_schema_validation(False)
    try:
        trained = (NoOp() >> operator()).fit(X.drop(columns="since"), y)
        assert len(trained.predict(X.drop(columns="since"))) == 200
    finally:
        lale.settings.set_disable_data_schema_validation(True)


# -- schemas ----------------------------------------------------------------------------


def test_schemas_follow_the_signature_and_the_docstring():
    signature = inspect.signature(skfairbargain.AuditedClassifier).parameters
    assert list(SCHEMAS) == list(signature)
    for name, schema in SCHEMAS.items():
        assert schema["default"] == signature[name].default
        assert schema["description"].endswith(".")
    ranges, _ = Audited.get_param_ranges()
    assert ranges == {"combine": ["minimax", "mean", "select", "nash"]}  # the default last
    assert Audited.is_classifier()


@pytest.mark.parametrize("name", [name for name in CONSTRAINTS if name != "audit"])
def test_schema_and_table_refuse_the_same_values(name):
    fitted = FrozenEstimator(LogisticRegression().fit([[0], [1]], [0, 1]))
    values = [-1, 0, 0.5, 1, 2, "auto", "nash", "nothing", None, [("a", fitted)]]
    values += [SCHEMAS[name]["default"], np.random.RandomState(0)]
    values += [fitted] if name == "reference" else []
    values += [StratifiedKFold(2)] if name == "cv" else []
    for value in values:
        try:
            validate_parameter_constraints(CONSTRAINTS, {name: value}, caller_name="A")
            expected = True
        except InvalidParameterError:
            expected = False
        try:
            always_validate_schema(value, SCHEMAS[name])
            found = True
        except jsonschema.ValidationError:
            found = False
        # What is no JSON at all is left to the estimator.
        if not isinstance(value, np.random.RandomState):
            assert found == expected, value


@pytest.mark.parametrize(
    "audit", ["balanced", {"no": 0.8, "yes": 0.2}, [0.8, 0.2], np.array([0.8, 0.2])]
)
def test_class_shares_of_any_form_are_taken(audit):
    X, y = people(200)
    trained = operator(audit=audit).fit(X, y)
    assert trained.predict_proba(X).shape == (200, 2)


def test_wrong_values_get_lales_usual_message():
    text = message(jsonschema.ValidationError, Audited, **BY_SEX, combine="vote")
    assert text.partition(" due to ")[2].startswith(
        "invalid value combine=vote.\nSome possible fixes include:\n- set combine='nash'\n"
    )
    text = message(jsonschema.ValidationError, AuditedClassifier, cv=1)
    assert "due to invalid value cv=1." in text
