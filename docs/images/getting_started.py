"""Draw getting_started.png, the figure of that page; takes some minutes.

Run as ``python docs/images/getting_started.py`` where the package is installed.
"""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pandas as pd
from matplotlib import pyplot
from scipy.stats import t
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairbargain import AuditedClassifier
from skfairbargain.datasets import load_diabetes_progression
from skfairbargain.metrics import group_metrics
from skfairbargain.model_selection import balanced_validation_split

METRICS = {"auc": "AUC", "balanced_accuracy": "balanced accuracy"}
N_SPLITS = 10
RIGHT = "logistic regression, right labels"


def logistic():
    """Make the simple model that balances the classes."""
    return make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))


def measure(seed):
    """Train and measure what the page does, on the split that the seed draws."""
    diabetes = load_diabetes_progression()
    X, y, sex = diabetes.data, diabetes.target, diabetes.sensitive["sex"]
    X_rest, X_test, y_rest, y_test, sex_rest, sex_test = train_test_split(
        X, y, sex, test_size=0.3, stratify=sex + y.astype(str), random_state=seed
    )
    X_train, X_audit, y_train, y_audit, sex_train, sex_audit = balanced_validation_split(
        X_rest, y_rest, sex_rest, per_cell=20, random_state=seed
    )
    missed = y_train[(y_train == 1) & (sex_train == "sex=2")]
    y_recorded = y_train.copy()
    y_recorded[missed.sample(frac=0.7, random_state=seed).index] = 0
    boosting = HistGradientBoostingClassifier(class_weight="balanced", random_state=0)
    models = {
        "logistic regression": logistic().fit(X_train, y_recorded),
        "boosting": boosting.fit(X_train, y_recorded),
        "audited rows alone": logistic().fit(X_audit, y_audit),
        "AuditedClassifier": AuditedClassifier(random_state=0).fit(
            X_train, y_recorded, X_val=X_audit, y_val=y_audit, groups_val=sex_audit
        ),
        RIGHT: logistic().fit(X_train, y_train),
    }
    tables = {
        name: group_metrics(
            y_test,
            model.predict_proba(X_test),
            sensitive_features=sex_test,
            metrics=list(METRICS),
            random_state=0,
        )
        for name, model in models.items()
    }
    return pd.concat(tables, names=["method"]).reset_index("method").assign(seed=seed)


def draw(results):
    """Draw by group what wrong labels cost each method: means over splits, intervals."""
    values = results.pivot_table(
        index=["metric", "group", "seed"], columns="method", values="value"
    )
    costs = values.sub(values.pop(RIGHT), axis=0)
    methods = [name for name in results["method"].unique() if name != RIGHT]
    rows = np.arange(len(methods))[::-1]
    figure, panels = pyplot.subplots(
        1, 2, figsize=(8, 3), sharey=True, layout="constrained"
    )
    for panel, (metric, title) in zip(panels, METRICS.items(), strict=True):
        for group, marker, offset in (("sex=1", "s", 0.13), ("sex=2", "o", -0.13)):
            cost = costs.loc[metric, group][methods]
            half = cost.std() * t.ppf(0.975, len(cost) - 1) / len(cost) ** 0.5
            panel.errorbar(
                cost.mean(), rows + offset, xerr=half, fmt=marker, capsize=3, label=group
            )
        panel.axvline(0, color="grey", linewidth=1)
        panel.set(xlabel=f"{title}, against right labels", yticks=rows, yticklabels=methods)
        panel.grid(axis="x", alpha=0.3)
    handles, _ = panels[0].get_legend_handles_labels()
    labels = ["sex=1, labels right", "sex=2, 70 % of positives wrong"]
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=150)


def main():
    """Measure on all splits, print the means and draw them."""
    results = pd.concat(measure(seed) for seed in range(N_SPLITS))
    means = results.pivot_table(
        index="method", columns=["metric", "group"], values="value", sort=False
    )
    print(means.round(3).to_string())
    draw(results)


if __name__ == "__main__":
    main()
