"""The quantities that are compared between groups, each defined once.

A metric is computed from sums of weights over cells of rows that it cannot tell apart,
so that one definition serves the sample itself (one row of sums) and thousands of its
bootstrap resamples (many rows of sums) alike.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .._utils import encode_groups, group_name
from ..exceptions import UndefinedGroupError


@dataclass
class Rows:
    """Labels, outputs and weights of some rows, checked and numbered."""

    y: np.ndarray  # (n,), position of each label in classes
    output: np.ndarray  # (n,) predicted positions, or (n,) or (n, n_classes) scores
    weight: np.ndarray  # (n,), float64, all positive
    classes: np.ndarray  # (n_classes,); of two, the positive one is last

    def __getitem__(self, mask):
        return replace(
            self, y=self.y[mask], output=self.output[mask], weight=self.weight[mask]
        )


class Cells(NamedTuple):
    """Rows numbered by cell; `context` is what the metric's formula knows of the cells."""

    codes: np.ndarray  # (n,)
    n_cells: int
    context: object


class BaseMetric(NamedTuple):
    """One quantity of one group: how rows become cells, and sums over cells a value."""

    title: str
    reads: str  # "labels", "scores" or "probabilities"
    cells: Callable  # Rows -> list of Cells; the metric is the mean over the list
    formula: Callable  # (sums (..., n_cells), context) -> values (...)
    needs: str = "rows"  # or "positives", "negatives", "every class"
    multiclass: bool = True
    greater_is_better: bool = True

    def __call__(self, rows):
        """Value of the metric for these rows."""
        return float(
            np.mean(
                [
                    self.formula(np.bincount(codes, rows.weight, n_cells), context)
                    for codes, n_cells, context in self.cells(rows)
                ]
            )
        )

    def lack(self, rows):
        """What these rows lack for the metric to be defined, in words; None if nothing."""
        counts = np.bincount(rows.y, minlength=len(rows.classes))
        if not counts.any():
            return "no row of positive weight"
        names = [f"sample of class {label!r}" for label in rows.classes.tolist()]
        if len(names) == 2:
            names = ["negative sample", "positive sample"]
        needed = {
            "rows": [],
            "negatives": [0],
            "positives": [1],
            "every class": range(len(names)),
        }[self.needs]
        # The positives first: they are what a small group lacks most often.
        return next((f"no {names[k]}" for k in reversed(needed) if not counts[k]), None)


def group_values(metric, rows, sensitive_features, undefined="raise"):
    """Value of `metric` in each group where it is defined, by group label.

    Raises
    ------
    UndefinedGroupError
        If it is undefined in some group and `undefined` is "raise", or in all groups.
    """
    rows, codes, labels = split(rows, sensitive_features, undefined)
    values, reasons = {}, []
    for code, label in enumerate(labels):
        members = rows[codes == code]
        lack = metric.lack(members)
        if lack is None:
            values[label] = metric(members)
            continue
        reason = f"Group {group_name(label)!r} has {lack}"
        if undefined == "raise":
            raise UndefinedGroupError(
                f"{reason}, so its {metric.title} is undefined. Merge it with another "
                "group, score more rows at a time (fewer folds, or folds stratified by "
                "group and label), or pass undefined='warn' to leave it out."
            )
        reasons.append(reason)
    if not values:
        raise UndefinedGroupError(
            f"No group has a defined {metric.title}. {'. '.join(reasons)}. Score more rows "
            "at a time, or merge groups."
        )
    for reason in reasons:
        warnings.warn(
            f"{reason}, so its {metric.title} is undefined and the group is left out.",
            UserWarning,
            stacklevel=4,
        )
    return values


def split(rows, sensitive_features, undefined):
    """Rows of positive weight, the group code of each, and the groups that they form."""
    if undefined not in ("raise", "warn"):
        raise ValueError(f"`undefined` should be 'raise' or 'warn'. Got {undefined!r}.")
    if sensitive_features is None:
        raise ValueError(
            "`sensitive_features` should hold a group for each row. Got None. Pass the "
            "column, or the columns, that say which group a row belongs to."
        )
    codes, labels = encode_groups(
        sensitive_features, name="sensitive_features", like={"y_true": rows.y}
    )
    weighted = rows.weight > 0
    present, codes = np.unique(codes[weighted], return_inverse=True)
    return rows[weighted], codes, [labels[code] for code in present]


def _confusion_cells(rows):
    shape = len(rows.classes), len(rows.classes) + 1  # the last column: any other label
    return [Cells(rows.y * shape[1] + rows.output, shape[0] * shape[1], shape)]


