"""Metrics of how a model serves each group, and scorers made of them.

A name's ending tells its direction: ``*_score``, ``*_auc`` and ``*_ratio`` are better when
higher, ``*_disparity``, ``*_difference`` and ``*_loss`` when lower. "Worst" is the smallest
value among the groups, or the largest of a loss; "disparity" and "difference" are the
largest value less the smallest; "ratio" is the smallest over the largest. What fairlearn
has a name for keeps that name.

Each quantity, such as ROC AUC or accuracy, comes in four forms: overall, worst group,
difference and ratio; `get_scorer_names` lists them. The overall form is of all rows
together, whatever their group, and is called like the others, so that one scorer can stand
in for another.

`group_metrics` is all of these quantities for every group, with intervals;
`conflict_rate` and `conflicting_players` look at training weights; `get_scorer` and
`make_group_scorer` make scorers for scikit-learn's searches and cross-validation.
"""

from ._bootstrap import generator
from ._conflict import conflict_rate, conflicting_players
from ._forms import GROUP_METRICS
from ._inputs import row_weights
from ._labels import check_same_kind, checked_labels
from ._measured import measured
from ._paired import paired_measures
from ._quantities import *
from ._scorers import (
    get_scorer,
    get_scorer_names,
    make_group_scorer,
    register_scorers,
    unregister_scorers,
)
from ._table import group_metrics

__all__ = [
    *GROUP_METRICS,
    "conflict_rate",
    "conflicting_players",
    "get_scorer",
    "get_scorer_names",
    "group_metrics",
    "make_group_scorer",
    "register_scorers",
    "unregister_scorers",
]
