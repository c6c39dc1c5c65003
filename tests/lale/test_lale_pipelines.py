"""NashMeta among lale's own operators, mitigators, searches and scorers, on real data."""

import functools
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import RandomizedSearchCV, cross_validate

from skfairbargain.exceptions import UndefinedGroupError

pytest.importorskip("lale.lib.aif360", reason="needs the extra skfairbargain[lale]")

import lale.datasets.openml.openml_datasets as openml
import lale.settings
from lale.lib import aif360
from lale.lib.lale import ConcatFeatures, Hyperopt, NoOp, Project
from lale.lib.sklearn import (
    LogisticRegression,
    OneHotEncoder,
    SimpleImputer,
    StandardScaler,
)

from skfairbargain.lale import NashMeta, worst_group_auc
from skfairbargain.tables import TableEncoder

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

QUICK = {"max_epochs": 4, "bargain_epochs": 2, "batch_size": 64, "random_state": 0}
# What is known of a passenger only after the event.
AFTERWARDS = ["name", "boat", "body"]


@pytest.fixture(scope="module", autouse=True)
def download_cache(shared_dir, tmp_path_factory):
    """A copy of the downloads; LALE_DOWNLOAD_CACHE_DIR is read when lale is imported."""
    copy = tmp_path_factory.mktemp("lale") / "openml"
    shutil.copytree(shared_dir / "data/lale/openml", copy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openml, "download_data_dir", copy / "download_data")
        yield


@pytest.fixture(scope="module")
def titanic():
    X, y, fairness_info = aif360.fetch_titanic_df()
    return X.drop(columns=AFTERWARDS), y, fairness_info


def of_lale():
    """The preparation that lale's own demos use."""
    numbers = Project(columns={"type": "number"}) >> SimpleImputer()
    words = (
        Project(columns={"type": "string"})
        >> SimpleImputer(strategy="constant", fill_value="missing")
        >> OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    )
    return (numbers & words) >> ConcatFeatures >> StandardScaler()


@functools.cache
def sample(name, n_rows=2000):
    """Rows of one of lale's data sets, in random order."""
    X, y, fairness_info = getattr(aif360, f"fetch_{name}_df")()
    X = X.drop(columns=AFTERWARDS, errors="ignore")
    X = X.sample(min(n_rows, len(X)), random_state=0)
    return X, y[X.index], fairness_info


# Samples of these data sets have groups of a few rows, which a warning names.
few_rows = pytest.mark.filterwarnings(
    "ignore:.*small groups:skfairbargain.exceptions.SmallGroupWarning",
    "ignore:Groups with fewer than 20:skfairbargain.exceptions.SmallGroupWarning",
)


@few_rows
@pytest.mark.parametrize(
    ("name", "n_groups"),
    [("titanic", 2), ("student_por", 3), ("bank", 2)],
)
def test_raw_data_of_lales_fetchers_are_learned(name, n_groups):
    X, y, fairness_info = sample(name)
    op = NashMeta(**fairness_info, preparation=TableEncoder(), **{**QUICK, "lr": 0.02})
    trained = op.fit(X, y)
    assert len(trained.impl.estimator_.groups_) == n_groups
    assert set(trained.predict(X)) <= set(y)
    assert worst_group_auc(**fairness_info)(trained, X, y) > 0.65


def test_it_composes_with_what_comes_before(titanic):
    X, y, fairness_info = titanic
    keep = Project(columns=["sex", "age", "fare", "pclass", "embarked"])
    pipeline = keep >> NashMeta(**fairness_info, preparation=of_lale(), **QUICK)
    trained = pipeline.fit(X, y)
    assert trained.classes_.tolist() == ["0", "1"]
    assert trained.predict_proba(X).shape == (1309, 2)
    assert trained.score(X, y) > 0.6
    assert "NashMeta(" in pipeline.pretty_print()


def test_lales_checks_of_data_pass_on_missing_values(titanic):
    X, y, fairness_info = titanic
    lale.settings.set_disable_data_schema_validation(False)
    try:
        op = NashMeta(**fairness_info, preparation=TableEncoder(), **QUICK)
        assert len((NoOp >> op).fit(X, y).predict(X)) == 1309
    finally:
        lale.settings.set_disable_data_schema_validation(True)


def test_cross_validation_with_lales_scorers_and_folds(titanic):
    X, y, fairness_info = titanic
    names = [
        "disparate_impact",
        "statistical_parity_difference",
        "equal_opportunity_difference",
        "symmetric_disparate_impact",
        "accuracy_and_disparate_impact",
    ]
    scores = cross_validate(
        NashMeta(**fairness_info, preparation=TableEncoder(), **QUICK, lr=0.02),
        X,
        y,
        cv=aif360.FairStratifiedKFold(
            **fairness_info, n_splits=3, shuffle=True, random_state=0
        ),
        scoring={name: getattr(aif360, name)(**fairness_info) for name in names}
        | {"accuracy": "accuracy", "worst_group_auc": worst_group_auc(**fairness_info)},
        error_score="raise",
    )
    assert all(np.isfinite(scores[f"test_{name}"]).all() for name in names)
    assert scores["test_accuracy"].mean() > 0.6
    assert scores["test_worst_group_auc"].mean() > 0.5


def searched(estimator, titanic, max_evals=3):
    """Search it as lale's demos do; the trials, and the best operator."""
    X, y, fairness_info = titanic
    search = Hyperopt(
        estimator=estimator,
        max_evals=max_evals,
        cv=aif360.FairStratifiedKFold(**fairness_info, n_splits=2),
        scoring=aif360.accuracy_and_disparate_impact(**fairness_info),
        best_score=1.0,
        show_progressbar=False,
    ).fit(X, y)
    return search.summary(), search.get_pipeline()


