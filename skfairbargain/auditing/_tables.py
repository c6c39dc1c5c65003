"""The tables of an audit, as lists of records."""

import numpy as np
import pandas as pd
from scipy.stats import beta

from ._methods import TODAY
from ._verdict import WORST

TWO_LABELS = (
    "balanced_accuracy",
    "auc",
    "true_positive_rate",
    "false_positive_rate",
    "selection_rate",
    "accuracy",
)
MORE_LABELS = ("balanced_accuracy", "auc", "accuracy")
# Bins of scores, where a group has enough rows for them.
MOST_BINS = 5
ROWS_A_BIN = 15


def cell_table(groups, y, classes):
    """Rows of each group and label."""
    counts = pd.crosstab(groups, y).reindex(columns=classes.tolist(), fill_value=0)
    return counts.rename_axis(index="group", columns="label")


def metric_table(measured):
    """Every metric of every method in every scope, with intervals."""
    return [
        {
            "method": method,
            "metric": metric,
            "group": scope,
            **_named("value", measured.value(method, metric, scope)),
        }
        for metric in measured.metrics
        for scope in measured.scopes
        for method in measured.models
    ]


def _named(what, numbers):
    return dict(zip((what, "low", "high"), numbers, strict=True))


def difference_table(measured, recommended):
    """The recommended method less each other one, in balanced accuracy and AUC."""
    return [
        {
            "method": recommended,
            "reference": other,
            "metric": metric,
            "group": scope,
            **_named("difference", measured.difference(recommended, other, metric, scope)),
        }
        for other in measured.models
        if other != recommended
        for metric in ("balanced_accuracy", "auc")
        for scope in measured.scopes
    ]


def change_table(right, baseline_right, groups, y):
    """Rows that are decided rightly by one model alone, by group and label.

    Parameters
    ----------
    right, baseline_right : ndarray of shape (n_samples,), bool
    groups, y : ndarray of shape (n_samples,)
    """
    frame = pd.DataFrame({"group": groups, "label": y})
    frame["gained"] = right & ~baseline_right
    frame["lost"] = ~right & baseline_right
    found = frame.groupby(["group", "label"])[["gained", "lost"]].agg(["sum", "size"])
    return [
        {
            "group": group,
            "label": label,
            "n": int(row["gained", "size"]),
            "gained": int(row["gained", "sum"]),
            "lost": int(row["lost", "sum"]),
        }
        for (group, label), row in found.iterrows()
    ]


def calibration_table(scores, is_positive, groups):
    """Mean score and share of positives in bins of the score, by group.

    Bins have equally many rows; intervals are Jeffreys'.
    """
    records = []
    for group in np.unique(groups):
        members = groups == group
        n_bins = int(np.clip(members.sum() // ROWS_A_BIN, 1, MOST_BINS))
        order = np.argsort(scores[members], kind="stable")
        for part in np.array_split(order, n_bins):
            score, positive = scores[members][part], is_positive[members][part]
            n, k = len(part), int(positive.sum())
            low, high = beta.ppf([0.025, 0.975], k + 0.5, n - k + 0.5)
            records.append(
                {
                    "group": str(group),
                    "n": n,
                    "score": float(score.mean()),
                    "share": k / n,
                    "low": float(min(low, k / n)),
                    "high": float(max(high, k / n)),
                }
            )
    return records


def weight_table(weight, y, classes, imputed=None):
    """What the learned weights make of each recorded label: mean and spread.

    Parameters
    ----------
    weight, y : ndarray of shape (n_samples,)
    classes : ndarray of shape (n_classes,)
    imputed : dict of str to ndarray of shape (n_samples,), default=None
        For each group, the probability that a row belongs to it.
    """
    records = []
    for label in classes.tolist():
        of_label = weight[y == label]
        by_group = {
            group: float(np.average(of_label, weights=of_group[y == label]))
            for group, of_group in (imputed or {}).items()
        }
        low, middle, high = np.quantile(of_label, [0.1, 0.5, 0.9])
        records.append(
            {
                "label": label,
                "n": len(of_label),
                "mean": float(of_label.mean()),
                "low": float(low),
                "median": float(middle),
                "high": float(high),
                "unused": float(np.mean(of_label == 0)),
                "by_group": by_group,
            }
        )
    return records


def mix_table(candidates):
    """The candidates of an `AuditedClassifier` by weight, without the mix itself."""
    records = candidates[["name", "weight", "log_loss"]].to_dict("records")
    records = [record for record in records if record["name"] != "mix"]
    return sorted(records, key=lambda record: -record["weight"])


def decisions(scores, classes, threshold=0.5):
    """Decided labels: by a threshold for two classes, else the most probable."""
    if scores.ndim == 1:
        return classes[(scores > threshold).astype(int)]
    if len(classes) == 2:
        return classes[(scores[:, 1] > threshold).astype(int)]
    return classes[scores.argmax(axis=1)]


def baseline_of(measured, recommended, simple):
    """What the recommended method is set against: today's model, or a simple method."""
    if TODAY in measured.models and recommended != TODAY:
        return TODAY
    others = [name for name in simple if name in measured.models and name != recommended]
    values = {n: measured.value(n, "balanced_accuracy", WORST)[0] for n in others}
    return max(values, key=values.get) if values else None
