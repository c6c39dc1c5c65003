"""The table of candidates: what each is worth, by group, on rows it was not fitted on."""

import numpy as np
import pandas as pd

from .._utils import cell_codes, cell_counts, group_names
from ..metrics import group_metrics
from ._agreement import group_means, row_losses
from ._base_models import REFERENCE
from ._views import probabilities_of

MIX = "mix"
METRICS = ("log_loss", "auc", "balanced_accuracy")
N_RESAMPLES = 300


def candidate_table(found, weights, mixed, in_use, audit):
    """Compare the mix and its candidates on the audited rows.

    Parameters
    ----------
    found : CrossFitted
    weights : ndarray of shape (n_candidates,)
    mixed : ndarray of shape (n_val, n_classes)
        Cross-fitted logits of the mix.
    in_use : ndarray of shape (n_val, n_classes), or None
        Logits of the reference.
    audit : Audit

    Returns
    -------
    table : DataFrame
        Columns: name, weight (missing for mix and reference), seconds, log_loss (mean
        over groups, nats), and for each metric and group the value, low and high, as in
        ``auc of F``, ``auc of F, low``.
    """
    rows = []
    each = [(MIX, np.nan, sum(found.seconds), mixed)]
    each += [
        (name, weight, seconds, found.logits[:, k])
        for k, (name, weight, seconds) in enumerate(
            zip(found.names, weights, found.seconds, strict=True)
        )
    ]
    if in_use is not None:
        each.append((REFERENCE, np.nan, 0.0, in_use))
    names, n_classes = group_names(audit.names), mixed.shape[1]
    cells = cell_codes(audit.groups, audit.y, n_classes)
    # Without rows of every class a group has neither AUC nor balanced accuracy.
    complete = cell_counts(cells, len(names), n_classes).all()
    metrics = METRICS if complete else METRICS[:1]
    for name, weight, seconds, logits in each:
        losses = group_means(row_losses(logits, audit.y), audit.groups, audit.weight)
        row = {"name": name, "weight": weight, "seconds": seconds}
        row["log_loss"] = losses.mean()
        rows.append(row | _by_group(logits, audit, names, metrics))
    return pd.DataFrame(rows)


def _by_group(logits, audit, names, metrics):
    table = group_metrics(
        audit.y,
        probabilities_of(logits),
        sensitive_features=audit.groups,
        metrics=metrics,
        sample_weight=audit.weight,
        labels=np.arange(logits.shape[1]),
        n_resamples=N_RESAMPLES,
        random_state=0,
    )
    found = {}
    for metric, group, value, low, high in table[
        ["metric", "group", "value", "low", "high"]
    ].itertuples(index=False):
        if group == "overall":
            continue
        at = f"{metric} of {names[int(group)]}"
        found |= {at: value, f"{at}, low": low, f"{at}, high": high}
    return found