def test_hyperopt_searches_its_ranges(titanic):
    estimator = NashMeta(
        **titanic[2], preparation=TableEncoder(), max_epochs=4, random_state=0
    )
    trials, best = searched(estimator, titanic)
    assert trials["status"].tolist() == ["ok"] * 3
    assert trials["loss"].nunique() == 3
    found = best.hyperparams()
    assert {"goal", "bargain_epochs", "lr", "anchor", "dropout", "weight_decay"} < {*found}
    assert 1e-4 <= found["lr"] <= 0.05
    assert best.predict(titanic[0]).shape == (1309,)


def test_hyperopt_chooses_between_it_and_others(titanic):
    X, _, fairness_info = titanic
    mine = NashMeta(**fairness_info, preparation=of_lale(), max_epochs=2, random_state=0)
    trials, best = searched(mine | of_lale() >> LogisticRegression, titanic, max_evals=4)
    assert trials["status"].tolist() == ["ok"] * 4
    assert set(best.predict(X)) <= {"0", "1"}


def test_hyperopt_takes_worst_group_auc_and_a_pipeline(titanic):
    X, y, fairness_info = titanic
    search = Hyperopt(
        estimator=NoOp >> NashMeta(**fairness_info, preparation=of_lale(), max_epochs=2),
        max_evals=2,
        cv=aif360.FairStratifiedKFold(**fairness_info, n_splits=2),
        scoring=worst_group_auc(**fairness_info),
        best_score=1.0,
        show_progressbar=False,
    ).fit(X, y)
    assert (search.summary()["status"] == "ok").all()
    assert search.summary()["loss"].between(0, 1, inclusive="neither").all()


def test_a_fit_of_a_single_operator_under_hyperopt_sees_its_validation_set(titanic):
    X, y, fairness_info = titanic
    X_rest, X_val, y_rest, y_val = aif360.fair_stratified_train_test_split(
        X, y, **fairness_info, test_size=0.1, random_state=0
    )
    search = Hyperopt(
        estimator=NashMeta(
            **fairness_info, preparation=TableEncoder(), max_epochs=2, random_state=0
        ),
        max_evals=1,
        cv=2,
        show_progressbar=False,
    ).fit(X_rest, y_rest, X_val=X_val, y_val=y_val)
    fitted = search.get_pipeline().impl.estimator_
    # All rows were trained on, since none had to be held out.
    assert len(fitted.sample_influence_) == len(X_rest)


def test_a_search_of_scikit_learn_over_lales_ranges(titanic):
    X, y, fairness_info = titanic
    op = NashMeta(**fairness_info, preparation=TableEncoder(), **QUICK)
    search = RandomizedSearchCV(
        op,
        NashMeta.get_param_dist(size=4),
        n_iter=2,
        scoring=worst_group_auc(**fairness_info),
        cv=aif360.FairStratifiedKFold(**fairness_info, n_splits=2),
        error_score="raise",
        random_state=0,
    ).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict_proba(X).shape == (1309, 2)


# The traps that the user guide shows


def test_a_pipeline_drops_the_validation_set(titanic):
    """lale's pipelines accept keywords in fit and ignore them."""
    X, y, fairness_info = titanic
    op = NashMeta(**fairness_info, preparation=TableEncoder(), **QUICK)
    trained = (NoOp >> op).fit(X, y, X_val="nonsense", y_val="nonsense")
    held_out = 4 * 31
    influence = trained.get_last().impl.estimator_.sample_influence_
    assert 1309 - len(influence) == held_out
    with pytest.raises(
        ValueError, match="`X_val` and `y_val` should have the same number of rows"
    ):
        op.fit(X, y, X_val=X, y_val=y[:10])


@few_rows
def test_a_scaler_before_it_is_named_in_the_error():
    X, y, fairness_info = sample("bank")
    X = X.select_dtypes("number")
    early = StandardScaler().fit(X)
    scaled = pd.DataFrame(early.transform(X), X.index, X.columns)
    with pytest.raises(UndefinedGroupError) as caught:
        NashMeta(**fairness_info, **QUICK).fit(scaled, y)
    assert str(caught.value).startswith(
        "The protected attribute 'age' should divide the rows into two groups. No row is "
        "in its reference group [[25, 1000]]. In the data, 'age' is between -"
    )
    with pytest.raises(ValueError, match="'age' as a column") as caught:
        (StandardScaler() >> NashMeta(**fairness_info, **QUICK)).fit(X, y)
    assert str(caught.value) == (
        "X should have the protected attribute 'age' as a column. Its columns are "
        "[0, 1, 2, 3, 4, 5, 6]. If an earlier step of a pipeline dropped or renamed it, "
        "do this in `preparation` instead."
    )
    late = NashMeta(**fairness_info, preparation=StandardScaler(), **QUICK)
    assert len(late.fit(X, y).impl.estimator_.groups_) == 2


def test_the_favorable_probability_of_lales_mitigators_is_the_last(monkeypatch):
    """Bank's labels are 1 and 2, and 1 is favorable; PrejudiceRemover has it last."""
    # It starts a bare `python`, so that this one's folder has to come first.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    X, y, fairness_info = sample("bank", 600)
    X = X.select_dtypes("number")
    prepare = TableEncoder().set_output(transform="pandas")
    trained = aif360.PrejudiceRemover(**fairness_info, preparation=prepare).fit(X, y)
    favorable = trained.predict_proba(X)[:, 1]
    np.testing.assert_array_equal(trained.predict(X) == 1, favorable > 0.5)
    assert worst_group_auc(**fairness_info)(trained, X, y) > 0.65
