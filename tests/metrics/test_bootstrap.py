"""The bootstrap is that of the obvious loop, and of a rate, Jeffreys' interval."""

import re

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from skfairbargain.metrics import QUANTITIES, group_metrics
from skfairbargain.metrics._bootstrap import (
    generator,
    percentile_interval,
    resampled_values,
)
from skfairbargain.metrics._quantity import Rows

RATES = {  # what is counted, of which rows
    "accuracy": (lambda y, hat: y == hat, lambda y, hat: y == y),
    "selection_rate": (lambda y, hat: hat == 1, lambda y, hat: y == y),
    "true_positive_rate": (lambda y, hat: hat == 1, lambda y, hat: y == 1),
    "false_positive_rate": (lambda y, hat: hat == 1, lambda y, hat: y == 0),
    "precision": (lambda y, hat: y == 1, lambda y, hat: hat == 1),
}


def interval(name, y, score, **given):
    table = group_metrics(
        y, score, sensitive_features=["all"] * len(y), metrics=[name], random_state=0,
        **{"n_resamples": 20_000, **given},
    )  # fmt: skip
    assert table["group"].tolist() == ["overall", "all"]
    return table[["low", "high"]].to_numpy()


def resampled(rng, rows):
    auc = {"auc": QUANTITIES["auc"]}
    return resampled_values(rng, auc, {"scores": rows}, 1000)["auc"]


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize("unit", [1, 3.7, 1e-320])
@pytest.mark.parametrize("n_hit", [12, 19])
def test_the_interval_of_a_rate_is_that_of_jeffreys(name, unit, n_hit):
    # 20 positives, of which n_hit are selected, and 15 negatives, of which 4 are.
    y = np.repeat([1, 1, 0, 0], [n_hit, 20 - n_hit, 4, 11])
    hat = np.repeat([1, 0, 1, 0], [n_hit, 20 - n_hit, 4, 11])
    counted, among = (of(y, hat) for of in RATES[name])
    k, n = np.sum(counted & among), np.sum(among)
    expected = stats.beta.ppf([0.025, 0.975], k + 0.5, n - k + 0.5)
    found = interval(name, y, hat, sample_weight=np.full(len(y), unit))
    np.testing.assert_allclose(found, [expected, expected], atol=0.01)


@pytest.mark.parametrize("name", RATES)
def test_a_rate_of_one_may_be_less(name):
    y = np.repeat([0, 1], [20, 20])
    value = float(name != "false_positive_rate")
    if name == "selection_rate":
        y = np.ones(20, int)
    n = np.sum(RATES[name][1](y, y))
    found = interval(name, y, y, labels=[0, 1])
    bound = stats.beta.ppf(0.025, n + 0.5, 0.5)
    expected = [bound, 1] if value else [0, 1 - bound]
    np.testing.assert_allclose(found, [expected, expected], atol=0.01)
    assert value in found[0]


def test_perfect_ranking_has_an_interval():
    y, score = np.repeat([0, 1], 10), np.arange(20.0)
    low, high = interval("auc", y, score)[0]
    assert high == 1
    # Of 10 positives and 10 negatives. Five samples in a hundred from an AUC of 0.89 are
    # ranked without a mistake (normal scores, equal spreads), two from 0.85.
    assert 0.75 < low < 0.9


@pytest.mark.parametrize("weighted", [False, True])
def test_resamples_are_those_of_the_obvious_loop(weighted):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [30, 20])
    score = (rng.normal(size=50) + y).round(1)
    weight = rng.uniform(0.1, 3, 50) if weighted else np.full(50, 1.7)
    loop = []
    for _ in range(1000):
        drawn = [weight * rng.standard_exponential(50)]
        scores, labels = [score], [y]
        for label in (0, 1):
            w = weight[y == label]
            # A row of each label in halves, of which one lies at each end.
            drawn.append(rng.standard_gamma(0.25, 2) * np.sum(w**2) / np.sum(w))
            scores.append([-99, 99])
            labels.append([label, label])
        loop.append(
            roc_auc_score(
                np.concatenate(labels),
                np.concatenate(scores),
                sample_weight=np.concatenate(drawn),
            )
        )
    rows = Rows(y, score, weight, np.array([0, 1]))
    values = resampled(np.random.default_rng(1), rows)
    assert stats.ks_2samp(loop, values).pvalue > 0.01
    assert len(np.unique(values)) == 1000


