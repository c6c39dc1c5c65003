"""Searches that score on folds of the audited rows: no leak, and scores as by hand."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import ReweightedClassifier
from skfairbargain.metrics import (
    get_scorer,
    make_group_scorer,
    register_scorers,
    unregister_scorers,
    worst_group_auc,
)
from skfairbargain.model_selection import AuditedKFold, PartlyAuditedClassifier
from tests.model_selection._shared import network, pipeline

CV = AuditedKFold(3, shuffle=True, random_state=0)
# The places where a transformer may stand, and the names of the parameters there.
MODELS = {
    "network": (PartlyAuditedClassifier(network()), "estimator__"),
    "pipeline inside": (PartlyAuditedClassifier(pipeline()), "estimator__clf__"),
    "pipeline around": (
        make_pipeline(StandardScaler(), PartlyAuditedClassifier(network())),
        "partlyauditedclassifier__estimator__",
    ),
    "reweighted": (
        PartlyAuditedClassifier(
            ReweightedClassifier(LogisticRegression(), pipeline(), random_state=0)
        ),
        "estimator__weigher__clf__",
    ),
}
models = pytest.mark.parametrize(("model", "prefix"), MODELS.values(), ids=MODELS)


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def trained(model, rows, split):
    """What cross-validation trains in one split."""
    result = cross_validate(
        model,
        rows.X,
        rows.y,
        cv=[split],
        scoring=get_scorer("worst_group_auc"),
        params={"sensitive_features": rows.groups},
        return_estimator=True,
        error_score="raise",
    )
    return result["estimator"][0]


def nonsense(rows, where):
    """The rows, with other features, labels and groups in some places."""
    X, y, groups = (part.copy() for part in rows)
    X.iloc[where] = 1e6 * np.random.default_rng(0).normal(size=X.iloc[where].shape)
    y.iloc[where] = 1 - y.iloc[where]
    groups.iloc[where] = groups.iloc[where[::-1]].to_numpy()
    return type(rows)(X, y, groups)


@models
@pytest.mark.parametrize("fold", range(3))
def test_a_row_that_scores_changes_nothing_in_the_model_of_its_fold(
    rows, model, prefix, fold
):
    train, test = list(CV.split(*rows))[fold]
    before = trained(model, rows, (train, test))
    after = trained(model, nonsense(rows, test), (train, test))
    assert_array_equal(after.predict_proba(rows.X), before.predict_proba(rows.X))


@models
def test_a_row_that_steers_changes_the_model(rows, model, prefix):
    """The other way round, so that the test above can fail."""
    train, test = next(CV.split(*rows))
    before = trained(model, rows, (train, test))
    steering = train[train >= 300]
    flipped = rows._replace(y=rows.y.where(~rows.y.index.isin(steering), 1 - rows.y))
    after = trained(model, flipped, (train, test))
    assert (after.predict_proba(rows.X) != before.predict_proba(rows.X)).any()


@models
def test_grid_search_scores_every_fold_of_audited_rows_and_refits_on_all(
    rows, model, prefix
):
    grid = {f"{prefix}bargain_epochs": [0, 1], f"{prefix}meta_lr": [0.5, 2.0]}
    search = GridSearchCV(
        model, grid, cv=CV, scoring=get_scorer("worst_group_auc"), error_score="raise"
    ).fit(rows.X, rows.y, sensitive_features=rows.groups)
    for number, parameters in enumerate(search.cv_results_["params"]):
        for fold, (train, test) in enumerate(CV.split(*rows)):
            alone = (
                clone(model)
                .set_params(**parameters)
                .fit(
                    rows.X.iloc[train],
                    rows.y.iloc[train],
                    sensitive_features=rows.groups.iloc[train],
                )
            )
            assert search.cv_results_[f"split{fold}_test_score"][number] == (
                worst_group_auc(
                    rows.y.iloc[test],
                    alone.predict_proba(rows.X.iloc[test]),
                    sensitive_features=rows.groups.iloc[test],
                )
            )
    assert len(set(search.cv_results_["mean_test_score"])) > 1
    refitted = clone(model).set_params(**search.best_params_)
    refitted.fit(rows.X, rows.y, sensitive_features=rows.groups)
    assert_array_equal(search.predict_proba(rows.X), refitted.predict_proba(rows.X))


def grid_search(rows, **options):
    model, prefix = MODELS["pipeline inside"]
    options = {"scoring": get_scorer("worst_group_auc"), "cv": CV, **options}
    return GridSearchCV(
        model, {f"{prefix}meta_lr": [0.5, 2.0]}, error_score="raise", **options
    ).fit(rows.X, rows.y, sensitive_features=rows.groups)


def test_two_processes_and_a_second_search_find_the_same(rows):
    first, again, parallel = (grid_search(rows, n_jobs=n) for n in (None, None, 2))
    for search in (again, parallel):
        assert_array_equal(
            search.cv_results_["mean_test_score"], first.cv_results_["mean_test_score"]
        )
        assert_array_equal(search.predict_proba(rows.X), first.predict_proba(rows.X))


def test_registered_names_score_too(rows):
    expected = grid_search(rows).cv_results_["mean_test_score"]
    register_scorers()
    try:
        search = grid_search(rows, scoring="worst_group_auc")
    finally:
        unregister_scorers()
    assert_array_equal(search.cv_results_["mean_test_score"], expected)


def test_groups_in_a_column_of_X_need_no_routing(rows):
    """The splitter takes `groups`, fit `sensitive_features`, and the scorer a column."""
    model = PartlyAuditedClassifier(pipeline())
    expected = grid_search(rows).cv_results_["mean_test_score"]
    scorer = make_group_scorer(
        "worst_group_auc", sensitive_features=lambda X: rows.groups.loc[X.index]
    )
    grid = {"estimator__clf__meta_lr": [0.5, 2.0]}
    with sklearn.config_context(enable_metadata_routing=False):
        search = GridSearchCV(model, grid, cv=CV, scoring=scorer, error_score="raise")
        search.fit(rows.X, rows.y, groups=rows.groups, sensitive_features=rows.groups)
    assert_array_equal(search.cv_results_["mean_test_score"], expected)


def test_another_name_for_the_groups_of_the_splitter(rows):
    cv = AuditedKFold(3, shuffle=True, random_state=0).set_split_request(groups="cells_of")
    search = GridSearchCV(
        PartlyAuditedClassifier(network()),
        {},
        cv=cv,
        scoring=get_scorer("worst_group_auc"),
        error_score="raise",
    ).fit(rows.X, rows.y, sensitive_features=rows.groups, cells_of=rows.groups)
    assert search.n_splits_ == 3


def test_training_rows_cannot_be_scored_by_group(rows):
    expected = "^`sensitive_features` should have a group for every row. Got missing values"
    with pytest.raises(ValueError, match=expected):
        grid_search(rows, return_train_score=True)


def test_halving_over_epochs(rows):
    search = HalvingGridSearchCV(
        PartlyAuditedClassifier(pipeline()),
        {"estimator__clf__meta_lr": [0.5, 1.0, 2.0]},
        resource="estimator__clf__max_epochs",
        min_resources=2,
        max_resources=6,
        cv=CV,
        scoring=get_scorer("worst_group_auc"),
        return_train_score=False,
        error_score="raise",
        random_state=0,
    ).fit(rows.X, rows.y, sensitive_features=rows.groups)
    assert search.n_resources_ == [2, 6]
    assert search.best_estimator_.estimator_[-1].n_iter_ == 6
    assert search.n_splits_ == 3


@pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental")
@pytest.mark.filterwarnings("ignore:`optuna.terminator` module has been deprecated")
def test_optuna(rows):
    optuna = pytest.importorskip("optuna")
    integration = pytest.importorskip("optuna_integration")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    model, name = PartlyAuditedClassifier(pipeline()), "estimator__clf__meta_lr"
    search = integration.OptunaSearchCV(
        model,
        {name: optuna.distributions.CategoricalDistribution([0.5, 2.0])},
        cv=CV,
        scoring=get_scorer("worst_group_auc"),
        n_trials=3,
        random_state=0,
        error_score="raise",
    ).fit(rows.X, rows.y, sensitive_features=rows.groups)
    grid = grid_search(rows)
    of_grid = dict(zip([0.5, 2.0], grid.cv_results_["mean_test_score"], strict=True))
    for trial in search.study_.trials:
        assert trial.value == of_grid[trial.params[name]]
    refitted = clone(model).set_params(**search.best_params_)
    refitted.fit(rows.X, rows.y, sensitive_features=rows.groups)
    assert_array_equal(search.predict_proba(rows.X), refitted.predict_proba(rows.X))


def test_fits_that_share_epochs_score_as_a_search_does(rows):
    lengths, scorer = [1, 2, 3], get_scorer("worst_group_auc")
    clf, scores = network(max_epochs=4), []
    for known, test in CV.split(rows.X, rows.y, rows.groups):
        audited = rows.groups[known].notna()
        train, steer = known[~audited], known[audited]
        audit = {"X_val": rows.X.loc[steer], "y_val": rows.y[steer]}
        fits = clf.fit_stage_lengths(
            rows.X.loc[train],
            rows.y[train],
            lengths,
            **audit,
            groups_val=rows.groups[steer],
        )
        scored = rows.X.loc[test], rows.y[test]
        groups = rows.groups[test]
        scores.append([scorer(fit, *scored, sensitive_features=groups) for fit in fits])
    search = GridSearchCV(
        PartlyAuditedClassifier(clf),
        {"estimator__bargain_epochs": lengths},
        scoring=scorer,
        cv=CV,
        refit=False,
    ).fit(rows.X, rows.y, sensitive_features=rows.groups)
    assert_array_equal(np.mean(scores, axis=0), search.cv_results_["mean_test_score"])
