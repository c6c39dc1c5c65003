"""Differences of models on the same rows."""

import numpy as np
import pytest

from skfairbargain.metrics import (
    group_metrics,
    overall_auc,
    paired_measures,
    worst_group_balanced_accuracy_score,
)

METRICS = ("auc", "balanced_accuracy", "false_positive_rate", "selection_rate")


def sample(n=400, seed=0):
    rng = np.random.default_rng(seed)
    y, groups = rng.integers(0, 2, n), rng.choice(list("ab"), n)
    score = np.clip(0.3 * y + 0.7 * rng.random(n), 0, 1)
    return y, groups, score, np.clip(score + 0.05 * rng.normal(size=n), 0, 1)


def measure(y, groups, scores, **options):
    given = {"metrics": METRICS, "random_state": 0, "n_resamples": 500} | options
    return paired_measures(y, scores, sensitive_features=groups, **given)


def test_values_are_those_of_the_metrics():
    y, groups, one, other = sample()
    measured = measure(y, groups, {"one": one, "other": other})
    assert measured.value("one", "auc", "overall")[0] == overall_auc(y, one)
    worst = worst_group_balanced_accuracy_score(
        y, (other > 0.5).astype(int), sensitive_features=groups
    )
    assert measured.value("other", "balanced_accuracy", "worst group")[0] == worst
    table = group_metrics(
        y, one, sensitive_features=groups, metrics=list(METRICS), random_state=0
    )
    for row in table.itertuples():
        value, low, high = measured.value("one", row.metric, row.group)
        assert value == pytest.approx(row.value)
        assert (low, high) == pytest.approx((row.low, row.high), abs=0.015)


def test_equal_models_hardly_differ_and_like_ones_differ_less_than_two_intervals():
    y, groups, one, other = sample(2000)
    measured = measure(y, groups, {"one": one, "same": one, "other": other})
    _, low, high = measured.difference("same", "one", "auc", "overall")
    assert -0.002 < low <= 0 <= high < 0.002
    value, low, high = measured.difference("other", "one", "auc", "overall")
    assert low <= value <= high
    alone = measured.value("one", "auc", "overall")
    assert high - low < (alone[2] - alone[1]) / 2


def test_intervals_of_differences_contain_the_truth_as_often_as_they_say():
    """Two scores that are equally good in truth: the difference is 0."""
    contained = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        y, groups = np.arange(120) % 2, np.array(list("aabb") * 30)
        base = rng.normal(size=120) + y
        one, other = (base + 0.5 * rng.normal(size=120) for _ in range(2))
        measured = measure(
            y, groups, {"one": one, "other": other},
            metrics=["auc", "balanced_accuracy"], n_resamples=300, random_state=seed,
            thresholds={"one": 0.5, "other": 0.5},
        )  # fmt: skip
        for metric in ("auc", "balanced_accuracy"):
            _, low, high = measured.difference("one", "other", metric, "overall")
            contained.append(low <= 0 <= high)
    # 400 intervals, two of a seed alike: 95 % and three standard errors of 200 below.
    assert 0.9 < np.mean(contained) <= 1


def test_worst_groups_are_the_largest_where_less_is_better():
    y, groups, one, other = sample()
    measured = measure(y, groups, {"one": one, "other": other})
    rates = [measured.value("one", "false_positive_rate", g)[0] for g in "ab"]
    assert measured.value("one", "false_positive_rate", "worst group")[0] == max(rates)


def test_thresholds_are_each_models_own():
    y, groups, one, _ = sample()
    measured = measure(
        y, groups, {"one": one, "shifted": one + 3}, thresholds={"shifted": 3.5}
    )
    expected = measured.value("one", "selection_rate", "overall")[0]
    assert measured.value("shifted", "selection_rate", "overall")[0] == expected


def test_what_is_undefined_in_a_group_is_nan_there_and_no_worst_group():
    y, groups, one, other = sample()
    y[groups == "b"] = 1
    measured = measure(y, groups, {"one": one, "other": other})
    assert np.isnan(measured.value("one", "auc", "b")).all()
    assert measured.value("one", "auc", "worst group") == measured.value("one", "auc", "a")
