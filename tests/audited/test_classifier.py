"""AuditedClassifier: what it gains, what it keeps, and how it fits into scikit-learn."""

import pickle
import re
import warnings

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from scipy.special import softmax
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from skfairbargain import AuditedClassifier
from skfairbargain.exceptions import NoAgreementWarning
from skfairbargain.metrics import get_scorer, worst_group_balanced_accuracy_score

LOGISTIC = [("logistic", LogisticRegression())]


@parametrize_with_checks([AuditedClassifier()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def fitted(problem):
    return AuditedClassifier(random_state=0).fit(problem.X, problem.y, **problem.audited)


@pytest.fixture(scope="module")
def quick(problem):
    clf = AuditedClassifier(LOGISTIC, random_state=0)
    return clf.fit(problem.X, problem.y, **problem.audited)


def test_repairs_what_unjust_labels_did(problem, fitted):
    boosting = HistGradientBoostingClassifier(class_weight="balanced", random_state=0)
    boosting.fit(problem.X, problem.y)
    auc, worst = {}, {}
    for name, clf in (("boosting", boosting), ("audited", fitted)):
        auc[name] = roc_auc_score(problem.y_test, clf.predict_proba(problem.X_test)[:, 1])
        worst[name] = worst_group_balanced_accuracy_score(
            problem.y_test,
            clf.predict(problem.X_test),
            sensitive_features=problem.groups_test,
        )
    assert auc["audited"] > auc["boosting"] + 0.03
    assert worst["audited"] > worst["boosting"] + 0.03


def test_says_what_the_mix_is(fitted):
    assert fitted.agreed_ is True
    assert fitted.groups_ == ["g0", "g1"]
    assert sum(fitted.weights_.values()) == pytest.approx(1)
    table = fitted.candidates_.set_index("name")
    assert table.index[0] == "mix"
    for name, weight in fitted.weights_.items():
        assert table.loc[name, "weight"] == weight
    # A row's loss is that of fits which left it out, so that an overfitted candidate shows.
    assert table.loc["mix", "log_loss"] == pytest.approx(
        table.loc["mix", ["log_loss of g0", "log_loss of g1"]].mean()
    )
    inside = table["auc of g0"].between(table["auc of g0, low"], table["auc of g0, high"])
    assert inside.all()


def test_seeds(problem, quick):
    again = clone(quick).fit(problem.X, problem.y, **problem.audited)
    assert_array_equal(again.predict_proba(problem.X), quick.predict_proba(problem.X))
    other = clone(quick).set_params(random_state=1)
    other.fit(problem.X, problem.y, **problem.audited)
    assert np.abs(other.predict_proba(problem.X) - quick.predict_proba(problem.X)).max() > 0


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_jobs_change_nothing(problem, quick, backend):
    with joblib.parallel_config(backend, n_jobs=2):
        clf = clone(quick).fit(problem.X, problem.y, **problem.audited)
    assert_array_equal(clf.predict_proba(problem.X), quick.predict_proba(problem.X))


def test_dask_changes_nothing(problem, quick):
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    )
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        clf = clone(quick).fit(problem.X, problem.y, **problem.audited)
    assert_array_equal(clf.predict_proba(problem.X), quick.predict_proba(problem.X))


def test_pickles(problem, quick):
    loaded = pickle.loads(pickle.dumps(quick))
    assert_array_equal(loaded.predict_proba(problem.X), quick.predict_proba(problem.X))


def test_chunks_change_nothing(problem, quick, monkeypatch):
    whole = quick.predict_proba(problem.X)
    monkeypatch.setattr("skfairbargain.audited._classifier.CHUNK", 100)
    assert_allclose(quick.predict_proba(problem.X), whole, rtol=1e-6)


def test_decisions_probabilities_and_margins_agree(problem, quick):
    probabilities = quick.predict_proba(problem.X)
    margins = quick.decision_function(problem.X)
    odds = np.log(probabilities[:, 1] / probabilities[:, 0])
    assert_allclose(margins, odds, rtol=1e-6, atol=1e-9)
    assert_array_equal(quick.predict(problem.X), quick.classes_[(margins > 0).astype(int)])


def test_a_prior_moves_log_odds_by_its_own(problem, quick):
    clf = clone(quick).set_params(audit={0: 0.9, 1: 0.1})
    clf.fit(problem.X, problem.y, **problem.audited)
    moved = clf.decision_function(problem.X) - quick.decision_function(problem.X)
    assert_allclose(moved, np.log(0.1 / 0.9), rtol=1e-6)


def test_a_sample_counts_every_row_alike(problem, quick):
    audited = {name: np.asarray(each)[:120] for name, each in problem.audited.items()}
    y_val = audited["y_val"]
    kept = np.concatenate([np.flatnonzero(y_val == 0), np.flatnonzero(y_val == 1)[:15]])
    audited = {name: each[kept] for name, each in audited.items()}
    X = problem.X.to_numpy()
    clf = clone(quick).set_params(audit="sample").fit(X, problem.y, **audited)
    share = (audited["y_val"] == 1).mean()
    assert clf.predict_proba(audited["X_val"])[:, 1].mean() == pytest.approx(
        share, abs=0.05
    )


MIXED = {
    "city": ["Ulm", "Bonn", None, "Ulm"] * 30,
    "since": pd.date_range("2020-01-01", periods=120).astype(str).tolist(),
    "age": [30.0, 41.0, None, 29.0] * 30,
    "member": [True, False, True, None] * 30,
}
LABELS = np.array(["no", "yes", "no", "yes"] * 30)


def test_tables_of_any_columns(quick):
    clf = clone(quick)
    audited = {"X_val": pd.DataFrame(MIXED)[:40], "y_val": LABELS[:40]}
    groups = np.arange(40) // 2 % 2
    clf.fit(pd.DataFrame(MIXED), LABELS, **audited, groups_val=groups)
    found = clf.predict_proba(pd.DataFrame(MIXED))
    assert (clf.predict(pd.DataFrame(MIXED)) == LABELS).mean() > 0.9
    of_polars = clone(quick).fit(
        pl.DataFrame(MIXED),
        LABELS,
        X_val=pl.DataFrame(MIXED)[:40],
        y_val=LABELS[:40],
        groups_val=groups,
    )
    assert_array_equal(of_polars.predict_proba(pl.DataFrame(MIXED)), found)


NAMES_DIFFER = {
    "names missing": (
        lambda X: X,
        np.asarray,
        "X does not have valid feature names, but AuditedClassifier was fitted with "
        "feature names",
    ),
    "names new": (
        np.asarray,
        lambda X: X,
        "X has feature names, but AuditedClassifier was fitted without feature names",
    ),
}


@pytest.mark.parametrize("case", NAMES_DIFFER)
def test_names_that_are_missing_are_told_once(problem, case):
    fitted, new, message = NAMES_DIFFER[case]
    clf = AuditedClassifier(LOGISTIC).fit(fitted(problem.X), problem.y)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = clf.predict_proba(new(problem.X))
    assert [str(each.message) for each in caught] == [message]
    assert_array_equal(found, clf.predict_proba(fitted(problem.X)))


def test_three_classes_and_several_sensitive_columns():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 3))
    y = np.array(["a", "b", "c"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    groups = pd.DataFrame({"sex": np.arange(120) % 2, "age": np.arange(120) // 60})
    clf = AuditedClassifier(LOGISTIC, random_state=0)
    clf.fit(X, y, X_val=X[:120], y_val=y[:120], groups_val=groups)
    assert clf.groups_ == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert clf.predict_proba(X).shape == clf.decision_function(X).shape == (500, 3)
    assert (clf.predict(X) == y).mean() > 0.85


def test_without_groups_the_classes_are_the_groups(problem):
    audited = {**problem.audited, "groups_val": None}
    clf = AuditedClassifier(LOGISTIC, random_state=0).fit(problem.X, problem.y, **audited)
    assert clf.groups_ == [0, 1]


def test_rows_of_weight_zero_are_left_out(problem, quick):
    weight = np.repeat([1.0, 0.0], [1000, 500])
    clf = clone(quick).fit(problem.X, problem.y, **problem.audited, sample_weight=weight)
    short = clone(quick).fit(problem.X[:1000], problem.y[:1000], **problem.audited)
    assert clf.n_rows_trained_ == 1000
    assert_array_equal(clf.predict_proba(problem.X), short.predict_proba(problem.X))


def test_weights_of_any_size(problem, quick):
    clf = clone(quick).fit(
        problem.X, problem.y, **problem.audited, sample_weight=np.full(1500, 1e300)
    )
    assert_allclose(clf.predict_proba(problem.X), quick.predict_proba(problem.X), rtol=1e-6)


def test_weights_that_span_all_floats(problem):
    """Of a network's batches the lightest would have weight 0 in float32."""
    network = MLPClassifier((4,), batch_size=16, max_iter=2)
    clf = AuditedClassifier([("network", network)], cv=2, random_state=0)
    weight = 10 ** np.linspace(-300, 300, 300)
    clf.fit(problem.X[:300], problem.y[:300], **problem.audited, sample_weight=weight)
    assert np.isfinite(clf.predict_proba(problem.X)).all()


@pytest.fixture
def mapped(problem, tmp_path):
    X = problem.X.to_numpy()
    rows = np.memmap(tmp_path / "X", X.dtype, "w+", shape=X.shape)
    rows[:] = X
    return rows


def test_memory_maps_are_sampled(problem, quick, mapped, monkeypatch):
    monkeypatch.setattr("skfairbargain.audited._training.MOST_MAPPED", 700)
    audited = {**problem.audited, "X_val": np.asarray(problem.audited["X_val"])}
    clf = clone(quick).fit(mapped, problem.y, **audited)
    assert 700 <= clf.n_rows_trained_ <= 702
    assert clf.predict_proba(mapped).shape == (1500, 2)


def test_a_rare_class_of_a_memory_map_is_kept(problem, quick, mapped, monkeypatch):
    monkeypatch.setattr("skfairbargain.audited._training.MOST_MAPPED", 100)
    y = np.full(1500, 0)
    y[::750] = 1
    audited = {**problem.audited, "X_val": np.asarray(problem.audited["X_val"])}
    clf = clone(quick).fit(mapped, y, **audited)
    assert clf.n_rows_trained_ == 101
    assert_array_equal(clf.classes_, [0, 1])


# -- the reference ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def many_audited(problem):
    rows = slice(0, 1000)
    given = {"X_val": problem.X_test[rows], "y_val": problem.y_test[rows]}
    return {**given, "groups_val": problem.groups_test[rows]}


def test_replaces_a_reference_that_serves_every_group_worse(problem, many_audited):
    reference = LogisticRegression().fit(problem.X, problem.y)
    clf = AuditedClassifier(reference=reference, random_state=0)
    clf.fit(problem.X, problem.y, **many_audited)
    assert clf.agreed_ is True
    for group in ("g0", "g1"):
        table = clf.candidates_.set_index("name")
        assert (
            table.loc["mix", f"log_loss of {group}"]
            < (table.loc["reference", f"log_loss of {group}"])
        )


def test_keeps_a_reference_that_it_cannot_beat_for_every_group(problem):
    reference = LogisticRegression().fit(problem.X_test, problem.y_test)
    message = (
        "No mix of the candidates serves every group better than `reference` beyond the "
        "noise of the audited rows: group "
    )
    clf = AuditedClassifier(LOGISTIC, reference=reference, random_state=0)
    with pytest.warns(NoAgreementWarning, match=f"^{re.escape(message)}"):
        clf.fit(problem.X, problem.y, **problem.audited)
    assert clf.agreed_ is False
    assert clf.weights_ == {"reference": 1.0}
    assert_allclose(
        clf.predict_proba(problem.X), reference.predict_proba(problem.X), atol=1e-4
    )


def test_a_kept_reference_keeps_its_probabilities_whatever_the_prior(problem):
    reference = LogisticRegression().fit(problem.X_test, problem.y_test)
    clf = AuditedClassifier(LOGISTIC, reference=reference, audit=[0.5, 0.5], random_state=0)
    with pytest.warns(NoAgreementWarning):
        clf.fit(problem.X, problem.y, **problem.audited)
    assert_allclose(
        clf.predict_proba(problem.X), reference.predict_proba(problem.X), atol=1e-4
    )


class OfRareOnes(ClassifierMixin, BaseEstimator):
    """A model whose training rows had hardly any row of class 1."""

    def __init__(self, model):
        self.model = model

    def fit(self, X, y):
        self.classes_ = self.model.classes_
        return self

    def predict_proba(self, X):
        return softmax(np.log(self.model.predict_proba(X)) - np.array([0, 4]), axis=1)


@pytest.mark.parametrize("trained_on_audited", [True, False])
def test_the_prior_of_a_reference_does_not_count_against_it(
    problem, many_audited, trained_on_audited
):
    """Neither whether it is kept, nor the mix, depends on how rare a class was for it."""
    rows = (problem.X, problem.y)
    if trained_on_audited:
        rows = (problem.X_test, problem.y_test)
    usual = LogisticRegression().fit(*rows)
    rare = OfRareOnes(usual).fit(*rows)
    fitted = []
    for reference in (usual, rare):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NoAgreementWarning)
            clf = AuditedClassifier(LOGISTIC, reference=reference, random_state=0)
            fitted.append(clf.fit(problem.X, problem.y, **many_audited))
    assert fitted[0].agreed_ is fitted[1].agreed_ is not trained_on_audited
    now = [clf.predict_proba(problem.X) for clf in fitted]
    if trained_on_audited:
        assert_allclose(now[1], rare.predict_proba(problem.X), atol=1e-4)
    else:
        assert_allclose(now[1], now[0], atol=1e-3)


def test_the_prior_of_a_reference_counts_where_the_audit_is_a_sample(problem, many_audited):
    rare = OfRareOnes(LogisticRegression().fit(problem.X_test, problem.y_test))
    rare.fit(problem.X, problem.y)
    clf = AuditedClassifier(LOGISTIC, reference=rare, audit="sample", random_state=0)
    assert clf.fit(problem.X, problem.y, **many_audited).agreed_ is True


class ReadsForm(ClassifierMixin, BaseEstimator):
    """Predicts from rows in one form alone, as a model that is in use may."""

    def __init__(self, read):
        self.read = read

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return softmax(np.outer(self.read(X), [-0.1, 0.1]), axis=1)


FORMS = {
    "numpy": (np.asarray, lambda X: X[:, 0]),
    "pandas": (lambda X: X, lambda X: X["x0"].to_numpy()),
    "polars": (
        lambda X: pl.DataFrame(X.to_dict("list")),
        lambda X: X.get_column("x0").to_numpy(),
    ),
    "lists": (lambda X: np.asarray(X).tolist(), lambda X: [row[0] for row in X]),
}


@pytest.mark.filterwarnings("ignore::skfairbargain.exceptions.NoAgreementWarning")
@pytest.mark.parametrize("form", FORMS)
def test_a_reference_gets_rows_in_the_form_that_they_have(problem, form, monkeypatch):
    given, read = FORMS[form]
    monkeypatch.setattr("skfairbargain.audited._classifier.CHUNK", 200)
    X, y = given(problem.X[:300]), problem.y[:300]
    clf = AuditedClassifier(LOGISTIC, reference=ReadsForm(read).fit(X, y), cv=2)
    clf.fit(X, y, **{**problem.audited, "X_val": given(problem.audited["X_val"])})
    assert clf.predict_proba(X).shape == (300, 2)


def test_a_search_keeps_a_frozen_reference(problem, many_audited):
    reference = FrozenEstimator(DummyClassifier().fit(problem.X, problem.y))
    clf = clone(AuditedClassifier(LOGISTIC, reference=reference, random_state=0))
    clf.fit(problem.X, problem.y, **many_audited)
    assert clf.agreed_ is True


def test_without_agreement_and_reference_it_says_so(problem):
    rng = np.random.default_rng(3)
    audited = {**problem.audited, "y_val": rng.permutation(problem.audited["y_val"])}
    message = "No mix of the candidates serves every group better than a constant guess: "
    clf = AuditedClassifier(LOGISTIC, random_state=0)
    with pytest.warns(NoAgreementWarning, match=f"^{re.escape(message)}"):
        clf.fit(problem.X, problem.y, **audited)
    assert clf.agreed_ is False
    assert "reference" not in clf.weights_


# -- scikit-learn around it -------------------------------------------------------------


# Half of the training rows teach too little about one group; that is another matter.
@pytest.mark.filterwarnings("ignore::skfairbargain.exceptions.NoAgreementWarning")
def test_in_a_pipeline_and_a_search(problem):
    scorer = get_scorer("worst_group_auc")
    clf = make_pipeline(
        FunctionTransformer(),
        AuditedClassifier(LOGISTIC, random_state=0),
        transform_input=["X_val"],
    )
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(
            clf,
            {"auditedclassifier__combine": ["nash", "select"]},
            cv=2,
            scoring=scorer.set_score_request(sensitive_features=True),
        )
        groups = np.arange(len(problem.y)) % 2
        search.fit(problem.X, problem.y, **problem.audited, sensitive_features=groups)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(problem.X).shape == (1500,)


def test_cv_takes_a_splitter(problem, quick):
    cv = StratifiedKFold(3, shuffle=True, random_state=0)
    clf = clone(quick).set_params(cv=cv).fit(problem.X, problem.y, **problem.audited)
    assert np.isfinite(clf.predict_proba(problem.X)).all()


# -- what is refused --------------------------------------------------------------------

BAD_ESTIMATORS = {
    "no pairs": (
        [LogisticRegression()],
        ValueError,
        "`estimators` should be 'auto' or a list of (name, classifier) pairs, one or more. "
        "Got [LogisticRegression()].",
    ),
    "none": (
        [],
        ValueError,
        "`estimators` should be 'auto' or a list of (name, classifier) pairs, one or more. "
        "Got [].",
    ),
    "a name twice": (
        [*LOGISTIC, *LOGISTIC],
        ValueError,
        "`estimators` should have different names. Got ['logistic', 'logistic'].",
    ),
    "no probabilities": (
        [("svm", LinearSVC())],
        TypeError,
        "`estimators` should have `predict_proba`. Got 'svm', a LinearSVC, without it. "
        "Wrap it in sklearn.calibration.CalibratedClassifierCV.",
    ),
}


@pytest.mark.parametrize("case", BAD_ESTIMATORS)
def test_refuses_estimators(problem, case):
    estimators, kind, message = BAD_ESTIMATORS[case]
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        AuditedClassifier(estimators).fit(problem.X, problem.y, **problem.audited)


def test_refuses_references(problem):
    message = (
        "`reference` should be fitted: it is the model that is in use. Got a "
        "LogisticRegression that is not. Inside a search or cross-validation, which clone "
        "it, wrap it in sklearn.frozen.FrozenEstimator."
    )
    with pytest.raises(NotFittedError, match=f"^{re.escape(message)}$"):
        AuditedClassifier(reference=LogisticRegression()).fit(
            problem.X, problem.y, **problem.audited
        )
    message = (
        "`reference` should be an estimator. Got the class DummyClassifier. Pass "
        "DummyClassifier(...)."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        AuditedClassifier(reference=DummyClassifier).fit(
            problem.X, problem.y, **problem.audited
        )
    message = (
        "`reference` should have `predict_proba`. Got a LinearSVC without it. Calibrate it "
        "on rows that it was not fitted on: "
        "CalibratedClassifierCV(FrozenEstimator(reference)).fit(X, y)."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        AuditedClassifier(reference=LinearSVC().fit(problem.X, problem.y)).fit(
            problem.X, problem.y, **problem.audited
        )
    of_two = LogisticRegression().fit(np.asarray(problem.X)[:, :2], problem.y)
    message = (
        "`reference` should predict probabilities of rows with the columns of `X`, in the "
        "form that they have. Got ValueError: X has 10 features, but LogisticRegression is "
        "expecting 2 features as input. Put what it needs before it, as in a pipeline."
    )
    audited = {name: np.asarray(each) for name, each in problem.audited.items()}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        AuditedClassifier(LOGISTIC, reference=of_two).fit(
            np.asarray(problem.X), problem.y, **audited
        )
    other = DummyClassifier().fit(problem.X, np.array(["no", "yes"])[problem.y])
    message = "`reference` should have the classes of `y`, [0, 1]. Got ['no', 'yes']."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        AuditedClassifier(reference=other).fit(problem.X, problem.y, **problem.audited)


def test_refuses_audited_rows_of_other_columns(problem):
    audited = {**problem.audited, "X_val": problem.audited["X_val"].iloc[:, ::-1]}
    message = (
        "`X_val` should have the columns of `X`. The feature names should match those that "
        "were passed during fit.\nFeature names must be in the same order as they were in "
        "fit."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        AuditedClassifier(LOGISTIC).fit(problem.X, problem.y, **audited)


X_VAL_REFUSED = {
    "sparse": (
        csr_array,
        TypeError,
        "`X_val` should be a DataFrame or a dense array. Got a sparse csr_array. Pass "
        "`X_val.toarray()`.",
    ),
    "infinite": (
        lambda X: X.replace(X.iloc[3, 0], np.inf),
        ValueError,
        "`X_val` should hold finite numbers, or none where they are missing. Got infinity "
        "among them. Replace it by NaN or by a number.",
    ),
    "text": (
        lambda X: X.assign(**{X.columns[0]: "low"}),
        ValueError,
        "`X_val['x0']` should hold numbers, as where the encoder was fitted. Got 'low'. "
        "Give the column what it held there, or leave the cell missing.",
    ),
}


@pytest.mark.parametrize("case", X_VAL_REFUSED)
def test_refuses_audited_rows_by_their_name(problem, case):
    form, kind, message = X_VAL_REFUSED[case]
    audited = {**problem.audited, "X_val": form(problem.audited["X_val"])}
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        AuditedClassifier(LOGISTIC).fit(problem.X, problem.y, **audited)


@pytest.mark.parametrize(
    "form", [lambda X: X.iloc[:0], lambda X: X.to_numpy()[:0], lambda X: []]
)
def test_refuses_no_audited_rows(form, problem):
    message = "`X_val` should be the audited rows, two of every class. Got none."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        AuditedClassifier(LOGISTIC).fit(
            problem.X, problem.y, X_val=form(problem.X), y_val=[], groups_val=[]
        )


def test_a_refused_fit_leaves_the_trained_model(problem, quick):
    clf = pickle.loads(pickle.dumps(quick))
    before = clf.predict_proba(problem.X)
    with pytest.raises(ValueError, match="2 rows or more of every class"):
        clf.fit(problem.X, problem.y, X_val=problem.X[:3], y_val=[0, 0, 1])
    assert_array_equal(clf.predict_proba(problem.X), before)


def test_progress_is_shown(problem, quick, capsys):
    clone(quick).set_params(verbose=1).fit(problem.X, problem.y, **problem.audited)
    lines = capsys.readouterr().err.splitlines()
    assert "AuditedClassifier, logistic: " in lines[0]
    assert lines[-1].endswith(": 100 %")
