"""Compare recorded labels with audited ones of the same rows, by group."""

import html
from itertools import permutations
from numbers import Real

import numpy as np
import pandas as pd

from .._utils import check_column, check_same_length, encode_groups, group_names, shortly
from ..metrics import check_same_kind, checked_labels, row_weights
from ._label_bias_findings import base_rate_findings, flip_findings, points, with_interval
from ._rate_intervals import effective_rows, jeffreys_interval, paired_interval
from ._style import counted, percent, text_table

# Rows of a table that a printed report shows.
MOST_LINES = 24
FLIPS = "Flipped labels (share of the rows of an audited label, with interval)"
BASE_RATES = "Share of a label (of all rows of the group; difference with paired interval)"


class LabelBiasReport:
    """Differences between recorded and audited labels; from `label_bias_report`.

    Parameters
    ----------
    flips, base_rates :
        The attributes of these names.
    n_rows, n_different : int
        The attributes of these names.

    Attributes
    ----------
    flips : DataFrame
        One row for each group and direction, the group "overall" first. Columns: group,
        audited and recorded (two different labels), n (rows of the group that are audited
        as the first), n_flipped (those of them that are recorded as the second), rate
        (their share), low and high (Jeffreys' interval). NaN where n is 0.
    base_rates : DataFrame
        One row for each group and label; of two labels the positive one only. Columns:
        group, label, n (rows of the group), recorded and audited (share of the label),
        difference (recorded less audited), low and high (its paired interval).
    n_rows, n_different : int
        Rows, and those of them whose labels differ.
    findings : list of str
        What the tables say, in sentences.
    """

    def __init__(self, flips, base_rates, n_rows, n_different):
        self.flips = flips
        self.base_rates = base_rates
        self.n_rows = n_rows
        self.n_different = n_different
        self.findings = [*flip_findings(flips), *base_rate_findings(base_rates)]

    def __str__(self):
        blocks = [self._heading()]
        for title, shown, attribute in self._tables():
            blocks.append(f"{title}\n{_text(shown, attribute)}")
        blocks.append("\n".join(f"- {words}" for words in self.findings))
        return "\n\n".join(blocks)

    __repr__ = __str__

    def _repr_html_(self):
        findings = "".join(f"<li>{html.escape(words)}</li>" for words in self.findings)
        tables = "".join(
            f"<p>{title}</p>{pd.DataFrame(shown).to_html(index=False)}"
            for title, shown, _ in self._tables()
        )
        return f"<p>{self._heading()}</p>{tables}<ul>{findings}</ul>"

    def _tables(self):
        if len(self.flips):  # there are none with a single label
            yield FLIPS, _shown_flips(self.flips), "flips"
        yield BASE_RATES, _shown_base_rates(self.base_rates), "base_rates"

    def _heading(self):
        n_groups = self.base_rates["group"].nunique() - 1  # without "overall"
        return (
            f"{counted(self.n_rows, 'row')} with both labels, "
            f"{counted(n_groups, 'group')}. The labels of {self.n_different:,} differ "
            f"({percent(self.n_different / self.n_rows)})."
        )


