"""The table of quantities: a row each, which brings its public metrics along.

A row is the file of a quantity. What it declares is public from here on: a function of
`skfairbargain.metrics`, a scorer, a column of `group_metrics`, a line on the API page. The
order of the rows is that in messages and on the page.
"""

# isort: off
from ._auc import *
from ._accuracy import *
from ._balanced_accuracy import *
from ._true_positive_rate import *
from ._false_positive_rate import *
from ._equalized_odds import *
from ._selection_rate import *
from ._log_loss import *
from ._precision import *
# isort: on

from ._forms import GROUP_METRICS

QUANTITIES = {
    metric.quantity.name: metric.quantity
    for metric in GROUP_METRICS.values()
    if metric.quantity is not None
}
