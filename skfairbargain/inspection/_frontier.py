"""Display of many models at once: how well they do, and how evenly."""

import numpy as np
import pandas as pd

from .._utils import mean_and_margin
from ..metrics import GROUP_METRICS, generator, measured
from ._style import (
    GREY,
    color,
    legend_height,
    make_axes,
    marker,
    metric_title,
    shown,
    tidy,
)


class FairnessFrontierDisplay:
    """Models in the plane of performance and fairness, intervals as crosses.

    What is not on the Pareto front can be replaced by a model that is better in one respect
    and no worse in the other. Which point *on* the front to take is a decision about people
    and not a property of the data. Crosses that overlap are models that these rows cannot
    tell apart.

    Parameters
    ----------
    table : DataFrame
        One row a model, indexed by name: columns fairness, fairness_low, fairness_high,
        performance, performance_low, performance_high (NaN without an interval).
    fairness, performance : str
        Names of the metrics, as in `skfairbargain.metrics`.

    Attributes
    ----------
    front : list of str
        The models that no other one beats, from the fairest to the best performing.
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
    axes_ : list of matplotlib Axes

    See Also
    --------
    GroupMetricsDisplay : One model, group by group.

    Notes
    -----
    Model a beats model b if it is as good in both metrics and better in one of them. The
    front is drawn as stairs: with these models, everything to its worse side can be had.

    Intervals of predictions are made of resampled values of each group, as those of
    `skfairbargain.metrics.group_metrics` are. The largest of several noisy differences is
    mostly too large, and so is every resample of it. Therefore an interval of a difference
    or ratio is made of bounds of the differences between any two groups: the lower bounds
    hold for all pairs at once, and reach 0 where the groups may be equal. That of a worst
    group is made of bounds of each group. They contain the truth at least as often as they
    say, and more often where groups are nearly equal or many. Intervals of several runs
    (`from_results`) are Student's, of the mean over the runs: they contain what further
    runs would give on average, and not what the groups differ by.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skfairbargain.inspection import FairnessFrontierDisplay
    >>> y_true, sex = [0, 1, 0, 1, 0, 1, 0, 1], list("FFFFMMMM")
    >>> display = FairnessFrontierDisplay.from_predictions(
    ...     y_true,
    ...     {
    ...         "even": [0.2, 0.9, 0.8, 0.7, 0.2, 0.9, 0.8, 0.7],
    ...         "uneven": [0.2, 0.9, 0.6, 0.7, 0.2, 0.9, 0.8, 0.7],
    ...         "worse": [0.2, 0.9, 0.6, 0.7, 0.9, 0.2, 0.8, 0.7],
    ...     },
    ...     sensitive_features=sex,
    ...     n_resamples=20,
    ...     random_state=0,
    ... )
    >>> display.table["performance"].to_dict()
    {'even': 0.75, 'uneven': 0.875, 'worse': 0.5}
    >>> display.front
    ['even', 'uneven']
    """

    def __init__(self, table, *, fairness, performance):
        self.table = table
        self.fairness = fairness
        self.performance = performance
        self.front = _front(
            table,
            GROUP_METRICS[_known(fairness)].greater_is_better,
            GROUP_METRICS[_known(performance)].greater_is_better,
        )

    @classmethod
    def from_estimators(
        cls,
        estimators,
        X,
        y,
        *,
        sensitive_features,
        fairness="max_group_auc_disparity",
        performance="overall_auc",
        n_resamples=2000,
        confidence_level=0.95,
        random_state=None,
        ax=None,
    ):
        """Measure fitted classifiers on the same unseen rows, and draw.

        Parameters
        ----------
        estimators : dict of str to classifier
            Fitted, with ``predict_proba``; the keys are the names in the legend.
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_columns)
            The group of each row.
        fairness : str, default="max_group_auc_disparity"
            A metric of `skfairbargain.metrics`, by name. One of labels reads the class of
            the largest probability.
        performance : str, default="overall_auc"
            As `fairness`.
        n_resamples : int, default=2000
            Bootstrap resamples; 0 leaves the intervals out.
        confidence_level : float, default=0.95
        random_state : int, RandomState instance, Generator or None, default=None
            Makes the intervals repeatable.
        ax : matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : FairnessFrontierDisplay

        Raises
        ------
        ValueError
            If `estimators` is not a dict, or empty.
        """
        if not hasattr(estimators, "items") or not estimators:
            raise ValueError(
                "`estimators` should be a dict from names to fitted classifiers, with one "
                f"or more of them. Got {estimators!r}."
            )
        models = {
            name: (model.predict_proba(X), model.classes_)
            for name, model in estimators.items()
        }
        return cls._of_models(
            y,
            models,
            sensitive_features,
            {"fairness": fairness, "performance": performance},
            n_resamples,
            confidence_level,
            random_state,
        ).plot(ax)

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_probas,
        *,
        sensitive_features,
        fairness="max_group_auc_disparity",
        performance="overall_auc",
        labels=None,
        n_resamples=2000,
        confidence_level=0.95,
        random_state=None,
        ax=None,
    ):
        """Measure predictions of several models for the same rows, and draw.

        The intervals are those of the class's Notes.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
        y_probas : dict of str to array-like
            ``predict_proba`` of each model, or the column of the larger of two labels.
        sensitive_features, fairness, performance :
            As in `from_estimators`.
        labels : array-like of shape (n_classes,), default=None
            The classes in the order of the columns. None: the sorted labels of `y_true`.
        n_resamples, confidence_level, random_state, ax :
            As in `from_estimators`.

        Returns
        -------
        display : FairnessFrontierDisplay
        """
        models = {name: (proba, labels) for name, proba in y_probas.items()}
        return cls._of_models(
            y_true,
            models,
            sensitive_features,
            {"fairness": fairness, "performance": performance},
            n_resamples,
            confidence_level,
            random_state,
        ).plot(ax)

    @classmethod
    def _of_models(
        cls, y_true, models, sensitive_features, axes, n_resamples, level, random_state
    ):
        """Measure models, each one given by its probabilities and its classes."""
        rng = generator(random_state)
        records = {}
        for name, (proba, labels) in models.items():
            record = records[name] = {}
            for axis, metric in axes.items():
                given = _known(metric), y_true, proba, sensitive_features, labels
                found = measured(*given, n_resamples, level, rng)
                keys = axis, f"{axis}_low", f"{axis}_high"
                record.update(zip(keys, found, strict=True))
        return cls(pd.DataFrame.from_dict(records, orient="index"), **axes)

    @classmethod
    def from_results(
        cls,
        results,
        *,
        fairness="max_group_auc_disparity",
        performance="overall_auc",
        ax=None,
    ):
        """Draw the means over seeds, with Student's 95 % intervals.

        Parameters
        ----------
        results : DataFrame
            One row for each method and seed, with a column "method" and those of the
            metrics.
        fairness : str, default="max_group_auc_disparity"
            Name of a column, which is a metric of `skfairbargain.metrics`.
        performance : str, default="overall_auc"
            As `fairness`.
        ax : matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : FairnessFrontierDisplay
        """
        by_method = results.groupby("method", sort=False)
        parts = {}
        for axis, metric in (("fairness", fairness), ("performance", performance)):
            found = {name: mean_and_margin(v.dropna()) for name, v in by_method[metric]}
            intervals = pd.DataFrame(found, index=["mean", "margin"]).T.rename_axis(
                "method"
            )
            mean, margin = intervals["mean"], intervals["margin"]
            parts |= {
                axis: mean,
                f"{axis}_low": mean - margin,
                f"{axis}_high": mean + margin,
            }
        return cls(pd.DataFrame(parts), fairness=fairness, performance=performance).plot(ax)

    def plot(self, ax=None):
        """Draw the models and the front.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        self : FairnessFrontierDisplay
        """
        self.figure_, self.axes_ = make_axes(
            ax, size=(7.5, max(4.2, legend_height(self.table.index)))
        )
        (self.ax_,) = self.axes_
        if len(self.front) > 1:
            corners = self.table.loc[self.front]
            self.ax_.step(
                corners["fairness"],
                corners["performance"],
                where="post",
                color=GREY,
                linewidth=5,
                alpha=0.3,
                zorder=1,
                label="front",
            )
        for place, (name, row) in enumerate(self.table.iterrows()):
            self.ax_.errorbar(
                row["fairness"],
                row["performance"],
                xerr=_around(row, "fairness"),
                yerr=_around(row, "performance"),
                fmt=marker(place),
                color=color(place),
                markerfacecolor=color(place) if name in self.front else "white",
                markersize=7,
                elinewidth=1,
                capsize=2,
                label=shown(name),
            )
        self.ax_.set(
            xlabel=_axis_title(self.fairness), ylabel=_axis_title(self.performance)
        )
        self.ax_.legend(
            loc="upper left",
            title="filled: on the Pareto front",
            alignment="left",
            bbox_to_anchor=(1.01, 1),
            frameon=False,
            borderaxespad=0,
        )
        tidy(self.ax_)
        return self


def _known(metric):
    if metric not in GROUP_METRICS:
        raise ValueError(
            f"A metric should be among {sorted(GROUP_METRICS)}. Got {metric!r}."
        )
    return metric


def _axis_title(metric):
    better = "higher" if GROUP_METRICS[metric].greater_is_better else "lower"
    return f"{metric_title(metric)}  ({better} is better)"


def _front(table, fairness_up, performance_up):
    """Names of the models that none beats, from the fairest on."""
    costs = np.stack(
        [
            table["fairness"] * (-1 if fairness_up else 1),
            table["performance"] * (-1 if performance_up else 1),
        ],
        axis=1,
    )
    no_worse = (costs[:, None] <= costs[None]).all(axis=2)
    better = (costs[:, None] < costs[None]).any(axis=2)
    beaten = (no_worse & better).any(axis=0)
    order = np.lexsort((costs[:, 1], costs[:, 0]))
    return [table.index[place] for place in order if not beaten[place]]


def _around(row, axis):
    """Lengths of a cross's arms; None without an interval."""
    if np.isnan(row[f"{axis}_low"]):
        return None
    arms = [row[axis] - row[f"{axis}_low"], row[f"{axis}_high"] - row[axis]]
    return np.maximum(arms, 0)[:, None]