def label_bias_report(
    y_recorded,
    y_audited,
    groups,
    *,
    pos_label=None,
    sample_weight=None,
    confidence_level=0.95,
):
    r"""Report by group how recorded labels differ from audited ones of the same rows.

    If the rows that were audited have kept the labels that were recorded, they show what
    the labels of the training rows suffer from: which labels are wrong, in which direction
    and in which groups, and what that does to the groups' base rates.

    Parameters
    ----------
    y_recorded : array-like of shape (n_samples,)
        Labels as they were recorded.
    y_audited : array-like of shape (n_samples,)
        Labels of the same rows after the audit, in the same order.
    groups : array-like or DataFrame of shape (n_samples,) or (n_samples, n_columns)
        The group of each row. Several columns are compared as their intersections.
    pos_label : label, default=None
        The label whose share the base rates are. None: the larger of two labels, and each
        of more labels.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each row, such as one over its probability of being audited. A row of
        weight zero counts as absent.
    confidence_level : float, default=0.95
        How often an interval contains the true value, over many samples.

    Returns
    -------
    report : LabelBiasReport
        Print it, or read its ``flips``, ``base_rates`` and ``findings``.

    Raises
    ------
    ValueError
        If the lengths differ, a label or a group is missing, or labels are of two kinds.

    See Also
    --------
    audit_size : The rows that it takes to see a gap.
    validation_report : Whether audited rows are good enough to train with.

    Notes
    -----
    A flip rate is :math:`P(\text{recorded} = b \mid \text{audited} = a, \text{group})`
    with Jeffreys' interval, which is what `group_metrics` gives a rate. The difference of
    the base rates is that of two labels of the same rows, so that only the flipped rows
    make it uncertain; its interval is that of Bonett and Price. Weighted rates have the
    intervals of Kish's effective number of rows, :math:`(\sum w)^2 / \sum w^2`.

    The rates are those of the rows that were audited. Rows that were chosen by their
    recorded label, for example equally many of each, need weights that undo the choice:
    without them neither the flip rates nor the base rates are those of all rows. Each
    interval stands for itself: of many groups, some differ by chance.

    A difference says that recorded and audited label disagree. That the audited one is
    right is a premise.

    References
    ----------
    Bonett, Price, Adjusted Wald Confidence Interval for a Difference of Binomial
    Proportions Based on Paired Data, Journal of Educational and Behavioral Statistics
    37(4), 2012.

    Brown, Cai, DasGupta, Interval Estimation for a Binomial Proportion, Statistical Science
    16(2), 2001.

    Examples
    --------
    >>> from skfairbargain.datasets import make_biased_classification
    >>> from skfairbargain.inspection import label_bias_report
    >>> made = make_biased_classification(400, label_bias=0.3, random_state=0)
    >>> report = label_bias_report(
    ...     made.target, made.clean_target, made.sensitive["group"]
    ... )
    >>> report.flips.set_index(["group", "audited", "recorded"])["rate"].round(2).to_dict()
    ... # doctest: +NORMALIZE_WHITESPACE
    {('overall', 0, 1): 0.0, ('overall', 1, 0): 0.1, ('g0', 0, 1): 0.0,
     ('g0', 1, 0): 0.0, ('g1', 0, 1): 0.0, ('g1', 1, 0): 0.3}
    >>> print(report.findings[0])  # doctest: +NORMALIZE_WHITESPACE
    Rows audited as 1 are recorded as 0 most often in group 'g1': 30 % (20 % to 41 %), and
    least often in group 'g0': 0 % (0 % to 2 %). The intervals do not overlap.
    """
    if not isinstance(confidence_level, Real) or not 0 < confidence_level < 1:
        raise ValueError(
            "`confidence_level` should lie between 0 and 1, as 0.95 does. Got "
            f"{shortly(confidence_level)}."
        )
    check_column(y_recorded, "y_recorded")
    check_column(y_audited, "y_audited")
    recorded = checked_labels(y_recorded, "y_recorded")
    audited = checked_labels(y_audited, "y_audited")
    check_same_length(y_recorded=recorded, y_audited=audited)
    check_same_kind(recorded, audited, "y_recorded", "y_audited", "Map one to the other.")
    codes, labels = encode_groups(groups, like={"y_recorded": recorded})
    if sample_weight is not None:
        check_column(sample_weight, "sample_weight")
    weight = row_weights(sample_weight, y_recorded=recorded)
    classes, codes_of_labels = np.unique(
        np.concatenate([recorded, audited])[np.tile(weight > 0, 2)], return_inverse=True
    )
    rows = pd.DataFrame({"group": codes, "weight": weight})[weight > 0]
    rows["recorded"], rows["audited"] = np.split(codes_of_labels, 2)
    names = group_names(labels, taken=["overall"])
    scopes = [("overall", rows)]
    scopes += [(names[code], members) for code, members in rows.groupby("group")]
    return LabelBiasReport(
        _flips(scopes, classes.tolist(), confidence_level),
        _base_rates(scopes, classes.tolist(), pos_label, confidence_level),
        len(rows),
        int((rows["recorded"] != rows["audited"]).sum()),
    )


