"""A table of quantities by group, with bootstrap intervals."""

from numbers import Integral, Real

import numpy as np
import pandas as pd

from .._utils import group_names, warn_user
from ..exceptions import UndefinedGroupError
from ._bootstrap import generator, percentile_interval, resampled_values
from ._inputs import decided, read_scores
from ._quantities import QUANTITIES
from ._values import split

# What is measured by default; without those for two labels where there are more.
DEFAULT_METRICS = (
    "auc",
    "accuracy",
    "balanced_accuracy",
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
)


def group_metrics(
    y_true,
    y_score,
    *,
    sensitive_features,
    metrics=None,
    threshold=0.5,
    sample_weight=None,
    undefined="raise",
    labels=None,
    n_resamples=2000,
    confidence_level=0.95,
    random_state=None,
):
    r"""Metrics of every group and of all rows, with bootstrap confidence intervals.

    A difference between groups means little without the noise that it is seen through: a
    group with ten positives has an AUC that is known to within some 0.2. This is the table
    to look at first.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels.
    y_score : array-like of shape (n_samples,), (n_samples, 2) or (n_samples, n_classes)
        ``predict_proba`` or ``decision_function``. A 1-D score is that of the larger of
        two labels.
    sensitive_features : array-like of shape (n_samples,) or (n_samples, n_columns)
        The group of each row. Several columns are assessed as their intersections.
    metrics : sequence of str, default=None
        Which quantities. None: "auc", "accuracy" and "balanced_accuracy", and for two
        labels "selection_rate", "true_positive_rate" and "false_positive_rate" as well.
        Other quantities are also available, such as "precision", and "log_loss", which
        needs probabilities.
    threshold : float, default=0.5
        A score above it is a positive prediction; 0 goes with ``decision_function``. With
        three classes or more, the prediction is the class of the largest score.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row. A row of weight zero counts as absent.
    undefined : {"raise", "warn"}, default="raise"
        What to do where a metric is undefined in a group, for want of a label or of a
        positive prediction: an error, or NaN in the table with a warning.
    labels : array-like of shape (n_classes,), default=None
        The classes in the order of the columns. None: the sorted labels of `y_true`.
    n_resamples : int, default=2000
        Bootstrap resamples.
    confidence_level : float, default=0.95
        How often an interval contains the true value, over many samples.
    random_state : int, RandomState instance, Generator or None, default=None
        Makes the intervals repeatable.

    Returns
    -------
    table : DataFrame
        One row for each metric and group, and for each metric a first one of the group
        "overall". Groups that read alike, such as 1 and "1", or like "overall", are written
        with quotes. Columns: metric, group, value, low and high (the interval), n (rows)
        and n_positive (rows of the larger of two labels; missing for other numbers of
        classes).

    Raises
    ------
    UndefinedGroupError
        If a metric is undefined in some group and `undefined` is "raise".
    ValueError
        If the inputs do not fit together, or a parameter is out of its range.

    See Also
    --------
    worst_group_auc : One number for a search to optimise.

    Notes
    -----
    The intervals come from the Bayesian bootstrap: a resample gives each row a random
    weight from the exponential distribution, on top of `sample_weight`. So the labels are
    as random as the rows are, where a metric depends on how frequent they are (selection
    rate, accuracy, log loss), and their frequency cancels out elsewhere. Of all rows, the
    frequency of the groups is random as well. low and high are the :math:`(1 - c)/2` and
    :math:`(1 + c)/2` quantiles over the resamples, with c the confidence level, and always
    contain the value.

    A few rows without a mistake do not prove that there are none. Therefore one row is
    added in the resamples, with a random weight too: half of it right and half of it wrong
    for a rate, and for the AUC a quarter each of a positive and a negative at either end of
    the ranking. Of an unweighted rate, this is Jeffreys' interval. The log loss has no
    largest value that such a row could have: its resamples are spread as in Student's
    interval instead, and of less than two rows (by Kish's effective number) the ends are
    NaN.

    An interval says nothing about the noise of training. How often intervals contain the
    truth in small groups is measured in the user guide.

    References
    ----------
    Rubin, The Bayesian Bootstrap, Annals of Statistics 9(1), 1981.

    Brown, Cai, DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science
    16(2), 2001.

    Examples
    --------
    >>> from skfairbargain.metrics import group_metrics
    >>> y_true = [0, 1, 0, 1, 0, 1, 0, 1]
    >>> y_score = [0.2, 0.9, 0.6, 0.7, 0.3, 0.4, 0.6, 0.8]
    >>> table = group_metrics(
    ...     y_true, y_score, sensitive_features=list("FFFFMMMM"), metrics=["auc"],
    ...     n_resamples=200, random_state=0,
    ... )
    >>> table[["metric", "group", "value", "n", "n_positive"]]
      metric    group  value  n  n_positive
    0    auc  overall  0.875  8           4
    1    auc        F  1.000  4           2
    2    auc        M  0.750  4           2
    """
    _check_parameters(threshold, n_resamples, confidence_level)
    given = y_true, y_score, sample_weight, labels
    scored = read_scores("scores", *given)
    quantities = _chosen(metrics, len(scored.classes))
    scored, codes, groups = split(scored, sensitive_features, undefined)
    inputs = {"scores": scored, "labels": decided(scored, threshold)}
    if any(quantity.reads == "probabilities" for quantity in quantities.values()):
        read = read_scores("probabilities", *given)
        inputs["probabilities"] = read[read.weight > 0]
    rng = generator(random_state)
    scopes = [("overall", np.ones(len(codes), bool))]
    names = group_names(groups, taken=["overall"])
    scopes += [(name, codes == code) for code, name in enumerate(names)]
    records = []
    for group, members in scopes:
        rows = {reads: read[members] for reads, read in inputs.items()}
        n_positive = np.sum(rows["scores"].y == 1)
        defined = {
            name: quantity
            for name, quantity in quantities.items()
            if _is_defined(quantity, rows[quantity.reads], group, undefined)
        }
        drawn = resampled_values(rng, defined, rows, n_resamples)
        for name, quantity in quantities.items():
            value = low = high = np.nan
            if name in defined:
                value = quantity(rows[quantity.reads])
                low, high = percentile_interval(drawn[name], confidence_level, value)
            records.append((name, group, value, low, high, members.sum(), n_positive))
    table = pd.DataFrame(
        records, columns=["metric", "group", "value", "low", "high", "n", "n_positive"]
    )
    if len(scored.classes) != 2:
        table["n_positive"] = pd.array([pd.NA] * len(table), dtype="Int64")
    order = table["metric"].map({name: place for place, name in enumerate(quantities)})
    return table.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def _chosen(metrics, n_classes):
    """The quantities that were asked for, by name; by default what the classes allow."""
    unfit = [name for name, q in QUANTITIES.items() if n_classes != 2 and not q.multiclass]
    if metrics is None:
        metrics = [name for name in DEFAULT_METRICS if name not in unfit]
    metrics = metrics if isinstance(metrics, str) else tuple(metrics)
    strange = [name for name in metrics if name not in QUANTITIES]
    if isinstance(metrics, str) or strange or len(set(metrics)) < len(metrics):
        raise ValueError(
            f"`metrics` should be a list of different names among {sorted(QUANTITIES)}. "
            f"Got {metrics!r}."
        )
    binary = [name for name in metrics if name in unfit]
    if binary:
        rest = [name for name in QUANTITIES if name not in unfit]
        classes = "one class" if n_classes == 1 else f"{n_classes} classes"
        raise ValueError(
            f"With {classes}, `metrics` should be among {rest}. Got {binary}, which need "
            "two labels."
        )
    return {name: QUANTITIES[name] for name in metrics}


def _check_parameters(threshold, n_resamples, confidence_level):
    if not isinstance(threshold, Real):
        raise ValueError(f"`threshold` should be a number. Got {threshold!r}.")
    if not isinstance(n_resamples, Integral) or n_resamples < 1:
        raise ValueError(
            f"`n_resamples` should be a whole number, 1 or more. Got {n_resamples!r}."
        )
    if not isinstance(confidence_level, Real) or not 0 < confidence_level < 1:
        raise ValueError(
            "`confidence_level` should lie between 0 and 1, as 0.95 does. Got "
            f"{confidence_level!r}."
        )


def _is_defined(quantity, rows, group, undefined):
    lack = quantity.lacks(rows)
    if lack is None:
        return True
    reason = f"Group {group!r} has {lack}, so its {quantity.title} is undefined"
    if undefined == "raise":
        raise UndefinedGroupError(
            f"{reason}. Merge it with another group, leave the metric out, or pass "
            "undefined='warn' to have NaN in the table."
        )
    warn_user(f"{reason} and NaN in the table.")
    return False
