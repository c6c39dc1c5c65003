"""Intervals contain the truth about as often as they say, whatever is measured.

The bounds are those that a right method leaves once in a thousand times. Where an interval
is wider by design, the upper bound is left out.
"""

import numpy as np
import pytest
from matplotlib import pyplot
from scipy import stats
from scipy.special import expit, log_expit, logit

from skfairbargain.inspection import FairnessFrontierDisplay
from skfairbargain.metrics import GROUP_METRICS, QUANTITIES, group_metrics, measured
from skfairbargain.metrics._bootstrap import resampled_values
from skfairbargain.metrics._inputs import decided, read_scores

N_SAMPLES, N_RESAMPLES, LEVEL = 100, 250, 0.9
LEAST, MOST = stats.binom(N_SAMPLES, LEVEL).ppf([0.001, 0.999]) / N_SAMPLES


def draw(rng, n, base_rate, shift):
    """Labels, and each row's right probability of the positive one, from N(shift y, 1)."""
    y = (rng.random(n) < base_rate).astype(int)
    score = rng.normal(size=n) + shift * y
    return y, expit(shift * (score - shift / 2) + logit(base_rate))


def truths(base_rate, shift):
    """The quantities of the population, by integrals over the normal law."""

    def log_odds(score):
        return shift * (score - shift / 2) + logit(base_rate)

    cut = shift / 2 - logit(base_rate) / shift
    tpr, fpr = stats.norm.sf(cut - shift), stats.norm.sf(cut)
    selected = base_rate * tpr + (1 - base_rate) * fpr
    positive = stats.norm(shift).expect(lambda s: -log_expit(log_odds(s)))
    negative = stats.norm.expect(lambda s: -log_expit(-log_odds(s)))
    return {
        "auc": stats.norm.cdf(shift / np.sqrt(2)),
        "accuracy": base_rate * tpr + (1 - base_rate) * (1 - fpr),
        "balanced_accuracy": (tpr + 1 - fpr) / 2,
        "selection_rate": selected,
        "true_positive_rate": tpr,
        "false_positive_rate": fpr,
        "precision": base_rate * tpr / selected,
        "log_loss": base_rate * positive + (1 - base_rate) * negative,
    }


def auc_of_all(populations, share):
    """AUC of all rows: of every pair of groups, from their laws of the probability."""
    grid = np.linspace(-40, 40, 80_001)  # log-odds

    def law(group, label):
        base_rate, shift = populations[group]
        offset = logit(base_rate) - shift**2 / 2
        return stats.norm(shift * shift * label + offset, shift)

    weight = {"few": share, "many": 1 - share}
    total = {0: 0, 1: 0}
    density, below = 0, 0
    for group, (base_rate, _) in populations.items():
        for label, part in ((1, base_rate), (0, 1 - base_rate)):
            total[label] += weight[group] * part
        density += weight[group] * base_rate * law(group, 1).pdf(grid)
        below += weight[group] * (1 - base_rate) * law(group, 0).cdf(grid)
    return np.sum(density * below) * (grid[1] - grid[0]) / (total[0] * total[1])


def covered_by_tables(sample, expected, **given):
    """Share of the samples whose interval has the expected value, by metric and group."""
    inside = 0
    for seed in range(N_SAMPLES):
        y, score, groups, weight = sample(np.random.default_rng(seed))
        table = group_metrics(
            y, score, sensitive_features=groups, sample_weight=weight,
            metrics=list(expected), confidence_level=LEVEL, n_resamples=N_RESAMPLES,
            random_state=seed, **given,
        )  # fmt: skip
        table["expected"] = [expected[row.metric][row.group] for row in table.itertuples()]
        table = table.set_index(["metric", "group"])
        inside += (table["low"] <= table["expected"]) & (table["expected"] <= table["high"])
    return inside / N_SAMPLES