def _flips(scopes, classes, confidence_level):
    records = [
        _flip(group, rows, classes, *pair, confidence_level)
        for group, rows in scopes
        for pair in permutations(range(len(classes)), 2)
    ]
    columns = ["group", "audited", "recorded", "n", "n_flipped", "rate", "low", "high"]
    return pd.DataFrame(records, columns=columns)


def _flip(group, rows, classes, audited, recorded, confidence_level):
    members = rows[rows["audited"] == audited]
    flipped = members["recorded"] == recorded
    cell = group, classes[audited], classes[recorded], len(members), int(flipped.sum())
    if members.empty:
        return *cell, np.nan, np.nan, np.nan
    rate = _share(flipped, members)
    interval = jeffreys_interval(rate, effective_rows(members["weight"]), confidence_level)
    return *cell, rate, *interval


def _base_rates(scopes, classes, pos_label, confidence_level):
    records = []
    for group, rows in scopes:
        n = effective_rows(rows["weight"])
        for code in _positive(classes, pos_label):
            recorded, audited = rows["recorded"] == code, rows["audited"] == code
            gained = _share(recorded & ~audited, rows)
            lost = _share(audited & ~recorded, rows)
            interval = paired_interval(gained, lost, n, confidence_level)
            shares = _share(recorded, rows), _share(audited, rows), gained - lost
            records.append((group, classes[code], len(rows), *shares, *interval))
    columns = ["group", "label", "n", "recorded", "audited", "difference", "low", "high"]
    return pd.DataFrame(records, columns=columns)


def _positive(classes, pos_label):
    """Positions of the labels whose share is reported."""
    if pos_label is None:
        return range(len(classes)) if len(classes) > 2 else [len(classes) - 1]
    (label,) = checked_labels([pos_label], "pos_label").tolist()
    if label not in classes:
        raise ValueError(
            f"`pos_label` should be one of the labels {classes}. Got {shortly(label)}."
        )
    return [classes.index(label)]


def _share(chosen, rows):
    """Weighted share of the chosen rows."""
    return float(np.average(chosen, weights=rows["weight"] / rows["weight"].max()))


def _text(columns, attribute):
    """A table as text, cut where it is long."""
    n_lines = len(next(iter(columns.values())))
    shown = {title: values[:MOST_LINES] for title, values in columns.items()}
    more = n_lines - MOST_LINES
    cut = f"\n  {counted(more, 'more row')}: see `{attribute}`." if more > 0 else ""
    return text_table(shown) + cut


def _shown_flips(flips):
    return {
        "group": flips["group"].tolist(),
        "audited": [repr(label) for label in flips["audited"].tolist()],
        "recorded": [repr(label) for label in flips["recorded"].tolist()],
        "rows": [f"{n:,}" for n in flips["n"]],
        "flipped": [f"{n:,}" for n in flips["n_flipped"]],
        "share": [
            "-" if np.isnan(rate) else with_interval(rate, low, high)
            for rate, low, high in flips[["rate", "low", "high"]].itertuples(index=False)
        ],
    }


def _shown_base_rates(base_rates):
    rows = list(base_rates.itertuples(index=False))
    return {
        "group": base_rates["group"].tolist(),
        "label": [repr(row.label) for row in rows],
        "rows": [f"{row.n:,}" for row in rows],
        "recorded": [percent(row.recorded) for row in rows],
        "audited": [percent(row.audited) for row in rows],
        "difference": [points(row.difference, row.low, row.high) for row in rows],
    }
