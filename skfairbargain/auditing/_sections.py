"""What a report says beside metrics and verdict, as plain Python values."""

import importlib.metadata
import platform

import numpy as np
from sklearn.utils import _safe_indexing

from .._utils import fitted_attribute, n_rows
from .._version import __version__
from ..inspection import audit_next, label_bias_report
from ._methods import SIMPLE, TODAY
from ._tables import (
    baseline_of,
    calibration_table,
    change_table,
    decisions,
    mix_table,
    weight_table,
)
from ._verdict import title

# Rows that the report lists to be checked.
N_NEXT = 20
LIBRARIES = ("numpy", "pandas", "scikit-learn", "torch", "skorch")


def cell_records(counts):
    return [
        {"group": str(group), "counts": [int(n) for n in row], "n": int(row.sum())}
        for group, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]


def of_recommended(recommended, by_method, measured, rows, threshold):
    """Whom the recommended method serves better or worse, and how calibrated it is."""
    y, groups, _ = rows.measured
    scores = by_method[recommended]

    def right(name):
        at = threshold if name == TODAY else 0.5
        return decisions(by_method[name], rows.classes, at) == y

    baseline = baseline_of(measured, recommended, SIMPLE)
    changes = []
    if baseline is not None:
        changes = change_table(right(recommended), right(baseline), groups, y)
    for change in changes:
        change["label"] = plain(change["label"])
    calibration = []
    if len(rows.classes) == 2:
        positive = scores if scores.ndim == 1 else scores[:, 1]
        if positive.min() >= 0 and positive.max() <= 1:
            calibration = calibration_table(positive, y == rows.classes[1], groups)
    return {
        "baseline": baseline,
        "baseline_title": None if baseline is None else title(baseline),
        "changes": changes,
        "calibration": calibration,
    }


def of_network(models, rows):
    """Learned weights and the rows to check next, where a network was steered."""
    name = "nash"
    if name not in models:
        return {"weights": [], "next": []}
    weight = fitted_attribute(models[name], "applied_weight_")
    weight = weight / (weight.mean() or 1)
    imputed = _imputed(models.get("audited"), rows)
    weights = weight_table(weight, rows.y, rows.classes, imputed)
    for record in weights:
        record["label"] = plain(record["label"])
    found = audit_next(models[name], rows.y, budget=N_NEXT)
    records = [
        {key: plain(v) for key, v in row.items()} for row in found.to_dict("records")
    ]
    return {"weights": weights, "next": records}


def _imputed(model, rows):
    """Probabilities of the groups of training rows, where the features tell of them."""
    if model is None or model.group_model_ is None:
        return None
    if not model.group_model_.is_informative:
        return None
    found = model.group_model_.probabilities(model.encoder_.transform(rows.X))
    return dict(zip(map(str, model.groups_), found.T, strict=True))


def of_mix(models):
    """What an `AuditedClassifier` is made of, and how well it tells groups apart."""
    model = models.get("audited")
    if model is None:
        return {"mix": [], "imputation": None}
    found, sentence = model.group_model_, None
    if found is not None and found.is_informative:
        losses = found.log_loss
        sentence = (
            "The audited rows show which group a training row probably is of: a model of "
            f"the features has a log loss of {losses[found.name]:.2f} where guessing by "
            f"the groups' shares has {losses['prior']:.2f}."
        )
    elif found is not None:
        sentence = "The features do not show which group a row is of."
    return {"mix": mix_table(model.candidates_), "imputation": sentence}


def of_labels(recorded_val, rows):
    if recorded_val is None:
        return {"label_bias": None}
    recorded = _safe_indexing(np.asarray(recorded_val), np.flatnonzero(rows.kept))
    report = label_bias_report(recorded, rows.y_val, rows.groups_val)
    heading = f"{n_rows(report.n_rows)} have both labels; {report.n_different:,} differ."
    return {"label_bias": {"heading": heading, "findings": report.findings}}


def plain(value):
    """A Python value: a NumPy one is not JSON."""
    return value.item() if hasattr(value, "item") else value


def versions():
    found = {"skfairbargain": __version__, "Python": platform.python_version()}
    return found | {name: importlib.metadata.version(name) for name in LIBRARIES}
