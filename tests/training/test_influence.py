"""Influence says what retraining without a row shows, and finds labels that are wrong."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.preprocessing import StandardScaler

from skfairbargain import NashMetaClassifier
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.model_selection import balanced_validation_split

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "influence.py"


def test_influence_ranks_rows_as_retraining_without_each_does():
    diabetes = load_diabetes_progression()
    X, X_val, y, y_val, _, sex_val = balanced_validation_split(
        diabetes.data,
        diabetes.target,
        diabetes.sensitive["sex"],
        per_cell=10,
        random_state=0,
    )
    scaler = StandardScaler().fit(X)
    X, X_val = scaler.transform(X), scaler.transform(X_val)

    def fit(sample_weight):
        # Full batches without momentum or dropout: nothing but the row makes a difference.
        clf = NashMetaClassifier(
            standardize=False,  # the statistics would depend on the row
            bargaining=None,
            anchor=1.0,
            max_epochs=20,
            lr=0.002,
            momentum=0.0,
            dropout=0.0,
            hidden_layer_sizes=(16,),
            batch_size=len(y),
            random_state=0,
        )
        return clf.fit(
            X, y, X_val=X_val, y_val=y_val, groups_val=sex_val, sample_weight=sample_weight
        )

    def group_losses(clf):
        return np.array(list(clf.history_[-1]["group_losses"].values()))

    complete = fit(None)
    rows = np.random.default_rng(0).choice(len(y), 40, replace=False)
    without = []
    for row in rows:
        others = np.ones(len(y))
        others[row] = 0
        without.append(group_losses(fit(others)) - group_losses(complete))
    for influence, loss in zip(
        complete.sample_influence_[rows].T, np.transpose(without), strict=True
    ):
        # A row that helped is missed: the loss is higher without it.
        assert spearmanr(influence, loss).statistic > 0.9
        assert (loss > 0).sum() not in (0, len(rows))


# scikit-learn 1.7 sets a pandas option that pandas 3 has retired.
@pytest.mark.filterwarnings("ignore:.*no_silent_downcasting")
def test_harm_to_a_cell_finds_the_labels_that_were_flipped(data_home):
    spec = importlib.util.spec_from_file_location("influence", BENCHMARK)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    features, y, sex = benchmark.load(data_home)
    rows = np.random.default_rng(0).choice(len(y), 12_000, replace=False)
    data = features.iloc[rows], y[rows], sex[rows]
    biased = benchmark.measure("biased", "audit (anchor=1)", 0, data, epochs=5)
    assert biased["harm to (Female, >50K)"] > 0.9
    assert biased["training loss"] > 0.9
    random = benchmark.measure("random", "audit (anchor=1)", 0, data, epochs=5)
    assert random["training loss"] > random["harm to own group, other label"] > 0.7
