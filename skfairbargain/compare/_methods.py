"""The methods that are compared, and what is measured of each."""

from typing import NamedTuple


class Method(NamedTuple):
    """A way to train: its name for people, and the estimator's parameters."""

    title: str
    parameters: dict


class Metric(NamedTuple):
    """A column of the results: its name for people, and which way is better."""

    title: str
    greater_is_better: bool | None


METHODS = {
    "erm": Method("plain (ERM)", {"bargaining": None, "anchor": 1.0}),
    "one-stage": Method("one-stage", {"bargaining": None}),
    "two-stage": Method("two-stage", {"bargaining": "nash"}),
}

METRICS = {
    "overall_auc": Metric("ROC AUC", True),
    "balanced_accuracy": Metric("balanced accuracy", True),
    "max_group_auc_disparity": Metric("largest group AUC gap", False),
    "worst_group_auc": Metric("worst group AUC", True),
    "conflict_rate": Metric("conflict rate", False),
    "seconds": Metric("seconds", None),
}