def test_every_quantity():
    # The groups differ, and so do their numbers of rows from sample to sample: what is
    # measured of all rows depends on the share of each group too.
    populations = {"few": (0.3, 1.2), "many": (0.7, 1.6)}
    share = 0.4

    def sample(rng):
        few = rng.random(240) < share
        y, p = np.empty(240, int), np.empty(240)
        for group, rows in (("few", few), ("many", ~few)):
            y[rows], p[rows] = draw(rng, rows.sum(), *populations[group])
        return y, p, np.where(few, "few", "many"), None

    by_group = {group: truths(*population) for group, population in populations.items()}
    expected = {
        name: {group: by_group[group][name] for group in populations} for name in QUANTITIES
    }
    positives = np.array([share * 0.3, (1 - share) * 0.7])
    negatives = np.array([share * 0.7, (1 - share) * 0.3])
    weights = {
        "true_positive_rate": positives,
        "false_positive_rate": negatives,
        "precision": [share, 1 - share]
        * np.array([by_group[group]["selection_rate"] for group in populations]),
    }
    for name, values in expected.items():
        of_groups = [values["few"], values["many"]]
        weight = weights.get(name, [share, 1 - share])
        values["overall"] = np.average(of_groups, weights=weight)
    expected["balanced_accuracy"]["overall"] = (
        expected["true_positive_rate"]["overall"]
        + 1
        - expected["false_positive_rate"]["overall"]
    ) / 2
    expected["auc"]["overall"] = auc_of_all(populations, share)
    covered = covered_by_tables(sample, expected)
    assert covered.index.get_level_values("metric").unique().tolist() == list(QUANTITIES)
    assert covered.between(LEAST, MOST).all(), covered[~covered.between(LEAST, MOST)]


def decisions(rng, n, base_rate, tpr, fpr):
    y = (rng.random(n) < base_rate).astype(int)
    return y, (rng.random(n) < np.where(y == 1, tpr, fpr)).astype(int)


@pytest.mark.parametrize(
    ("metric", "base_rate", "tpr", "fpr", "expected"),
    [
        ("selection_rate", 0.5, 0.95, 0.05, 0.5),
        ("accuracy", 0.4, 0.3, 0.01, 0.4 * 0.3 + 0.6 * 0.99),
    ],
)
def test_what_depends_on_base_rates_is_as_uncertain_as_they_are(
    metric, base_rate, tpr, fpr, expected
):
    def sample(rng):
        return *decisions(rng, 1000, base_rate, tpr, fpr), np.repeat("all", 1000), None

    values = {metric: {"overall": expected, "all": expected}}
    assert covered_by_tables(sample, values).between(LEAST, MOST).all()


def test_selection_of_a_perfect_classifier_is_a_sample_of_labels():
    y = np.random.default_rng(0).integers(2, size=1000)
    table = group_metrics(
        y, y, sensitive_features=np.zeros(1000), metrics=["selection_rate"], random_state=0
    )
    # 2 · 1.96 · sqrt(1/4 / 1000)
    width = table["high"] - table["low"]
    assert width.tolist() == pytest.approx([0.062, 0.062], abs=0.003)


@pytest.mark.parametrize("n", [10, 20, 50])
def test_small_groups(n):
    # Rates near 1, which 10 rows often show as 1, and their resamples too.
    expected = truths(0.5, 3.0)
    del expected["log_loss"]  # see the next test

    def sample(rng):
        y, p = draw(rng, n, 0.5, 3.0)
        y[:2] = 0, 1
        p[:2] = 0.3, 0.7  # somebody is selected
        return y, p, np.repeat("all", n), None

    values = {name: {"overall": v, "all": v} for name, v in expected.items()}
    covered = covered_by_tables(sample, values, labels=[0, 1])
    assert (covered >= LEAST).all(), covered


