"""Equalized odds: the true-positive and the false-positive rate at once."""

from ._false_positive_rate import FALSE_POSITIVE_RATE
from ._forms import DIFFERENCE, RATIO, public_metric, values_by_group
from ._true_positive_rate import TRUE_POSITIVE_RATE

__all__ = [
    "equalized_odds_difference",
    "equalized_odds_ratio",
]


RATES = TRUE_POSITIVE_RATE, FALSE_POSITIVE_RATE


def _of_both_rates(form, *, greater_is_better):
    """Decorator: the worst, or the mean, of a form of the two rates."""

    def compute(given):
        if given["agg"] not in ("worst_case", "mean"):
            raise ValueError(
                f"`agg` should be 'worst_case' or 'mean'. Got {given['agg']!r}."
            )
        values = [values_by_group(rate, given) for rate in RATES]
        if given["agg"] == "worst_case":
            return form.value(values)
        return sum(form.value([of_rate]) for of_rate in values) / 2

    return public_metric(
        compute, form=form, quantities=RATES, greater_is_better=greater_is_better
    )


@_of_both_rates(DIFFERENCE, greater_is_better=False)
def equalized_odds_difference(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
    agg="worst_case",
):
    r"""Larger of the differences in true-positive and false-positive rate between groups.

    .. math:: \max_{y \in \{0, 1\}} \left( \max_g P(\hat Y = 1 \mid Y = y, A = g)
              - \min_g P(\hat Y = 1 \mid Y = y, A = g) \right)

    or their mean, by `agg`. 0: given the true label, the decision does not depend on
    the group; 1: it depends on nothing else, for one of the labels. The harm it
    measures is that either kind of mistake falls on some group more than on another.
    Known misuse: with `agg="mean"` a small gap in one rate can hide a large one in the
    other; and together with equal calibration it is out of reach wherever base rates
    differ.

    <parameters>

    See Also
    --------
    equal_opportunity_difference : The true-positive side alone.
    max_group_false_positive_rate_disparity : The false-positive side alone.

    References
    ----------
    Hardt, Price, Srebro, Equality of Opportunity in Supervised Learning, NeurIPS 2016.

    Examples
    --------
    >>> from skfairbargain.metrics import equalized_odds_difference
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> equalized_odds_difference(y_true, y_pred, sensitive_features=groups)
    0.5
    """


@_of_both_rates(RATIO, greater_is_better=True)
def equalized_odds_ratio(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
    agg="worst_case",
):
    r"""Smaller of the ratios of true-positive and of false-positive rate between groups.

    .. math:: \min_{y \in \{0, 1\}} \frac{\min_g P(\hat Y = 1 \mid Y = y, A = g)}
                                         {\max_g P(\hat Y = 1 \mid Y = y, A = g)}

    or their mean, by `agg`. 1: given the true label, the decision does not depend on
    the group; 0: some group's positives, or negatives, are never selected while
    another's are. The harm is that of :func:`equalized_odds_difference`. Known misuse:
    the ratio of two small false-positive rates is mostly noise and decides the result.

    <parameters>

    See Also
    --------
    equalized_odds_difference : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import equalized_odds_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> equalized_odds_ratio(y_true, y_pred, sensitive_features=groups)
    0.0
    """