def _confusion(formula):
    """Let `formula` see sums over cells as matrices (..., true label, predicted label)."""

    def from_sums(sums, shape):
        return formula(sums.reshape(*sums.shape[:-1], *shape))

    return from_sums


def _accuracy(matrix):
    return np.trace(matrix, axis1=-2, axis2=-1) / matrix.sum(axis=(-2, -1))


def _balanced_accuracy(matrix):
    hits = np.diagonal(matrix, axis1=-2, axis2=-1)
    return (hits / matrix.sum(axis=-1)).mean(axis=-1)


def _true_positive_rate(matrix):
    return matrix[..., 1, 1] / matrix[..., 1, :].sum(axis=-1)


def _false_positive_rate(matrix):
    return matrix[..., 0, 1] / matrix[..., 0, :].sum(axis=-1)


def _selection_rate(matrix):
    return matrix[..., :, 1].sum(axis=-1) / matrix.sum(axis=(-2, -1))


class Ranking(NamedTuple):
    """Negatives' cells come first, by score; then the positives', by score."""

    n_negative: int  # cells of negatives
    below: np.ndarray  # for each cell of positives, how many cells of negatives score less
    through: np.ndarray  # and how many score less or the same


def _ranking_cells(rows):
    if rows.output.ndim == 1:
        return [_one_against_rest(rows.y == 1, rows.output)]
    return [
        _one_against_rest(rows.y == k, rows.output[:, k]) for k in range(len(rows.classes))
    ]


def _one_against_rest(positive, score):
    # Negatives between the same two scores of positives are one cell, and conversely:
    # the AUC only sees how many of them there are. It makes the bootstrap cheap.
    negatives, negative_level = np.unique(score[~positive], return_inverse=True)
    positives, positive_level = np.unique(score[positive], return_inverse=True)
    left = np.searchsorted(positives, negatives, "left")
    right = np.searchsorted(positives, negatives, "right")
    places, cell_of_negative = np.unique(left + right, return_inverse=True)
    edges = np.append(cell_of_negative, len(places))
    below = edges[np.searchsorted(negatives, positives, "left")]
    through = edges[np.searchsorted(negatives, positives, "right")]
    ranks, first, cell_of_positive = np.unique(
        below + through, return_index=True, return_inverse=True
    )
    codes = np.empty(len(score), np.int64)
    codes[~positive] = cell_of_negative[negative_level]
    codes[positive] = len(places) + cell_of_positive[positive_level]
    ranking = Ranking(len(places), below[first], through[first])
    return Cells(codes, len(places) + len(ranks), ranking)


def _auc(sums, ranking):
    negative, positive = sums[..., : ranking.n_negative], sums[..., ranking.n_negative :]
    beaten = np.zeros((*sums.shape[:-1], ranking.n_negative + 1))
    np.cumsum(negative, axis=-1, out=beaten[..., 1:])
    total = beaten[..., -1] * positive.sum(axis=-1)
    beaten = beaten[..., ranking.below] + beaten[..., ranking.through]
    return np.einsum("...j,...j->...", positive, beaten) / (2 * total)


def _loss_cells(rows):
    chosen = rows.output
    if chosen.ndim == 1:
        chosen = np.where(rows.y == 1, chosen, 1 - chosen)
    else:
        chosen = chosen[np.arange(len(rows.y)), rows.y]
    levels, codes = np.unique(chosen, return_inverse=True)
    return [Cells(codes, len(levels), -np.log(levels))]


def _mean_loss(sums, loss):
    return sums @ loss / sums.sum(axis=-1)


BASE_METRICS = {
    "auc": BaseMetric("AUC", "scores", _ranking_cells, _auc, "every class"),
    "accuracy": BaseMetric("accuracy", "labels", _confusion_cells, _confusion(_accuracy)),
    "balanced_accuracy": BaseMetric(
        "balanced accuracy",
        "labels",
        _confusion_cells,
        _confusion(_balanced_accuracy),
        "every class",
    ),
    "true_positive_rate": BaseMetric(
        "true-positive rate",
        "labels",
        _confusion_cells,
        _confusion(_true_positive_rate),
        "positives",
        multiclass=False,
    ),
    "false_positive_rate": BaseMetric(
        "false-positive rate",
        "labels",
        _confusion_cells,
        _confusion(_false_positive_rate),
        "negatives",
        multiclass=False,
        greater_is_better=False,
    ),
    "selection_rate": BaseMetric(
        "selection rate",
        "labels",
        _confusion_cells,
        _confusion(_selection_rate),
        multiclass=False,
    ),
    "log_loss": BaseMetric(
        "log loss", "probabilities", _loss_cells, _mean_loss, greater_is_better=False
    ),
}