def test_mean_of_few_losses():
    # Losses of moderate scores. Those of sharp ones have a long tail, which few rows do not
    # show: see the user guide.
    expected = truths(0.5, 1.0)["log_loss"]

    def sample(rng):
        return *draw(rng, 12, 0.5, 1.0), np.repeat("all", 12), None

    values = {"log_loss": {"overall": expected, "all": expected}}
    covered = covered_by_tables(sample, values, labels=[0, 1])
    assert covered.between(LEAST, MOST).all()


def test_weighted_rows_stand_for_others():
    # Positives are sampled half as often as they occur, and weigh twice as much.
    def sample(rng):
        y, p = draw(rng, 200, 0.5, 1.0)
        kept = rng.random(200) < np.where(y == 1, 0.5, 1)
        weight = np.where(y == 1, 2.0, 1.0) * 1e-200
        noise = rng.choice([0.5, 1.5], 200)  # and weights that say nothing
        return y[kept], p[kept], np.repeat("all", kept.sum()), (weight * noise)[kept]

    names = "auc", "accuracy", "selection_rate", "precision", "log_loss"
    true = truths(0.5, 1.0)
    values = {name: {"overall": true[name], "all": true[name]} for name in names}
    covered = covered_by_tables(sample, values)
    assert covered.between(LEAST, MOST).all(), covered.to_string()


def test_three_classes():
    # Each class has its own score, and the rest is a mixture that depends on base rates.
    shares, shift = np.array([0.6, 0.3, 0.1]), np.array([0.5, 1.0, 2.0])

    def draw_three(rng, n):
        y = rng.choice(3, n, p=shares)
        score = rng.normal(size=(n, 3))
        score[np.arange(n), y] += shift[y]
        score[:, 0] += 0.8 * (y == 1)
        return y, score

    y, score = draw_three(np.random.default_rng(10**6), 400_000)
    truth = np.mean(
        [stats.mannwhitneyu(score[y == k, k], score[y != k, k]).statistic
         / (np.sum(y == k) * np.sum(y != k)) for k in range(3)]
    )  # fmt: skip
    right = score.argmax(axis=1) == y
    balanced = np.mean([right[y == k].mean() for k in range(3)])

    def sample(rng):
        return *draw_three(rng, 150), np.repeat("all", 150), None

    values = {"auc": truth, "accuracy": right.mean(), "balanced_accuracy": balanced}
    values = {name: {"overall": v, "all": v} for name, v in values.items()}
    covered = covered_by_tables(sample, values, labels=[0, 1, 2])
    assert covered.between(LEAST, MOST).all(), covered.to_string()


def samples_of(populations, n):
    """For each seed: labels, probabilities and groups of n rows from each population."""
    for seed in range(N_SAMPLES):
        rng = np.random.default_rng(seed)
        parts = [draw(rng, n, *population) for population in populations]
        y, p = (np.concatenate(part) for part in zip(*parts, strict=True))
        yield y, p, np.repeat(np.arange(len(populations)), n), rng


def expected_of_forms(populations):
    """What every metric is in these populations, of which there are as many rows each."""
    values = [truths(*population) for population in populations]
    positive = np.array([base_rate for base_rate, _ in populations])
    of_all = {name: [value[name] for value in values] for name in QUANTITIES}
    selected = of_all["selection_rate"]
    tpr = np.average(of_all["true_positive_rate"], weights=positive)
    fpr = np.average(of_all["false_positive_rate"], weights=1 - positive)
    overall = {
        "accuracy": np.mean(of_all["accuracy"]),
        "balanced_accuracy": (tpr + 1 - fpr) / 2,
        "selection_rate": np.mean(selected),
        "true_positive_rate": tpr,
        "false_positive_rate": fpr,
        "precision": np.average(of_all["precision"], weights=selected),
        "log_loss": np.mean(of_all["log_loss"]),
        "auc": auc_of_all({"few": populations[0], "many": populations[1]}, 0.5),
    }
    expected = {}
    for name, metric in GROUP_METRICS.items():
        if name.startswith("overall"):
            expected[name] = overall[metric.quantity.name]
            continue
        of_groups = [of_all[quantity.name] for quantity in metric.quantities]
        if name.startswith("worst"):
            worst = min if metric.greater_is_better else max
            expected[name] = worst(of_groups[0])
        elif name.endswith("ratio"):
            expected[name] = min(min(group) / max(group) for group in of_groups)
        else:
            expected[name] = max(max(group) - min(group) for group in of_groups)
    return expected


