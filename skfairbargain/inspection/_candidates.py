"""Display of an `AuditedClassifier`: weights of its candidates, and losses by group."""

import numpy as np
import pandas as pd

from .._utils import fitted_attribute
from ._style import GREY, color, make_axes, marker, metric_title, shown, tidy

METRICS = ("log_loss", "auc", "balanced_accuracy")
# Rows of the table that are no candidates.
MIX, REFERENCE = "mix", "reference"


class CandidatesDisplay:
    """What the mix of an `AuditedClassifier` is made of, and whom each part serves.

    On the left the weight of each candidate in the mix; on the right what each group of the
    audited rows loses by it, cross-fitted, with intervals. The mix is on top, and below it
    the model that was in use, if there is one. Dotted lines are the mix's, so a candidate
    that serves a group better lies left of that group's line (of a loss).

    Parameters
    ----------
    table : DataFrame
        Columns: name (``"mix"``, ``"reference"`` or a candidate), weight (missing for the
        first two), group, value, low and high.
    metric : {"log_loss", "auc", "balanced_accuracy"}, default="log_loss"
        What the values are, in nats or as shares.
    agreed : bool, default=None
        Whether the groups agree on the mix, for the title. None: no title.

    Attributes
    ----------
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
        The panel of the weights.
    axes_ : list of matplotlib Axes
        The panels of the weights and of the groups.

    See Also
    --------
    skfairbargain.AuditedClassifier : Its ``candidates_`` has all three metrics.
    GroupMetricsDisplay : A model on rows that nothing was learned or chosen from.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import pandas as pd
    >>> from skfairbargain.inspection import CandidatesDisplay
    >>> names = ["mix", "mix", "stack", "stack"]
    >>> display = CandidatesDisplay(
    ...     pd.DataFrame(
    ...         {
    ...             "name": names,
    ...             "weight": [None, None, 1, 1],
    ...             "group": ["F", "M", "F", "M"],
    ...             "value": [0.5, 0.4, 0.5, 0.4],
    ...             "low": [0.4, 0.3, 0.4, 0.3],
    ...             "high": [0.6, 0.5, 0.6, 0.5],
    ...         }
    ...     )
    ... ).plot()
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['mix', 'stack']
    """

    def __init__(self, table, metric="log_loss", agreed=None):
        self.table = table
        self.metric = metric
        self.agreed = agreed

    @classmethod
    def from_estimator(cls, estimator, *, metric="log_loss", ax=None):
        """Draw the candidates of a fitted estimator.

        Parameters
        ----------
        estimator : AuditedClassifier
            Fitted with audited rows, or a fitted pipeline or search that ends in one.
        metric : {"log_loss", "auc", "balanced_accuracy"}, default="log_loss"
            The last two are there where every group has rows of every class.
        ax : list of two matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : CandidatesDisplay

        Raises
        ------
        NotFittedError
            If there are no candidates: before `fit`, or without audited rows.
        ValueError
            If the metric is not there.
        """
        candidates, agreed = (
            fitted_attribute(
                estimator,
                attribute,
                kind="AuditedClassifier",
                first="Call fit with audited rows first",
            )
            for attribute in ("candidates_", "agreed_")
        )
        return cls(_by_group(candidates, metric), metric, agreed).plot(ax)

    def plot(self, ax=None):
        """Draw a bar for each weight, and a point with an interval for each group.

        Parameters
        ----------
        ax : list of two matplotlib Axes, default=None
            Where to draw the weights and the groups. None makes a new figure.

        Returns
        -------
        self : CandidatesDisplay
        """
        rows = self._in_order()
        groups = list(dict.fromkeys(self.table["group"]))
        height = 1.2 + len(rows) * (0.22 + 0.13 * len(groups))
        self.figure_, self.axes_ = make_axes(ax, 2, size=(10, height))
        self.ax_, values = self.axes_
        self._draw_weights(self.ax_, rows)
        self._draw_groups(values, rows, groups)
        for panel in self.axes_:
            panel.set_yticks(np.arange(len(rows)), [shown(name) for name in rows.index])
            panel.tick_params(axis="y", labelleft=panel is self.ax_)
            panel.set_ylim(len(rows) - 0.4, -0.6)
            panel.axhline(rows["weight"].isna().sum() - 0.5, color=GREY, linewidth=0.5)
            tidy(panel)
        if self.agreed is not None:
            self.ax_.set_title(self._verdict(rows.index), loc="left", fontsize="medium")
        return self

    def _verdict(self, names):
        if self.agreed:
            return "The groups agree on the mix"
        kept = ": predictions are the reference's" if REFERENCE in names else ""
        return f"The groups do not agree on the mix{kept}"

    def _in_order(self):
        """Names and weights: mix, reference, then the candidates, heaviest first."""
        rows = self.table.drop_duplicates("name").set_index("name")[["weight"]]
        rows = rows.astype(float)
        heaviest = rows.drop(index=[MIX, REFERENCE], errors="ignore").sort_values(
            "weight", ascending=False, kind="stable"
        )
        first = [name for name in (MIX, REFERENCE) if name in rows.index]
        return pd.concat([rows.loc[first], heaviest])

    def _draw_weights(self, ax, rows):
        places = np.arange(len(rows))
        weights = rows["weight"].to_numpy()
        known = np.isfinite(weights)
        ax.barh(places[known], weights[known], height=0.6, color=GREY, alpha=0.6)
        for place, weight in zip(places[known], weights[known], strict=True):
            ax.text(weight, place, f" {weight:.2f}", va="center", fontsize="small")
        ax.set_xlim(0, 1.15 * max(weights[known], default=1))
        ax.set_xlabel("weight in the mix")

    def _draw_groups(self, ax, rows, groups):
        places = np.arange(len(rows))
        apart = 0.7 / len(groups)
        for k, group in enumerate(groups):
            own = self.table[self.table["group"] == group].set_index("name")
            own = own.loc[rows.index]
            aside = apart * (k - (len(groups) - 1) / 2)
            around = np.maximum([own["value"] - own["low"], own["high"] - own["value"]], 0)
            look = {"color": color(k), "marker": marker(k)}
            ax.errorbar(
                own["value"],
                places + aside,
                xerr=around,
                linestyle="none",
                markersize=5,
                elinewidth=1.2,
                label=shown(group),
                **look,
            )
            if MIX in own.index:
                ax.axvline(
                    own.loc[MIX, "value"], color=color(k), linewidth=0.8, linestyle=":"
                )
        better = "lower" if self.metric == "log_loss" else "higher"
        unit = ", nats" if self.metric == "log_loss" else ""
        ax.set_xlabel(
            f"cross-fitted {metric_title(self.metric)}{unit} ({better} is better)"
        )
        ax.legend(
            title="group", loc="upper left", bbox_to_anchor=(1, 1), frameon=False,
            fontsize="small",
        )  # fmt: skip


def _by_group(candidates, metric):
    """The columns of one metric, a row for each candidate and group."""
    found = {one: _columns(candidates, one) for one in METRICS}
    known = [one for one, columns in found.items() if columns]
    if metric not in known:
        raise ValueError(
            f"`metric` should be one of {known}, which every group of the audited rows "
            f"has. Got {metric!r}."
        )
    parts = []
    for value in found[metric]:
        columns = [value, f"{value}, low", f"{value}, high"]
        part = candidates[["name", "weight", *columns]].copy()
        part.columns = ["name", "weight", "value", "low", "high"]
        part.insert(2, "group", value.removeprefix(f"{metric} of "))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _columns(candidates, metric):
    """Names of the columns with a metric's values, which low and high come after."""
    columns = [name for name in candidates if name.startswith(f"{metric} of ")]
    return columns[::3]
