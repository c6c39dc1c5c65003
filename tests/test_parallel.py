"""Fits in worker processes and threads: same results, no more threads than cores.

A worker that never answers fails its test by the time limit in ``tests/conftest.py``.
"""

import os

import joblib
import numpy as np
import pytest
import sklearn
import torch
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.metrics import get_scorer
from skfairbargain.model_selection import balanced_validation_split


@pytest.fixture(scope="module")
def diabetes():
    data = load_diabetes_progression()
    X, X_val, y, y_val, sex, sex_val = balanced_validation_split(
        data.data, data.target, data.sensitive["sex"], random_state=0
    )
    return X, y, {"X_val": X_val, "y_val": y_val, "groups_val": sex_val}, sex


@pytest.fixture(scope="module")
def serial(diabetes):
    return search(diabetes)


@pytest.fixture(autouse=True)
def threads_left_to_loky(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


def search(diabetes, n_jobs=None):
    X, y, validation, sex = diabetes
    with sklearn.config_context(enable_metadata_routing=True):
        clf = NashMetaClassifier(
            bargain_epochs=1, max_epochs=2, hidden_layer_sizes=(8,), random_state=0
        )
        pipe = make_pipeline(StandardScaler(), clf, transform_input=["X_val"])
        found = GridSearchCV(
            pipe,
            {"nashmetaclassifier__meta_lr": [0.5, 1.0, 2.0]},
            scoring={"worst": get_scorer("worst_group_auc"), "auc": "roc_auc"},
            refit="worst",
            cv=2,
            n_jobs=n_jobs,
            error_score="raise",
        ).fit(X, y, **validation, sensitive_features=sex)
    return found, found.predict_proba(X)


def assert_same(parallel, serial):
    (found, probabilities), (expected, expected_probabilities) = parallel, serial
    np.testing.assert_array_equal(probabilities, expected_probabilities)
    for name, values in expected.cv_results_.items():
        if "time" not in name:
            np.testing.assert_array_equal(found.cv_results_[name], values, err_msg=name)


def threads_of_a_fit(diabetes):
    """Number of threads: set for the worker, used by torch in a fit, and used after it."""
    X, y, validation, _ = diabetes
    seen = []

    class Watch(NashMetaClassifier):
        def _logits(self, X):
            seen.append(torch.get_num_threads())
            return super()._logits(X)

    scaler = StandardScaler().fit(X)
    given = {**validation, "X_val": scaler.transform(validation["X_val"])}
    clf = Watch(bargaining=None, max_epochs=1, random_state=0)
    clf.fit(scaler.transform(X), y, **given).predict(scaler.transform(X))
    return os.environ.get("OMP_NUM_THREADS"), seen[0], torch.get_num_threads()


def test_loky(diabetes, serial):
    with joblib.parallel_config(backend="loky"):
        assert_same(search(diabetes, n_jobs=2), serial)


def test_threads_of_one_process_fit_one_after_another(diabetes, serial):
    """torch has one random generator per process, so fits must not overlap."""
    with joblib.parallel_config(backend="threading"):
        assert_same(search(diabetes, n_jobs=2), serial)


def test_two_workers_share_the_cores(diabetes):
    """Two fits at the same time use half of the cores each, and at least one."""
    with joblib.parallel_config(backend="loky"):
        seen = joblib.Parallel(n_jobs=2, timeout=120)(
            joblib.delayed(threads_of_a_fit)(diabetes) for _ in range(2)
        )
    share = max(joblib.cpu_count() // 2, 1)
    assert seen == [(str(share), share, share)] * 2


def test_dask(diabetes, serial):
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    )
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        assert_same(search(diabetes, n_jobs=2), serial)
