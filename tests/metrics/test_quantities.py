"""Every row of the table of quantities, through samples of all small kinds."""

import inspect

import numpy as np
import pytest

from skfairbargain import metrics
from skfairbargain.exceptions import UndefinedGroupError
from skfairbargain.metrics import GROUP_METRICS, QUANTITIES, group_metrics

OVERALL = {
    metric.quantity.name: metric.function
    for name, metric in GROUP_METRICS.items()
    if name.startswith("overall_")
}
quantities = pytest.mark.parametrize("name", QUANTITIES)


def sample(rng, n):
    """Labels, outputs of few different values, groups and weights, some of them zero."""
    y = rng.integers(0, 2, n)
    score = rng.choice([0.1, 0.4, 0.6, 0.9], n)
    weight = rng.integers(0, 3, n)
    weight[0] = 1
    return y, score, rng.choice(["F", "M"], n), weight


def output_of(name, score):
    return (score > 0.5).astype(int) if QUANTITIES[name].reads == "labels" else score


def reads(function):
    """What a metric's second argument is, from its name."""
    kinds = {"y_pred": "labels", "y_score": "scores", "y_proba": "probabilities"}
    return kinds[list(inspect.signature(function).parameters)[1]]


def test_every_quantity_has_an_overall_form_and_is_called_by_its_name():
    assert set(OVERALL) == set(QUANTITIES)
    for name, quantity in QUANTITIES.items():
        assert quantity.name == name


@pytest.mark.parametrize("name", GROUP_METRICS)
def test_every_metric_reads_what_its_argument_is_called(name):
    metric = GROUP_METRICS[name]
    assert getattr(metrics, name) is metric.function
    assert metric.function.__name__ == name
    assert metric.reads == reads(metric.function)


@quantities
def test_it_is_finite_or_says_what_rows_lack(name):
    # Warnings are errors, so that none of NumPy's gets through.
    defined = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        y, score, _, weight = sample(rng, rng.integers(1, 6))
        more = {} if QUANTITIES[name].reads == "labels" else {"labels": [0, 1]}
        try:
            value = OVERALL[name](y, output_of(name, score), sample_weight=weight, **more)
        except UndefinedGroupError:
            continue
        assert np.isfinite(value)
        defined += 1
    assert defined > 50


@quantities
def test_resamples_are_finite_where_it_is_defined(name):
    defined = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n = rng.integers(2, 9) * (1 if seed % 2 else 10)
        y, score, groups, weight = sample(rng, n)
        try:
            table = group_metrics(
                y, score, sensitive_features=groups, metrics=[name], labels=[0, 1],
                sample_weight=weight, n_resamples=9, random_state=seed,
            )  # fmt: skip
        except UndefinedGroupError:
            continue
        assert np.isfinite(table[["value", "low", "high"]]).all(axis=None)
        assert (table["low"] <= table["high"]).all()
        defined += 1
    assert defined > 20
