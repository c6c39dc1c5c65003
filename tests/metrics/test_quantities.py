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
        assert np.isfinite(table["value"]).all()
        known = table[["low", "high"]].notna().all(axis=1)
        # The spread of losses cannot be known of one row.
        assert known.all() or name == "log_loss"
        shown = table[known]
        assert (shown["low"] <= shown["value"]).all()
        assert (shown["value"] <= shown["high"]).all()
        assert (shown["low"] < shown["high"]).all() or name == "log_loss"
        defined += 1
    assert defined > 20


@quantities
@pytest.mark.parametrize("exponent", [-1060, -600, 600, 1020])
@pytest.mark.parametrize("weight", [np.full(12, 0.5), np.linspace(0.5, 0.9375, 12)])
def test_it_does_not_depend_on_the_unit_of_the_weights(name, exponent, weight):
    # Ten bits, because the smallest floats have few.
    weight = np.round(weight * 1024) / 1024
    y, score = [0, 1] * 6, [0.4, 0.6, 0.6, 0.4, 0.9, 0.1, 0.1, 0.9, 0.6, 0.4, 0.4, 0.6]
    given = {"metrics": [name], "sensitive_features": list("FFFFFFMMMMMM")}
    tables = [
        group_metrics(
            y, score, sample_weight=w, n_resamples=20, random_state=0, **given
        ).drop(columns=["metric", "group"])
        for w in (weight, np.ldexp(weight, exponent))
    ]
    assert tables[0].equals(tables[1])
