"""Display of how a model serves each group, with the noise that it is seen through."""

import numpy as np
import pandas as pd

from ..metrics import group_metrics
from ._style import GREY, color, make_axes, metric_title, shown, tidy

# What two labels are drawn by where nothing else is asked for.
SHOWN = ("auc", "true_positive_rate", "selection_rate")


class GroupMetricsDisplay:
    """Metrics by group with bootstrap intervals, one panel for each metric.

    Points whose intervals hardly overlap are a difference to act on. A small group's
    interval is wide: that is a finding as well, and asks for more rows rather than for
    another model.

    Parameters
    ----------
    table : DataFrame
        As `skfairbargain.metrics.group_metrics` returns it.

    Attributes
    ----------
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
        The first panel.
    axes_ : list of matplotlib Axes
        One for each metric.

    See Also
    --------
    skfairbargain.metrics.group_metrics : The numbers, and how the intervals are made.
    FairnessFrontierDisplay : Several models, one point each.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skfairbargain.inspection import GroupMetricsDisplay
    >>> display = GroupMetricsDisplay.from_predictions(
    ...     [0, 1, 0, 1, 0, 1, 0, 1],
    ...     [0.2, 0.9, 0.6, 0.7, 0.3, 0.4, 0.6, 0.8],
    ...     sensitive_features=list("FFFFMMMM"),
    ...     metrics=["auc"],
    ...     random_state=0,
    ... )
    >>> display.table.set_index("group")["value"].to_dict()
    {'overall': 0.875, 'F': 1.0, 'M': 0.75}
    """

    def __init__(self, table):
        self.table = table

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        sensitive_features,
        metrics=None,
        ax=None,
        **parameters,
    ):
        """Measure a fitted classifier on rows it has not seen, and draw.

        Parameters
        ----------
        estimator : classifier
            Fitted; with ``predict_proba``, or else ``decision_function``, whose threshold
            is 0.
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_columns)
            The group of each row.
        metrics : sequence of str, default=None
            As in `skfairbargain.metrics.group_metrics`. None: "auc", "true_positive_rate"
            and "selection_rate"; for three classes or more "auc" and "accuracy".
        ax : matplotlib Axes or list of them, default=None
            As in `plot`.
        **parameters : dict
            Further ones of `skfairbargain.metrics.group_metrics`, such as ``random_state``.

        Returns
        -------
        display : GroupMetricsDisplay
        """
        if hasattr(estimator, "predict_proba"):
            y_score = estimator.predict_proba(X)
        else:
            y_score = estimator.decision_function(X)
            parameters = {"threshold": 0, **parameters}
        parameters = {"labels": estimator.classes_, **parameters}
        return cls.from_predictions(
            y,
            y_score,
            sensitive_features=sensitive_features,
            metrics=metrics,
            ax=ax,
            **parameters,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_score,
        *,
        sensitive_features,
        metrics=None,
        ax=None,
        **parameters,
    ):
        """Measure predictions, and draw.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
        y_score : array-like of shape (n_samples,), (n_samples, 2) or (n_samples, n_classes)
            ``predict_proba`` or ``decision_function``.
        sensitive_features, metrics, ax, **parameters :
            As in `from_estimator`.

        Returns
        -------
        display : GroupMetricsDisplay
        """
        if metrics is None:
            several = np.ndim(y_score) == 2 and np.shape(y_score)[1] > 2
            metrics = ("auc", "accuracy") if several else SHOWN
        table = group_metrics(
            y_true,
            y_score,
            sensitive_features=sensitive_features,
            metrics=metrics,
            **parameters,
        )
        return cls(table).plot(ax)

    def plot(self, ax=None):
        """Draw a point and an interval for each group, and all rows as a band.

        Parameters
        ----------
        ax : matplotlib Axes or list of them, default=None
            Where to draw, one Axes for each metric. None makes a new figure.

        Returns
        -------
        self : GroupMetricsDisplay
        """
        metrics = list(dict.fromkeys(self.table["metric"]))
        n_scopes = len(self.table) // len(metrics)
        self.figure_, self.axes_ = make_axes(
            ax,
            len(metrics),
            size=(1.6 + 3.0 * len(metrics), 1.0 + 0.5 * n_scopes),
        )
        self.ax_ = self.axes_[0]
        for panel, metric in zip(self.axes_, metrics, strict=True):
            self._draw(panel, self.table[self.table["metric"] == metric])
            panel.set_xlabel(metric_title(metric))
            panel.tick_params(axis="y", labelleft=panel is self.ax_)
            tidy(panel)
        return self

    def _draw(self, ax, rows):
        places = np.arange(len(rows))
        value = rows["value"].to_numpy()
        # A value may lie a little outside its interval: quantiles of few resamples.
        around = np.maximum([value - rows["low"], rows["high"] - value], 0)
        for place, shade in zip(places, [GREY] + [color(0)] * len(rows), strict=False):
            if np.isfinite(value[place]):
                arms = around[:, [place]]
                ax.errorbar(value[place], place, xerr=arms, fmt="o", color=shade, capsize=3)
            else:
                ax.text(
                    0.5,
                    place,
                    "undefined",
                    transform=ax.get_yaxis_transform(),
                    ha="center",
                    va="center",
                    color=GREY,
                )
        if np.isfinite(value[0]):
            ax.axvspan(*rows[["low", "high"]].iloc[0], color=GREY, alpha=0.13, linewidth=0)
            ax.axvline(value[0], color=GREY, linewidth=1, zorder=1)
        ax.set_yticks(places, [_described(row) for row in rows.itertuples()])
        ax.set_ylim(len(rows) - 0.4, -0.6)


def _described(row):
    name = "all rows" if row.group == "overall" else shown(row.group)
    words = f"{name}\n{row.n:,} rows"
    return words if pd.isna(row.n_positive) else f"{words}, {row.n_positive:,} positive"
