"""How often 95 % intervals cover the truth, and how wide they are, in small groups.

Draws samples from a known population, and counts the intervals of `group_metrics` and of
`FairnessFrontierDisplay` that have the truth inside. Run as
``python benchmarks/interval_coverage.py``; it takes some minutes.
"""

import numpy as np
import pandas as pd
from matplotlib import pyplot
from scipy.stats import norm

from skfairbargain.inspection import FairnessFrontierDisplay
from skfairbargain.metrics import group_metrics

N_SAMPLES, N_RESAMPLES, SEED = 500, 1000, 0
SIZES = (10, 20, 50, 200)
# Share of positives, and how far apart their mean scores are, in standard deviations.
POPULATIONS = {"AUC 0.76": (0.4, 1.0), "AUC 0.98": (0.4, 3.0)}


def draw(rng, n, base_rate, shift):
    """Labels, and the probability of the positive one that is right given a score."""
    y = (rng.random(n) < base_rate).astype(int)
    y[:2] = 0, 1
    return y, probability(rng.normal(size=n) + shift * y, base_rate, shift)


def probability(score, base_rate, shift):
    log_odds = shift * score - shift**2 / 2 + np.log(base_rate / (1 - base_rate))
    return 1 / (1 + np.exp(-log_odds))


def truth(base_rate, shift):
    """What the quantities are in the population, a decision being a probability of 1/2."""
    cut = shift / 2 - np.log(base_rate / (1 - base_rate)) / shift
    tpr, fpr = norm.sf(cut - shift), norm.sf(cut)
    selected = base_rate * tpr + (1 - base_rate) * fpr
    grid = np.linspace(-9, 9 + shift, 40_001)
    step = grid[1] - grid[0]
    p = probability(grid, base_rate, shift)
    loss = -base_rate * norm.pdf(grid - shift) * np.log(p)
    loss -= (1 - base_rate) * norm.pdf(grid) * np.log1p(-p)
    return {
        "auc": norm.cdf(shift / np.sqrt(2)),
        "accuracy": base_rate * tpr + (1 - base_rate) * (1 - fpr),
        "balanced_accuracy": (tpr + 1 - fpr) / 2,
        "selection_rate": selected,
        "true_positive_rate": tpr,
        "false_positive_rate": fpr,
        "precision": base_rate * tpr / selected,
        "log_loss": loss.sum() * step,
    }


def coverage_of_quantities(rng, n, base_rate, shift):
    """Coverage and mean width of each quantity's interval in one group of n rows."""
    true = truth(base_rate, shift)
    found = []
    for seed in range(N_SAMPLES):
        y, p = draw(rng, n, base_rate, shift)
        metrics = [m for m in true if m != "precision" or (p > 0.5).any()]
        table = group_metrics(
            y, p, sensitive_features=["all"] * n, metrics=metrics, labels=[0, 1],
            n_resamples=N_RESAMPLES, random_state=seed,
        )  # fmt: skip
        found.append(table[table["group"] == "all"])
    found = pd.concat(found)
    expected = found["metric"].map(true)
    found["coverage"] = (found["low"] <= expected) & (expected <= found["high"])
    found["width"] = found["high"] - found["low"]
    return found.groupby("metric", sort=False)[["coverage", "width"]].mean()


def coverage_of_forms(rng, sizes, shifts):
    """Coverage and mean width of the frontier's intervals for groups of AUC."""
    truths = norm.cdf(np.array(shifts) / np.sqrt(2))
    true = {
        "worst_group_auc": min(truths),
        "max_group_auc_disparity": max(truths) - min(truths),
        "group_auc_ratio": min(truths) / max(truths),
    }
    found = []
    for seed in range(N_SAMPLES // 2):
        samples = [draw(rng, n, 0.4, shift) for n, shift in zip(sizes, shifts, strict=True)]
        y, p = (np.concatenate(parts) for parts in zip(*samples, strict=True))
        groups = np.repeat(np.arange(len(sizes)), sizes)
        for name, expected in true.items():
            display = FairnessFrontierDisplay.from_predictions(
                y, {"model": p}, sensitive_features=groups, fairness=name,
                n_resamples=N_RESAMPLES, random_state=seed,
            )  # fmt: skip
            pyplot.close(display.figure_)
            row = display.table.iloc[0]
            low, high = row["fairness_low"], row["fairness_high"]
            found.append((name, low <= expected <= high, high - low))
    found = pd.DataFrame(found, columns=["metric", "coverage", "width"])
    return found.groupby("metric", sort=False).mean()


def main():
    pyplot.switch_backend("Agg")
    rng = np.random.default_rng(SEED)
    print(f"{N_SAMPLES:,} samples, {N_RESAMPLES:,} resamples each, seed {SEED}")
    for name, population in POPULATIONS.items():
        for n in SIZES:
            print(f"\none group of {n} rows, {name}")
            print(coverage_of_quantities(rng, n, *population).round(3).to_string())
    for sizes, shifts in (
        ((50, 50), (1.0, 1.0)),
        ((50, 50), (0.5, 1.5)),
        ((200, 200), (0.5, 1.5)),
        ((50, 50, 50, 50, 200), (1.0, 1.0, 1.0, 1.0, 1.0)),
        ((50, 50, 50, 50, 200), (0.5, 0.8, 1.0, 1.2, 1.5)),
    ):
        aucs = norm.cdf(np.array(shifts) / np.sqrt(2)).round(2)
        print(f"\ngroups of {sizes} rows, AUCs {aucs}")
        print(coverage_of_forms(rng, sizes, shifts).round(3).to_string())


if __name__ == "__main__":
    main()