def values_and_draws(y, p, rng):
    """Each quantity of some rows, and its values in resamples."""
    scores = read_scores("probabilities", y, p, labels=[0, 1])
    rows = {reads: scores for reads in ("scores", "probabilities")}
    rows["labels"] = decided(scores, 0.5)
    drawn = resampled_values(rng, QUANTITIES, rows, N_RESAMPLES)
    return {name: (q(rows[q.reads]), drawn[name]) for name, q in QUANTITIES.items()}


@pytest.mark.parametrize(
    "populations",
    [((0.3, 1.0), (0.6, 1.6)), ((0.5, 1.3), (0.5, 1.3))],
    ids=["apart", "equal"],
)
def test_every_form_of_every_quantity(populations):
    expected = expected_of_forms(populations)
    assert set(expected) == set(GROUP_METRICS)
    if populations[0] == populations[1]:  # what is hard there is the largest of noise
        expected = {name: expected[name] for name in expected if "overall" not in name}
    inside = dict.fromkeys(expected, 0)
    for y, p, groups, rng in samples_of(populations, 60):
        of_groups = [values_and_draws(y[groups == g], p[groups == g], rng) for g in (0, 1)]
        of_all = [values_and_draws(y, p, rng)]
        for name, true in expected.items():
            metric = GROUP_METRICS[name]
            scopes = of_groups if metric.form.by_group else of_all
            values, draws = [], []
            for quantity in metric.quantities:
                found = [scope[quantity.name] for scope in scopes]
                values.append(dict(enumerate(value for value, _ in found)))
                draws.append(np.stack([drawn for _, drawn in found], axis=1))
            if not metric.form.by_group:
                values = [value[0] for value in values]
            value = metric.form.value(values)
            low, high = metric.form.interval(draws, LEVEL, value)
            assert low <= value <= high
            inside[name] += low <= true <= high
    for name, count in inside.items():
        assert count / N_SAMPLES >= LEAST, (name, count)
        # Those of the worst of several are wider, and of differences that are near to 0.
        if name.startswith("overall"):
            assert count / N_SAMPLES <= MOST, (name, count)


def test_frontier():
    populations = (0.3, 0.3), (0.6, 2.0)  # so far apart that the order is clear
    expected = expected_of_forms(populations)
    axes = {"fairness": "max_group_auc_disparity", "performance": "overall_auc"}
    inside = dict.fromkeys(axes, 0)
    ax = pyplot.figure().add_subplot()
    for y, p, groups, rng in samples_of(populations, 60):
        ax.clear()
        row = FairnessFrontierDisplay.from_predictions(
            y, {"model": p}, sensitive_features=groups, confidence_level=LEVEL,
            n_resamples=N_RESAMPLES, random_state=rng, ax=ax,
        ).table.loc["model"]  # fmt: skip
        for axis, name in axes.items():
            inside[axis] += row[f"{axis}_low"] <= expected[name] <= row[f"{axis}_high"]
    pyplot.close()
    for count in inside.values():
        assert LEAST <= count / N_SAMPLES <= MOST


def test_difference_of_many_equal_groups():
    # The largest of 28 differences, which in a sample is hardly ever near its true value.
    inside, above = 0, []
    for y, p, groups, rng in samples_of([(0.5, 1.3)] * 8, 40):
        given = y, p, groups, None, N_RESAMPLES, LEVEL, rng
        value, low, _ = measured("max_group_auc_disparity", *given)
        inside += low == 0
        above.append(value)
    assert np.mean(above) > 0.15
    assert inside / N_SAMPLES >= LEAST
