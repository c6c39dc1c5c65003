"""NashMeta as a lale operator: copies, code, JSON, schemas and checks."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from skfairbargain import NashMetaClassifier

pytest.importorskip("lale.lib.aif360", reason="needs the extra skfairbargain[lale]")

import jsonschema
import lale.settings
from lale.lib.lale import NoOp

from skfairbargain.lale import NashMeta
from tests.lale._people import INFO, QUICK, message, operator, people, prepare

pytestmark = [
    # scikit-learn's searches call predict on the operator that they fitted, which lale
    # supports and deprecates in favor of what its fit returns.
    pytest.mark.filterwarnings(
        "ignore:The `.*` method is deprecated on a trainable:DeprecationWarning:lale"
    ),
]


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
    assert "lale.wrap_imported_operators(" in code
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
        "bargain_epochs": (0.0, 0.8, 0.3),
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
        'of argument anchor: {\n    "description": "Share of uniform weights, 0 to 1, part '
        "of what is bargained over. 0 is the paper's; 1 is plain training. In between, "
        'ranking survives a tiny validation set.",\n    "type": "number",\n'
        '    "minimum": 0,\n    "maximum": 1,\n'
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
