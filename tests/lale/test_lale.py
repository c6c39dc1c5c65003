"""NashMeta as a lale operator, on generated data."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skfairbargain import NashMetaClassifier, metrics
from skfairbargain.exceptions import UndefinedGroupError

pytest.importorskip("lale.lib.aif360", reason="needs the extra skfairbargain[lale]")

import jsonschema
import lale.settings
from lale.lib.aif360 import Redacting, Reweighing
from lale.lib.lale import NoOp
from lale.operators import Operator

from skfairbargain.lale import NashMeta, worst_group_auc
from skfairbargain.lale import NashMetaClassifier as Plain

pytestmark = [
    # scikit-learn's searches call predict on the operator that they fitted, which lale
    # supports and deprecates in favor of what its fit returns.
    pytest.mark.filterwarnings(
        "ignore:The `.*` method is deprecated on a trainable:DeprecationWarning:lale"
    ),
]

INFO = {
    "favorable_labels": ["yes"],
    "protected_attributes": [
        {"feature": "sex", "reference_group": ["M"]},
        {"feature": "age", "reference_group": [[25, 64]]},
    ],
}
QUICK = {
    "max_epochs": 3,
    "bargain_epochs": 1,
    "hidden_layer_sizes": [8],
    "random_state": 0,
}


def people(n=400, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "sex": rng.choice(["F", "M"], n),
            "age": rng.integers(18, 80, n),
            "income": rng.normal(40, 12, n),
            "region": rng.choice(["north", "south", "west"], n),
        },
        index=rng.permutation(n) + 1000,
    )
    logit = (X["income"] - 40) / 6 + 0.8 * (X["sex"] == "M") + rng.normal(0, 1, n)
    return X, pd.Series(np.where(logit > 0, "yes", "no"), X.index, name="granted")


def prepare():
    return make_column_transformer(
        (StandardScaler(), ["age", "income"]),
        (OneHotEncoder(sparse_output=False), ["sex", "region"]),
    )


def operator(**changed):
    return NashMeta(**INFO, **{"preparation": prepare(), **QUICK, **changed})


def message(error, function, *args, **kwargs):
    with pytest.raises(error) as caught:
        function(*args, **kwargs)
    return str(caught.value)


def test_predictions_have_the_labels_of_y():
    X, y = people()
    trained = operator(max_epochs=20, lr=0.02).fit(X, y)
    assert trained.classes_.tolist() == ["no", "yes"]
    labels, proba = trained.predict(X), trained.predict_proba(X)
    assert set(labels) == {"no", "yes"}
    assert_array_equal(labels, trained.classes_[proba.argmax(axis=1)])
    assert_array_equal(trained.decision_function(X) > 0, labels == "yes")
    assert trained.score(X, y) == np.mean(labels == y) > 0.75


@pytest.mark.parametrize(
    ("labels", "info"),
    [
        ([2.0, 1.0], {"favorable_labels": [1]}),
        ([False, True], {"favorable_labels": [True]}),
        ([7, 12], {"favorable_labels": [[10, 20]]}),
        (
            ["no", "later", "yes"],
            {"favorable_labels": ["yes"], "unfavorable_labels": ["no"]},
        ),
    ],
)
def test_labels_of_any_type_are_learned_and_predicted(labels, info):
    X, y = people()
    thresholds = X["income"].quantile(np.arange(1, len(labels)) / len(labels))
    y = pd.Series(np.array(labels)[np.digitize(X["income"], thresholds)], X.index)
    trained = NashMeta(
        **{**INFO, **info}, preparation=prepare(), **{**QUICK, "max_epochs": 20, "lr": 0.02}
    ).fit(X, y)
    assert_array_equal(trained.classes_, np.unique(labels))
    assert {type(label) for label in trained.predict(X).tolist()} == {type(labels[0])}
    assert trained.score(X, y) > 0.8


def test_fit_redacts_prepares_and_trains_in_this_order():
    """The same steps done by hand give the same numbers."""
    X, y = people()
    X_val, y_val = people(100, seed=1)
    sides = [X_val["sex"] == "M", X_val["age"].between(25, 64)]
    groups = pd.concat(sides, axis=1)
    redacted = Redacting(**INFO).fit(X)
    prepared = prepare().fit(redacted.transform(X))
    direct = NashMetaClassifier(**QUICK).fit(
        prepared.transform(redacted.transform(X)),
        y,
        X_val=prepared.transform(redacted.transform(X_val)),
        y_val=y_val,
        groups_val=groups,
    )
    trained = operator().fit(X, y, X_val=X_val, y_val=y_val)
    seen = trained.impl.estimator_
    assert_array_equal(
        trained.predict_proba(X),
        direct.predict_proba(prepared.transform(redacted.transform(X))),
    )
    assert len(seen.cells_) == len(direct.cells_) == 8
    assert seen.groups_[0] == ("sex!=M", "age!=25..64")


def test_preparation_is_fitted_without_the_rows_held_out():
    X, y = people()
    trained = operator(validation_per_cell=7).fit(X, y)
    scaler = trained.impl.preparation_.named_transformers_["standardscaler"]
    assert scaler.n_samples_seen_ == 400 - 7 * 8


def test_redaction_hides_the_protected_attributes_from_the_network():
    X, y = people()
    other = X.assign(
        sex=X["sex"].map({"F": "M", "M": "F"}), age=X["age"].sample(frac=1).values
    )
    redacted, seen = operator().fit(X, y), operator(redact=False).fit(X, y)
    assert_array_equal(redacted.predict_proba(X), redacted.predict_proba(other))
    assert np.abs(seen.predict_proba(X) - seen.predict_proba(other)).max() > 1e-3


def test_groups_of_a_given_validation_set_are_read_from_it():
    X, y = people()
    X_val, y_val = people(100, seed=1)
    info = {
        "favorable_labels": ["yes"],
        "protected_attributes": [
            {"feature": "region", "reference_group": ["north"], "monitored_group": ["west"]}
        ],
    }
    op = NashMeta(**info, preparation=prepare(), **QUICK)
    fitted = op.fit(X, y, X_val=X_val, y_val=y_val).impl.estimator_
    assert fitted.groups_ == ["region=north", "region=west"]


def test_training_rows_need_no_attributes_beyond_their_column():
    X, y = people()
    X_val, y_val = people(100, seed=1)
    fitted = operator().fit(X.assign(sex="unknown"), y, X_val=X_val, y_val=y_val)
    assert len(fitted.impl.estimator_.groups_) == 4


def test_a_seed_repeats_a_fit_and_leaves_global_state_alone():
    X, y = people()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (
        operator(random_state=seed).fit(X, y).predict_proba(X) for seed in (0, 0, 1)
    )
    assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-4
    assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_weights_reach_the_estimator_and_reweighing_may_nest_it():
    X, y = people()
    weights = np.where(X["sex"] == "F", 5.0, 0.2)
    plain = operator().fit(X, y).predict_proba(X)
    assert np.abs(
        operator().fit(X, y, sample_weight=weights).predict_proba(X) - plain
    ).max() > (1e-3)
    nested = Reweighing(**INFO, estimator=operator(), redact=False).fit(X, y)
    assert set(nested.predict(X)) <= {"no", "yes"}
    with pytest.raises(UndefinedGroupError, match="'sex' should divide the rows into two"):
        Reweighing(**INFO, estimator=operator()).fit(X, y)


def test_a_warm_start_goes_on():
    X, y = people()
    trained = operator(warm_start=True).fit(X, y)
    before = trained.predict_proba(X)
    again = trained.fit(X, y)
    assert again.impl.estimator_.n_iter_ == 6
    assert np.abs(again.predict_proba(X) - before).max() > 1e-4


def test_an_array_works_with_positions():
    X, y = people()
    numbers = X.assign(sex=(X["sex"] == "M") * 1.0, region=0.0).to_numpy(float)
    info = {
        "favorable_labels": ["yes"],
        "protected_attributes": [
            {"feature": 0, "reference_group": [1]},
            {"feature": 1, "reference_group": [[25, 64]]},
        ],
    }
    trained = NashMeta(**info, preparation=StandardScaler(), **QUICK).fit(
        numbers, y.to_numpy()
    )
    assert len(trained.impl.estimator_.groups_) == 4
    assert len(trained.predict(numbers)) == 400


# Forms


def test_copies_and_pickles_predict_the_same():
    X, y = people()
    op = operator()
    trained = op.fit(X, y)
    expected = trained.predict_proba(X)
    assert_array_equal(pickle.loads(pickle.dumps(trained)).predict_proba(X), expected)
    for copy in (clone(op), pickle.loads(pickle.dumps(op))):
        assert_array_equal(copy.fit(X, y).predict_proba(X), expected)


def test_printed_code_makes_the_same_operator():
    X, y = people()
    op = NashMeta(**INFO, preparation=NoOp() >> prepare(), **QUICK)
    code = op.pretty_print(show_imports=True)
    assert "from skfairbargain.lale import NashMeta\n" in code
    assert 'lale.wrap_imported_operators(["skfairbargain.lale"])' in code
    made = {}
    exec(code, made)
    expected = op.fit(X, y).predict_proba(X)
    assert_array_equal(made["pipeline"].fit(X, y).predict_proba(X), expected)


def test_json_has_what_was_set():
    assert operator(preparation=None).to_json() == {
        "class": "skfairbargain.lale._NashMetaImpl",
        "state": "trainable",
        "operator": "NashMeta",
        "label": "NashMeta",
        "hyperparams": {**INFO, **QUICK},
        "is_frozen_trainable": False,
        "customize_schema": "not_available",
    }


def test_a_drawing_has_the_operator():
    pytest.importorskip("graphviz", reason="lale draws with graphviz")
    drawn = (NoOp >> NashMeta(**INFO)).visualize(ipython_display=False)
    assert "NashMeta" in drawn.source


def test_a_schema_can_be_customized():
    custom = NashMeta.customize_schema(
        relevantToOptimizer=["lr"],
        lr={"type": "number", "minimum": 0.001, "maximum": 0.1, "default": 0.01},
    )
    assert custom.get_param_ranges() == ({"lr": (0.001, 0.1, 0.01)}, {})
    assert "due to invalid value lr=1.0" in message(
        jsonschema.ValidationError, custom, **INFO, lr=1.0
    )
    assert NashMeta(**INFO, lr=1.0).hyperparams()["lr"] == 1.0


def test_frozen_operators_have_nothing_left_to_search():
    X, y = people()
    op = operator()
    assert not op.is_frozen_trainable()
    frozen = op.freeze_trainable()
    assert frozen.is_frozen_trainable()
    assert frozen.hyperparams()["anchor"] == 0.5
    assert op.fit(X, y).freeze_trained().is_frozen_trained()


def test_ranges_and_tags_are_for_a_classifier():
    ranges, _ = NashMeta.get_param_ranges()
    assert ranges == {
        "goal": ["meta_gdro", "forml", "ltr"],
        "bargain_epochs": (0, 30, 15),
        "lr": (1e-4, 0.05, 0.001),
        "anchor": (0.0, 1.0, 0.5),
        "dropout": (0.0, 0.5, 0.2),
        "weight_decay": (1e-6, 0.01, 5e-4),
    }
    assert NashMeta.is_classifier()
    assert NashMeta.get_tags()["op"] == ["estimator", "classifier"]
    assert {*NashMetaClassifier().get_params()} < {*NashMeta.get_defaults()}


def test_wrong_values_get_lales_usual_message():
    text = message(jsonschema.ValidationError, NashMeta, **INFO, anchor=2)
    # Before this come the arguments, in an order that changes from process to process.
    assert text.partition(" due to ")[2] == (
        "invalid value anchor=2.\nSome possible fixes include:\n- set anchor=0.5\nSchema "
        'of argument anchor: {\n    "description": "Share of uniform weights, 0 to 1. 0 is '
        "the paper's; 1 is plain training. In between, ranking quality survives a tiny "
        'validation set.",\n    "type": "number",\n    "minimum": 0,\n    "maximum": 1,\n'
        '    "minimumForOptimizer": 0.0,\n    "maximumForOptimizer": 1.0,\n'
        '    "distribution": "uniform",\n    "default": 0.5,\n}\nInvalid value: 2'
    )


def test_unknown_and_missing_arguments_are_refused():
    text = message(jsonschema.ValidationError, NashMeta, **INFO, epochs=2)
    assert "due to argument 'epochs' was unexpected.\nTo fix, please remove" in text
    text = message(jsonschema.ValidationError, NashMeta, favorable_labels=[1])
    assert "due to invalid value protected_attributes=None." in text


@pytest.fixture
def checked_data():
    lale.settings.set_disable_data_schema_validation(False)
    yield
    lale.settings.set_disable_data_schema_validation(True)


def test_lales_check_of_data_passes(checked_data):
    X, y = people()
    X.loc[X.index[:5], "income"] = np.nan
    filled = make_pipeline(prepare(), SimpleImputer())
    trained = (NoOp >> operator(preparation=filled)).fit(X, y)
    for method in ("predict", "predict_proba", "decision_function"):
        assert len(getattr(trained, method)(X)) == 400
    text = message(ValueError, operator().fit, X, [y, y])
    assert text.startswith("NashMeta.fit() invalid y")


# Errors


def test_scaling_too_early_is_named_when_fitting():
    X, y = people()
    scaled = X.assign(age=StandardScaler().fit_transform(X[["age"]]))
    text = message(UndefinedGroupError, operator().fit, scaled, y)
    assert text.startswith(
        "The protected attribute 'age' should divide the rows into two groups. No row is "
        "in its reference group [[25, 64]]. In the data, 'age' is between -1."
    )
    assert text.endswith("preparation=StandardScaler()).")


def test_columns_that_preparation_left_as_text_are_named():
    X, y = people()
    assert message(ValueError, operator(preparation=None).fit, X, y) == (
        "Every column should be numeric after `preparation`. Not numeric are ['sex', "
        "'region']. Pass a preparation that encodes or drops them, such as "
        "OneHotEncoder()."
    )


@pytest.mark.parametrize(("given", "missing"), [("X_val", "y_val"), ("y_val", "X_val")])
def test_half_a_validation_set_is_refused(given, missing):
    X, y = people()
    assert message(
        ValueError, operator().fit, X, y, **{given: X if "X" in given else y}
    ) == (f"`X_val` and `y_val` should be given together. `{missing}` is missing.")


def test_labels_that_are_all_unfavorable_are_refused():
    X, y = people()
    assert message(ValueError, operator().fit, X, (y == "yes").astype(int)) == (
        "`y` should have favorable and unfavorable labels. Got [0, 1], where favorable are "
        "['yes'] and unfavorable are all others."
    )


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_import_error_says_what_to_install():
    hide = "import sys; sys.modules['lale'] = None; import skfairbargain.lale"
    done = run_python(hide)
    assert done.stderr.strip().splitlines()[-1] == (
        "ImportError: lale is needed here and is not installed. "
        'Run: pip install "skfairbargain[lale]"'
    )


def test_importing_the_package_does_not_import_lale():
    code = "import sys, skfairbargain.classifier; print('lale' in sys.modules)"
    done = run_python(code)
    assert done.stdout == "False\n"


# The plain estimator


def test_imported_estimators_become_operators():
    names = {}
    exec(
        "import lale\n"
        "from skfairbargain import NashMetaClassifier\n"
        "from skfairbargain.lale import NashMeta\n"
        'lale.wrap_imported_operators(wrapper_modules=["skfairbargain.lale"])\n',
        names,
    )
    assert isinstance(names["NashMetaClassifier"], Operator)
    assert names["NashMeta"] is NashMeta
    X, y = people()
    op = prepare() >> names["NashMetaClassifier"](**QUICK)
    assert set(op.fit(X, y).predict(X)) <= {"no", "yes"}


def test_the_plain_operator_is_the_estimator():
    X, y = people()
    X_val, y_val = people(100, seed=1)
    fit_keywords = {"X_val": X_val[["income", "age"]], "y_val": y_val}
    fit_keywords |= {"groups_val": X_val["sex"]}
    direct = NashMetaClassifier(**QUICK).fit(X[["income", "age"]], y, **fit_keywords)
    trained = Plain(**QUICK).fit(X[["income", "age"]], y, **fit_keywords)
    assert_array_equal(
        trained.predict_proba(X[["income", "age"]]),
        direct.predict_proba(X[["income", "age"]]),
    )


def test_scikit_learns_searches_tune_it():
    X, y = people()
    search = GridSearchCV(
        operator(),
        {"anchor": [0.2, 1.0], "redact": [True, False]},
        scoring=worst_group_auc(**INFO),
        cv=2,
        error_score="raise",
    ).fit(X, y)
    assert set(search.best_params_) == {"anchor", "redact"}
    assert set(search.predict(X)) <= {"no", "yes"}


# The scorer


def test_worst_group_auc_is_that_of_the_metric():
    X, y = people()
    model = make_pipeline(prepare(), LogisticRegression()).fit(X, y)
    scorer = worst_group_auc(**INFO)
    groups = pd.concat([X["sex"] == "M", X["age"].between(25, 64)], axis=1)
    expected = metrics.worst_group_auc(
        y, model.predict_proba(X)[:, 1], sensitive_features=groups
    )
    assert scorer(model, X, y) == expected
    assert scorer.score_estimator(model, X, y) == expected
    assert scorer.score_data(y, model.decision_function(X), X) == expected
    assert pickle.loads(pickle.dumps(scorer))(model, X, y) == expected


def test_worst_group_auc_uses_the_favorable_label_also_if_it_comes_first():
    X, y = people()
    model = make_pipeline(prepare(), LogisticRegression()).fit(X, y)
    turned = worst_group_auc(["no"], INFO["protected_attributes"])
    assert turned(model, X, y) == pytest.approx(worst_group_auc(**INFO)(model, X, y))


def test_worst_group_auc_leaves_out_rows_without_a_group_or_an_outcome():
    X = pd.DataFrame({"race": list("wwbbxww"), "score": [1, 2, 1, 2, 0, 1, 0]})
    y = ["no", "yes", "no", "yes", "yes", "?", "?"]
    race = {"feature": "race", "reference_group": ["w"], "monitored_group": ["b"]}
    assert worst_group_auc(["yes"], [race], ["no"]).score_data(y, X["score"], X) == 1.0


def test_a_group_of_one_label_is_an_error_or_left_out():
    X = pd.DataFrame({"sex": list("FFMM"), "score": [1, 2, 1, 2]})
    y = [0, 1, 1, 1]
    sex = [{"feature": "sex", "reference_group": ["M"]}]
    with pytest.raises(UndefinedGroupError, match="sex=M"):
        worst_group_auc([1], sex).score_data(y, X["score"], X)
    with pytest.warns(UserWarning, match="sex=M"):
        value = worst_group_auc([1], sex, undefined="warn").score_data(y, X["score"], X)
    assert value == 1.0
