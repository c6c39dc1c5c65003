"""Figures 1 and 2 (a) of the paper: what a first stage, and a goal alone, change."""

from .claims import TARGETS
from .methods import PAPER_METHODS
from .panels import colors_of, finish, make_panels

WHOSE = {"ours": "here", "paper": "in the paper"}
# Of each metric, its name, and whether higher is better.
METRICS = {
    "overall_auc": ("overall AUC", True),
    "worst_group_auc": ("worst-group AUC", True),
    "max_group_auc_disparity": ("largest gap", False),
}


def two_stage_figure(compared, path):
    """Figure 1: what the first stage changes, in our runs and in the paper's numbers.

    Parameters
    ----------
    compared : DataFrame
        As of `experiments.claims.stages_compared`.
    path : path-like
        File to write.
    """
    figure, axes = make_panels(len(METRICS))
    places = list(dict.fromkeys(zip(compared["setting"], compared["goal"], strict=True)))
    drawn = {}
    for axis, (metric, (title, is_higher)) in zip(axes, METRICS.items(), strict=True):
        rows = compared[compared["metric"] == metric].set_index(["setting", "goal"])
        changes = {
            whose: rows[f"{whose}_change"].astype(float).reindex(places) for whose in WHOSE
        }
        _by_place(axis, changes, places, drawn)
        _finish_axis(axis, title, is_higher, places, first=axis is axes[0])
    _write(figure, axes, places, drawn, path)


def one_stage_figure(beside, path):
    """Figure 2 (a): each goal alone against the baseline, in the metric that it is for.

    Parameters
    ----------
    beside : DataFrame
        As of `experiments.table1.beside_the_paper`.
    path : path-like
        File to write.
    """
    figure, axes = make_panels(len(TARGETS))
    index = beside.set_index(["setting", "method", "metric"])
    places = [(setting,) for setting in beside["setting"].unique()]
    drawn = {}
    for axis, (goal, (_, metric)) in zip(axes, TARGETS.items(), strict=True):
        changes = {}
        for whose, column in (("ours", "mean"), ("paper", "paper_mean")):
            values = index[column].unstack(["method", "metric"])
            values = values.reindex([place[0] for place in places])
            if (goal, metric) in values and ("baseline", metric) in values:
                base = values["baseline", metric]
                changes[whose] = values[goal, metric] / base.where(base > 0) - 1
        _by_place(axis, changes, places, drawn)
        title, is_higher = METRICS[metric]
        title = f"{PAPER_METHODS[goal].title}: {title}"
        _finish_axis(axis, title, is_higher, places, first=axis is axes[0])
    _write(figure, axes, places, drawn, path)


def _by_place(axis, changes, places, drawn):
    """Dots of ours and the paper's, a row for each place."""
    colors = colors_of(len(WHOSE))
    for number, (whose, values) in enumerate(changes.items()):
        at = [row + 0.16 * (2 * number - 1) for row in range(len(places))]
        (dots,) = axis.plot(
            100 * values, at, "os"[number], color=colors[number], markersize=5
        )
        drawn[WHOSE[whose]] = dots


def _finish_axis(axis, title, is_higher, places, *, first):
    axis.axvline(0, color="0.6", linewidth=0.8)
    better = "right" if is_higher else "left"
    axis.set(title=f"{title} (better: {better})", xlabel="change, %")
    axis.set_ylim(len(places) - 0.5, -0.5)
    names = [", ".join(place) for place in places] if first else []
    axis.set_yticks(range(len(places)), names or [""] * len(places))
    axis.grid(axis="y", color="0.92")


def _write(figure, axes, places, drawn, path):
    figure.set_size_inches(13, 1.6 + 0.3 * len(places))
    finish(figure, axes, len(axes), drawn, path)
