"""Selection rate, whose parity is demographic parity."""

from ._confusion import bins_of_all, of_confusion
from ._forms import difference, overall, ratio, worst_group
from ._quantity import Quantity

__all__ = [
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "overall_selection_rate_score",
    "worst_group_selection_rate_score",
]


@of_confusion
def _selection_rate(matrix):
    return matrix[..., :, 1].sum(axis=-1) / matrix.sum(axis=(-2, -1))


SELECTION_RATE = Quantity(
    name="selection_rate",
    title="selection rate",
    reads="labels",
    bins=bins_of_all,
    formula=_selection_rate,
    multiclass=False,
)


@overall(SELECTION_RATE)
def overall_selection_rate_score(
    y_true,
    y_pred,
    *,
    sensitive_features=None,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Share of all rows that are selected.

    .. math:: P(\hat Y = 1)

    1: everybody is selected; 0: nobody. By itself it is neither good nor bad; it is the
    number that the groups' selection rates are seen against. Groups are accepted and not
    used. Known misuse: maximising it, which selects everybody.

    <parameters>

    See Also
    --------
    demographic_parity_difference : How far apart the groups' rates are.

    Examples
    --------
    >>> from skfairbargain.metrics import overall_selection_rate_score
    >>> overall_selection_rate_score([0, 0, 0, 1, 1], [0, 1, 0, 0, 1])
    0.4
    """


@worst_group(SELECTION_RATE)
def worst_group_selection_rate_score(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Selection rate of the group that is selected least.

    .. math:: \min_g P(\hat Y = 1 \mid A = g)

    1: everybody is selected; 0: nobody of some group is. The harm it measures is a
    benefit that is withheld from a group, so `pos_label` should be the label that
    people want. Known misuse: for a selection that burdens (a search, a refusal) the
    worst group is the one selected most, and a larger value is no improvement.

    <parameters>

    See Also
    --------
    demographic_parity_difference : How far apart the groups are.
    demographic_parity_ratio : The same as a ratio.

    Examples
    --------
    >>> from skfairbargain.metrics import worst_group_selection_rate_score
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> worst_group_selection_rate_score(y_true, y_pred, sensitive_features=groups)
    0.25
    """


@difference(SELECTION_RATE)
def demographic_parity_difference(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Largest difference in selection rate between two groups.

    .. math:: \max_g P(\hat Y = 1 \mid A = g) - \min_g P(\hat Y = 1 \mid A = g)

    0: every group is selected equally often; 1: one always and another never. The harm
    it measures is an allocation, of jobs, credit or attention, that leaves a group out.
    Known misuse: it does not look at the true labels, so that selecting the wrong
    people of a group counts as well as selecting the right ones, and a perfect
    predictor fails it wherever base rates differ.

    <parameters>

    See Also
    --------
    demographic_parity_ratio : The same comparison as a ratio.
    worst_group_selection_rate_score : The level below which no group is.

    Examples
    --------
    >>> from skfairbargain.metrics import demographic_parity_difference
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> demographic_parity_difference(y_true, y_pred, sensitive_features=groups)
    0.5
    """


@ratio(SELECTION_RATE)
def demographic_parity_ratio(
    y_true,
    y_pred,
    *,
    sensitive_features,
    sample_weight=None,
    undefined="raise",
    pos_label=None,
):
    r"""Smallest selection rate of a group over the largest.

    .. math:: \min_g P(\hat Y = 1 \mid A = g) \,/\, \max_g P(\hat Y = 1 \mid A = g)

    1: every group is selected equally often; 0: some group never. The harm is that of
    :func:`demographic_parity_difference`. Known misuse: the "four-fifths rule" of
    United States employment guidelines compares this number with 0.8 as a reason to
    look closer; passing it is no proof of fairness, nor failing it of discrimination.

    <parameters>

    See Also
    --------
    demographic_parity_difference : The same comparison as a difference.

    Examples
    --------
    >>> from skfairbargain.metrics import demographic_parity_ratio
    >>> y_true, y_pred = [0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1]
    >>> groups = list("FFFFMMMM")
    >>> demographic_parity_ratio(y_true, y_pred, sensitive_features=groups)
    0.3333333333333333
    """
