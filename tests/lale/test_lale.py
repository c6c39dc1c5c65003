"""NashMeta as a lale operator, on synthetic data: fit, predict, errors."""

import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.exceptions import DivergenceWarning, UndefinedGroupError

pytest.importorskip("lale.lib.aif360", reason="needs the extra skfairbargain[lale]")

from lale.lib.aif360 import Redacting, Reweighing
from lale.operators import Operator

from skfairbargain.lale import NashMeta, worst_group_auc
from skfairbargain.lale import NashMetaClassifier as Plain
from tests.lale._people import INFO, QUICK, message, operator, people, prepare

pytestmark = [
    # scikit-learn's searches call predict on the operator that they fitted, which lale
    # supports and deprecates in favor of what its fit returns.
    pytest.mark.filterwarnings(
        "ignore:The `.*` method is deprecated on a trainable:DeprecationWarning:lale"
    ),
]


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


def test_a_warning_names_the_users_line_and_not_lales():
    clf = Plain(max_epochs=1, bargaining=None, lr=1e30, hidden_layer_sizes=[2])
    X = np.random.default_rng(0).normal(size=(40, 2))
    line = inspect.currentframe().f_lineno + 2
    with pytest.warns(DivergenceWarning, match="^Training diverged") as caught:
        clf.fit(np.tile(X, (3, 1)), np.tile(X[:, 0] > 0, 3))
    assert [(each.filename, each.lineno) for each in caught] == [(__file__, line)]


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
