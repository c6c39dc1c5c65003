"""Draw biased_labels.png, the figure of the README; takes some minutes.

Run as ``python docs/images/biased_labels.py`` where the package is installed.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression

from skfairbargain import NashMetaClassifier
from skfairbargain.compare import summarize
from skfairbargain.datasets import make_biased_classification
from skfairbargain.metrics import group_metrics

SHARES = [0.0, 0.2, 0.4, 0.6, 0.8]
SEEDS = range(5)
METHODS = {
    "plain training": lambda: NashMetaClassifier(
        bargaining=None, anchor=1.0, max_epochs=30, random_state=0
    ),
    "logistic regression on the audited rows alone": LogisticRegression,
    "NashMetaClassifier": lambda: NashMetaClassifier(max_epochs=30, random_state=0),
}


def measure(share, seed):
    """AUC by group of every method, on clean test labels."""
    train = make_biased_classification(4000, label_bias=share, random_state=3 * seed)
    audit = make_biased_classification(200, random_state=3 * seed + 1)
    test = make_biased_classification(4000, random_state=3 * seed + 2)
    groups = audit.sensitive["group"]
    for name, make in METHODS.items():
        if "alone" in name:
            clf = make().fit(audit.data, audit.target)
        else:
            clf = make().fit(
                train.data,
                train.target,
                X_val=audit.data,
                y_val=audit.target,
                groups_val=groups,
            )
        table = group_metrics(
            test.target,
            clf.predict_proba(test.data),
            sensitive_features=test.sensitive["group"],
            metrics=["auc"],
            n_resamples=1,
        )
        yield from (
            table[["group", "value"]].assign(method=name, share=share).to_dict("records")
        )


def main():
    """Measure and draw."""
    rows = pd.DataFrame(
        [row for share in SHARES for seed in SEEDS for row in measure(share, seed)]
    )
    summary = summarize(rows, ["method", "group", "share"], ["value"])
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots(1, 3, sharey=True)
    titles = {"g1": "wronged group", "g0": "other group", "overall": "all rows"}
    for ax, (group, title) in zip(axes, titles.items(), strict=True):
        for color, method in enumerate(METHODS):
            of_method = summary["method"] == method
            chosen = summary[of_method & (summary["group"] == group)]
            beside = np.array(SHARES) + 0.016 * (color - 1)
            ax.errorbar(
                beside, chosen["mean"], chosen["ci95"], marker="o", ms=4, capsize=3,
                color=f"C{color}", label=method,
            )  # fmt: skip
        ax.set_title(title, fontsize="medium")
        ax.set_xticks(SHARES, [f"{share:.0%}" for share in SHARES])
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="y", color="0.9")
    axes[0].set_ylabel("ROC AUC on clean test labels")
    axes[1].set_xlabel("positives of the wronged group recorded as negative in training")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
