"""Drawings of the synthetic game: paths among the losses, and the plane they come from."""

import math

import numpy as np

from .._utils import import_optional
from ._game import METHODS
from ._objectives import objectives, pareto_front

# The figures of the paper, by the names in METHODS.
FIGURES = {
    "one stage (Figure 2b)": ("ltr", "forml", "meta_gdro"),
    "bargaining (Figure 3)": (
        "bargaining",
        "two_stage_ltr",
        "two_stage_forml",
        "two_stage_meta_gdro",
    ),
    "other aggregators (Figure 5)": ("generalized_mean", "pcgrad", "cagrad", "mgda"),
}
LIMITS = (-22.0, 11.5)
LEGEND_ENTRY = 2.0  # inches; the widest takes more, the others less
LEGEND_LINE = 0.35  # inches
FRONT, LINE, START, END = "#d55e00", "0.45", "white", "black"
STAGES = {1: "#009e73", 2: "#0072b2"}


def plot_game(trajectories, *, axes=None, limits=LIMITS):
    """Draw trajectories among the losses, one panel per method (Figures 2b, 3 and 5).

    Parameters
    ----------
    trajectories : DataFrame
        From `run_game`.
    axes : array of matplotlib Axes, default=None
        One for every method; None makes a figure.
    limits : tuple of (float, float), default=(-22, 11.5)
        Range of both axes.

    Returns
    -------
    figure : matplotlib Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed; it names the extra to install.
    """
    plt = import_optional("matplotlib.pyplot", extra="plot")
    front = pareto_front()
    names = list(dict.fromkeys(trajectories["method"]))
    made = axes is None
    if made:
        names, axes = _panels(plt, _rows(names))
    axes = np.ravel(axes)
    for ax, name in zip(axes, names, strict=True):
        _draw_method(ax, trajectories[trajectories["method"] == name], front)
        ax.set_title(METHODS[name].title if name in METHODS else name)
        ax.set(xlim=limits, ylim=limits, aspect="equal")
    figure = axes[0].figure
    handles, labels = _legend(axes)
    n_columns = min(max(1, int(figure.get_figwidth() / LEGEND_ENTRY)), len(labels))
    if made:
        # Panels of equal sides do not shrink for a legend: it gets room of its own.
        n_lines = math.ceil(len(labels) / n_columns)
        figure.set_figheight(figure.get_figheight() + LEGEND_LINE * n_lines)
    figure.legend(handles, labels, loc="outside lower center", ncols=n_columns)
    return figure


def plot_landscape(trajectories=None, *, axes=None):
    """Draw both losses and their mean over the plane, with the Pareto front.

    Parameters
    ----------
    trajectories : DataFrame, default=None
        From `run_game`, to be drawn on top.
    axes : sequence of 3 matplotlib Axes, default=None
        None makes a figure.

    Returns
    -------
    figure : matplotlib Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed; it names the extra to install.
    """
    plt = import_optional("matplotlib.pyplot", extra="plot")
    front = pareto_front()
    if axes is None:
        _, axes = plt.subplots(
            1, 3, figsize=(11, 4.2), sharex=True, sharey=True, layout="constrained"
        )
    grid = np.linspace(-12, 12, 241)
    points = np.stack(np.meshgrid(grid, grid), axis=-1)
    losses = objectives(points)[0]
    surfaces = {
        "loss of player 1": losses[..., 0],
        "loss of player 2": losses[..., 1],
        "their mean": losses.mean(axis=-1),
    }
    for ax, (title, surface) in zip(axes, surfaces.items(), strict=True):
        drawn = ax.contourf(grid, grid, surface, np.arange(-20, 13, 2), cmap="cividis")
        ax.plot(front["theta_1"], front["theta_2"], color=FRONT, lw=3, label="Pareto front")
        ax.set(title=title, xlabel="$\\theta_1$", xlim=(-12, 12), ylim=(-12, 12))
        ax.set_aspect("equal")
        if trajectories is not None:
            for _, path in trajectories.groupby(["method", "start"], sort=False):
                ax.plot(path["theta_1"], path["theta_2"], color="white", lw=1)
                _mark_ends(ax, path["theta_1"], path["theta_2"])
    axes[0].set_ylabel("$\\theta_2$")
    figure = axes[0].figure
    figure.colorbar(drawn, ax=list(axes), label="loss", shrink=0.8)
    handles, labels = axes[0].get_legend_handles_labels()
    kinds = dict(zip(labels, handles, strict=True))
    figure.legend(kinds.values(), kinds, loc="outside lower center", ncols=len(kinds))
    return figure


def _panels(plt, rows):
    """Make a figure with one panel per method; return the methods and the panels."""
    n_columns = max(map(len, rows.values()))
    _, grid = plt.subplots(
        len(rows),
        n_columns,
        figsize=(3.1 * n_columns, 3.2 * len(rows) + 0.5),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    axes = []
    for row, (figure_title, members) in zip(grid, rows.items(), strict=True):
        row[0].set_ylabel(f"{figure_title}\n\nloss of player 2".lstrip())
        axes += list(row[: len(members)])
        for ax in row[len(members) :]:
            ax.set_axis_off()
    for ax in grid[-1]:
        ax.set_xlabel("loss of player 1")
    return [name for members in rows.values() for name in members], axes


def _rows(names):
    """Which methods each row shows: a figure of the paper, or the rest in the last."""
    rows = {
        title: [name for name in members if name in names]
        for title, members in FIGURES.items()
    }
    drawn = {name for members in rows.values() for name in members}
    rows[""] = [name for name in names if name not in drawn]
    return {title: members for title, members in rows.items() if members}


def _draw_method(ax, trajectories, front):
    ax.axline((0, 0), slope=1, color=LINE, ls="--", lw=1, label="equal losses", zorder=1)
    ax.plot(
        front["loss_1"], front["loss_2"], color=FRONT, lw=3, label="Pareto front", zorder=2
    )
    for _, path in trajectories.groupby("start", sort=False):
        x, y = path["loss_1"].to_numpy(), path["loss_2"].to_numpy()
        bargained = path["agreed"].notna().to_numpy()
        turn = int(np.flatnonzero(bargained)[-1]) if bargained.any() else 0
        if turn:
            ax.plot(x[: turn + 1], y[: turn + 1], color=STAGES[1], lw=1.2, alpha=0.8,
                    label="path, bargaining")  # fmt: skip
        if turn < len(x) - 1:
            ax.plot(x[turn:], y[turn:], color=STAGES[2], lw=1.2, alpha=0.8,
                    label="path, goal or aggregator")  # fmt: skip
        _mark_ends(ax, x, y)


def _mark_ends(ax, x, y):
    x, y = np.asarray(x), np.asarray(y)
    ax.plot(x[0], y[0], "o", color=START, mec="black", ms=6, label="start", zorder=4)
    ax.plot(x[-1], y[-1], "*", color=END, mec="white", mew=0.6, ms=12, label="end",
            zorder=5)  # fmt: skip


def _legend(axes):
    """One entry for every label, from the first panel that has it."""
    kinds = {}
    for ax in axes:
        handles, labels = ax.get_legend_handles_labels()
        for handle, label in zip(handles, labels, strict=True):
            kinds.setdefault(label, handle)
    return list(kinds.values()), list(kinds)
