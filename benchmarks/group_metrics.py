"""Time and memory of group_metrics with bootstrap intervals, one process at a time.

Prints the inputs beside every figure; the bar is 3 s for 50,000 rows, 5 groups and
2,000 resamples. Run as ``python benchmarks/group_metrics.py``.
"""

import resource
import time

import numpy as np

from skfairbargain.metrics import group_metrics

N_SAMPLES, N_GROUPS, N_RESAMPLES, SEED = 50_000, 5, 2_000, 0
CASES = {
    "the default six metrics": {},
    "with sample_weight": {"sample_weight": True},
    "ROC AUC and log loss": {"metrics": ["auc", "log_loss"]},
    "ROC AUC alone": {"metrics": ["auc"]},
}


def main():
    rng = np.random.default_rng(SEED)
    groups = rng.choice(N_GROUPS, N_SAMPLES, p=[0.5, 0.2, 0.15, 0.1, 0.05])
    y = (rng.random(N_SAMPLES) < 0.24).astype(int)
    score = 1 / (1 + np.exp(-rng.normal(size=N_SAMPLES) - 1.2 * y))
    weight = rng.random(N_SAMPLES)
    print(f"{N_SAMPLES:,} rows, {N_GROUPS} groups, {N_RESAMPLES:,} resamples, seed {SEED}")
    for name, options in CASES.items():
        options = dict(options)
        if options.pop("sample_weight", False):
            options["sample_weight"] = weight
        start = time.perf_counter()
        group_metrics(
            y,
            score,
            sensitive_features=groups,
            n_resamples=N_RESAMPLES,
            random_state=SEED,
            **options,
        )
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:26s} {seconds:6.2f} s   peak so far {peak:5.0f} MB")


if __name__ == "__main__":
    main()
