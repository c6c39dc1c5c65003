"""Every method on real problems, and what sets single ones apart."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from experiments.audited import audited_rows, worst_group
from experiments.audited.bench import Bench, Scores, log_odds
from experiments.audited.methods import METHODS, OURS, REFERENCES
from experiments.audited.models import LastColumn
from experiments.audited.problem import AuditedProblem
from experiments.audited.runs import (
    IMPUTATION,
    audited_specs,
    code_of,
    problem_of,
    run_problem,
    version_of,
)


def problem_spec(**changed):
    return {
        "name": "student_por_sex",
        "kind": "uniform",
        "share": 0.4,
        "per_cell": 10,
        "audit": "balanced",
        "layout": "blind",
        "apart": False,
        "max_train": 1000,
        "max_test": 1000,
        "seed": 0,
        **changed,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"per_cell": 2},
        {"audit": "sample", "per_cell": 4, "kind": "thinned", "share": 1.0},
    ],
    ids=str,
)
def test_all_methods_decide(data_home, changed):
    methods = [*METHODS, *OURS, *REFERENCES]
    specs = audited_specs([problem_spec(**changed)], methods, epochs=2)
    assert len({problem_of(spec) for spec in specs}) == 1
    results = list(run_problem(specs, data_home=data_home))
    assert [spec["method"] for spec in specs] == [*methods, IMPUTATION]
    for spec, result in zip(specs, results, strict=True):
        assert "failure" not in result, spec["method"]
        assert all(np.isfinite(value) for value in result.values()), spec["method"]
    assert 0 <= results[-1]["group_auc"] <= 1


def made(n_train=600, n_val=80, share=0.0, seed=0):
    """A problem whose label is told by one column, and whose recorded labels may lie."""
    rng = np.random.default_rng(seed)

    def rows(n):
        X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("pqrs"))
        y = (X["p"] + 0.3 * rng.normal(size=n) > 0).to_numpy().astype(int)
        return X, y, np.where(X["q"] > 0, "a", "b").astype(object)

    (X, y, groups), val, test = rows(n_train), rows(n_val), rows(400)
    recorded = np.where((groups == "a") & (rng.random(n_train) < share), 0, y)
    return AuditedProblem(X, recorded, *val, val[1], *test, y, groups)


def test_a_result_of_ours_is_kept_by_its_code():
    versions = {version_of(name) for name in METHODS}
    assert versions == {1}
    assert re.fullmatch("1 [0-9a-f]{12}", version_of("audited"))


def test_words_do_not_change_what_a_result_is_kept_by(tmp_path):
    files = {
        "plain": "def half(x):\n    return x / 2\n",
        "told": '"""A."""\n\ndef half(x):\n    """Half."""\n    return x / 2  # exact\n',
        "other": "def half(x):\n    return x / 3\n",
    }
    codes = {}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        codes[name] = code_of(tmp_path / name)
    assert codes["plain"] == codes["told"] != codes["other"]


@pytest.mark.parametrize("name", METHODS)
def test_all_methods_learn_what_is_easy(name):
    problem = made()
    right = (METHODS[name].fit(Bench(problem, 0)) > 0) == problem.y_test
    assert right.mean() > 0.8


def test_lies_about_a_group_are_mended_by_who_looks_at_audited_rows():
    problem = made(share=0.9)
    bench = Bench(problem, 0, epochs=2)
    hit = problem.groups_test == "a"

    def right(name):
        scores = METHODS[name].fit(bench)
        return np.mean((scores > 0)[hit] == problem.y_test[hit])

    for name in ("ridge_stack", "continued", "rows_boosting", "rows_logistic"):
        assert right(name) > right("boosting_balanced") + 0.1, name


def test_the_seed_decides():
    problem = made()
    first, again, other = (
        audited_rows.rows_boosting(Bench(problem, seed)) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_boosting_begins_with_the_last_column():
    X = np.random.default_rng(0).normal(size=(5, 3))
    assert log_odds(LastColumn().fit(X, None), X) == pytest.approx(X[:, -1])


def test_a_strong_pull_keeps_the_last_layer():
    rng = np.random.default_rng(0)
    features, y = rng.normal(size=(50, 3)), rng.integers(2, size=50)
    weights, start = np.full(50, 1 / 50), rng.normal(size=4)
    kept = worst_group._pulled_layer(features, y, weights, start, 1e6)
    assert kept == pytest.approx(start, abs=1e-4)


def test_without_a_pull_the_last_layer_is_where_the_loss_is_flat():
    rng = np.random.default_rng(0)
    features, y = rng.normal(size=(200, 3)), rng.integers(2, size=200)
    weights = rng.random(200)
    weights /= weights.sum()
    w = worst_group._pulled_layer(features, y, weights, np.zeros(4), 0.0)
    design = np.column_stack([features, np.ones(200)])
    slope = design.T @ (weights * (expit(design @ w) - y))
    assert slope == pytest.approx(np.zeros(4), abs=1e-4)


def test_the_worst_group_of_the_audited_rows_chooses():
    problem = made(n_val=40)
    bench = Bench(problem, 0)
    truth = 2.0 * problem.y_val - 1
    harms_b = np.where(problem.groups_val == "b", -truth, truth)
    candidates = [Scores(harms_b, "bad"), Scores(truth, "good"), Scores(-truth, "worst")]
    assert worst_group._best_for_the_worst_group(bench, candidates) == "good"
