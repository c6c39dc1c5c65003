"""Metrics of how a model serves each group, and scorers made of them.

A name's ending tells its direction: ``*_score``, ``*_auc`` and ``*_ratio`` are better when
higher, ``*_disparity``, ``*_difference`` and ``*_loss`` when lower. "Worst" is the smallest
value among the groups, or the largest of a loss; "disparity" and "difference" are the
largest value less the smallest; "ratio" is the smallest over the largest. What fairlearn
has a name for keeps that name.

=====================  ====================================================================
Quantity               Forms
=====================  ====================================================================
ROC AUC                `worst_group_auc`, `max_group_auc_disparity`, `group_auc_ratio`
accuracy               `worst_group_accuracy_score`, `max_group_accuracy_disparity`,
                       `group_accuracy_ratio`
balanced accuracy      `worst_group_balanced_accuracy_score`,
                       `max_group_balanced_accuracy_disparity`,
                       `group_balanced_accuracy_ratio`
true-positive rate     `worst_group_true_positive_rate_score`,
                       `equal_opportunity_difference`, `equal_opportunity_ratio`
false-positive rate    `worst_group_false_positive_rate_loss`,
                       `max_group_false_positive_rate_disparity`,
                       `group_false_positive_rate_ratio`
both of these rates    `equalized_odds_difference`, `equalized_odds_ratio`
selection rate         `worst_group_selection_rate_score`, `demographic_parity_difference`,
                       `demographic_parity_ratio`
log loss               `worst_group_log_loss`, `max_group_log_loss_disparity`,
                       `group_log_loss_ratio`
=====================  ====================================================================

Each quantity but the odds also has an overall form, of all rows together, whatever their
group: `overall_auc`, `overall_accuracy_score`, `overall_balanced_accuracy_score`,
`overall_true_positive_rate_score`, `overall_false_positive_rate_loss`,
`overall_selection_rate_score`, `overall_log_loss`. They are called like the others, so that
one scorer can stand in for another.

`group_metrics` is all of these quantities for every group, with intervals;
`conflict_rate` and `conflicting_players` look at training weights; `get_scorer` and
`make_group_scorer` make scorers for scikit-learn's searches and cross-validation.
"""

from ._accuracy import (
    group_accuracy_ratio,
    group_balanced_accuracy_ratio,
    max_group_accuracy_disparity,
    max_group_balanced_accuracy_disparity,
    worst_group_accuracy_score,
    worst_group_balanced_accuracy_score,
)
from ._conflict import conflict_rate, conflicting_players
from ._forms import GROUP_METRICS
from ._overall import (
    overall_accuracy_score,
    overall_auc,
    overall_balanced_accuracy_score,
    overall_false_positive_rate_loss,
    overall_log_loss,
    overall_selection_rate_score,
    overall_true_positive_rate_score,
)
from ._parity import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equal_opportunity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
)
from ._rates import (
    group_false_positive_rate_ratio,
    max_group_false_positive_rate_disparity,
    worst_group_false_positive_rate_loss,
    worst_group_selection_rate_score,
    worst_group_true_positive_rate_score,
)
from ._score_metrics import (
    group_auc_ratio,
    group_log_loss_ratio,
    max_group_auc_disparity,
    max_group_log_loss_disparity,
    worst_group_auc,
    worst_group_log_loss,
)
from ._scorers import (
    get_scorer,
    get_scorer_names,
    make_group_scorer,
    register_scorers,
    unregister_scorers,
)
from ._table import group_metrics

__all__ = [
    "conflict_rate",
    "conflicting_players",
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "get_scorer",
    "get_scorer_names",
    "group_accuracy_ratio",
    "group_auc_ratio",
    "group_balanced_accuracy_ratio",
    "group_false_positive_rate_ratio",
    "group_log_loss_ratio",
    "group_metrics",
    "make_group_scorer",
    "max_group_accuracy_disparity",
    "max_group_auc_disparity",
    "max_group_balanced_accuracy_disparity",
    "max_group_false_positive_rate_disparity",
    "max_group_log_loss_disparity",
    "overall_accuracy_score",
    "overall_auc",
    "overall_balanced_accuracy_score",
    "overall_false_positive_rate_loss",
    "overall_log_loss",
    "overall_selection_rate_score",
    "overall_true_positive_rate_score",
    "register_scorers",
    "unregister_scorers",
    "worst_group_accuracy_score",
    "worst_group_auc",
    "worst_group_balanced_accuracy_score",
    "worst_group_false_positive_rate_loss",
    "worst_group_log_loss",
    "worst_group_selection_rate_score",
    "worst_group_true_positive_rate_score",
]