def test_quantities_that_share_draws_are_those_drawn_alone():
    # Weights that differ by 400 orders of magnitude between the labels, and one without.
    rng = np.random.default_rng(0)
    y, hat = rng.integers(2, size=(2, 60))
    weight = rng.uniform(0.1, 3, 60) * np.where(y == 1, 1e200, 1e-200)
    for w in (None, weight):
        given = {"sample_weight": w, "n_resamples": 4000, "random_state": 0}
        given["sensitive_features"] = np.zeros(60)
        together = group_metrics(y, hat, metrics=list(RATES), **given)
        for name in RATES:
            alone = group_metrics(y, hat, metrics=[name], **given)
            of_all = together[together["metric"] == name]
            np.testing.assert_array_equal(of_all["value"], alone["value"])
            for end in ("low", "high"):
                np.testing.assert_allclose(of_all[end], alone[end], atol=0.015)


def test_classes_are_drawn_together():
    # A class's AUC is that of the next one, so that their mean varies as much as each.
    y = np.tile([0, 1, 2], 20)
    score = np.random.default_rng(0).random((20, 1, 1)) < np.eye(3) * 0.6 + 0.2
    score = score.reshape(60, 3).astype(float)
    rows = Rows(y, score, np.ones(60), np.arange(3))
    rng = np.random.default_rng(0)
    values = resampled(rng, rows)
    loop = []
    for _ in range(1000):
        drawn = rng.standard_exponential(60)
        loop.append(
            np.mean(
                [
                    roc_auc_score(
                        np.append(y == k, [True, True, False, False]),
                        np.append(score[:, k], [-9, 9, -9, 9]),
                        sample_weight=np.append(drawn, rng.standard_gamma(0.25, 4)),
                    )
                    for k in range(3)
                ]
            )
        )
    assert stats.ks_2samp(loop, values).pvalue > 0.01


def test_the_interval_of_log_loss_is_students_for_normal_losses():
    rng = np.random.default_rng(0)
    loss = rng.normal(1, 0.05, 6)
    found = interval("log_loss", np.ones(6, int), np.exp(-loss), labels=[0, 1])[0]
    expected = stats.t.interval(0.95, 5, loss.mean(), stats.sem(loss))
    assert found == pytest.approx(expected, abs=0.01)


def test_the_log_loss_of_one_row_has_no_interval():
    table = group_metrics(
        [0, 1, 1], [0.2, 0.7, 0.8], sensitive_features=list("FMM"), metrics=["log_loss"],
        n_resamples=9,
    )  # fmt: skip
    assert table["value"].notna().all()
    assert table["low"].isna().tolist() == [False, True, False]
    assert table["high"].isna().tolist() == [False, True, False]


def test_interval_leaves_as_much_on_either_side_and_has_the_value():
    values = np.arange(101.0)
    assert percentile_interval(values, 0.9, 50) == pytest.approx((5, 95))
    assert percentile_interval(values, 0.9, 97) == pytest.approx((5, 97))
    assert percentile_interval(values, 0.9, -1) == pytest.approx((-1, 95))


@pytest.mark.parametrize("random_state", ["seed", -1, 1.5])
def test_a_random_state_is_explained(random_state):
    message = (
        "`random_state` should be None, a whole number that is not negative, a RandomState "
        f"or a Generator. Got {random_state!r}."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        generator(random_state)
