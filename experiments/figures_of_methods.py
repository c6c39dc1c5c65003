"""Figures of methods: the accuracy–fairness plane, curves over epochs and shares."""

import itertools

import numpy as np

from skfairbargain.compare import summarize

from .panels import DASHES, colors_of, finish, make_panels

MARKERS = "osD^v<>PX*hpd8"


def accuracy_fairness_plane(summary, *, x, y, titles, labels, path, bold=()):
    """Draw every method of every setting as a cross, and the Pareto front.

    Parameters
    ----------
    summary : DataFrame
        Columns ``setting``, ``method``, ``metric``, ``mean``, ``ci95``.
    x, y : str
        Metrics of the axes, both better when higher.
    titles : dict of str to str
        Methods to draw and their names.
    labels : tuple of str
        Names of the axes.
    path : path-like
        File to write.
    bold : collection of str, default=()
        Methods to draw in black, in front of the others.
    """
    settings = summary["setting"].unique()
    figure, axes = make_panels(len(settings))
    drawn = {}
    colors = colors_of(len(titles))
    in_front = _styles_in_front(titles, bold)
    for axis, setting in zip(axes, settings, strict=False):
        of_setting = summary[summary["setting"] == setting]
        mean = of_setting.pivot(index="method", columns="metric", values="mean")
        ci95 = of_setting.pivot(index="method", columns="metric", values="ci95").fillna(0)
        for number, (method, title) in enumerate(titles.items()):
            if method in mean.index:
                style = {"color": colors[number], "marker": MARKERS[number % len(MARKERS)]}
                style |= in_front.get(method, {})
                drawn[title] = axis.errorbar(
                    mean.loc[method, x],
                    mean.loc[method, y],
                    xerr=ci95.loc[method, x],
                    yerr=ci95.loc[method, y],
                    markersize=6,
                    elinewidth=0.8,
                    alpha=0.9,
                    linestyle="none",
                    **style,
                )
        front = pareto_front(mean.loc[mean.index.isin(list(titles)), [x, y]].to_numpy())
        axis.plot(*front.T, color="0.5", linewidth=1, linestyle="--", zorder=0)
        axis.set(title=setting, xlabel=labels[0], ylabel=labels[1])
        # An interval of a few seeds may reach beyond what the metric can be.
        axis.set(
            xlim=(max(axis.get_xlim()[0], 0), min(axis.get_xlim()[1], 1.01)),
            ylim=(max(axis.get_ylim()[0], 0), min(axis.get_ylim()[1], 1.01)),
        )
    finish(figure, axes, len(settings), drawn, path)


def lines(table, *, across, metrics, titles, path, x_label, bold=()):
    """Draw means over seeds with 95 % bands: one row of panels for each setting.

    Parameters
    ----------
    table : DataFrame
        Columns ``setting``, ``method``, `across` and the metrics; one row for each seed
        and value of `across`.
    across : str
        Column of the x axis.
    metrics : dict of str to str
        Columns to draw, a panel each, and their names.
    titles : dict of str to str
        Methods to draw and their names.
    path : path-like
        File to write.
    x_label : str
        Name of the x axis.
    bold : collection of str, default=()
        Methods to draw in black with markers, in front of the others.
    """
    settings = table["setting"].unique()
    figure, axes = make_panels(len(settings) * len(metrics), columns=len(metrics))
    drawn = {}
    colors = colors_of(len(titles))
    in_front = _styles_in_front(titles, bold)
    summary = summarize(table, ["setting", "method", across], list(metrics))
    panels = [(setting, metric) for setting in settings for metric in metrics]
    for axis, (setting, metric) in zip(axes, panels, strict=False):
        here = summary[(summary["setting"] == setting) & (summary["metric"] == metric)]
        for number, (method, title) in enumerate(titles.items()):
            rows = here[here["method"] == method].sort_values(across)
            if rows.empty:
                continue
            at, mean = rows[across], rows["mean"]
            margin = rows["ci95"].fillna(0)
            style = {"color": colors[number], **in_front.get(method, {})}
            dashes = DASHES[number % len(DASHES)]
            (line,) = axis.plot(at, mean, linestyle=dashes, **style)
            band = (np.clip(mean - margin, 0, 1), np.clip(mean + margin, 0, 1))
            shade = 0.6 / max(len(titles), 4)  # many bands lie on top of each other
            axis.fill_between(at, *band, color=style["color"], alpha=shade, linewidth=0)
            drawn[title] = line
        axis.set(title=setting, xlabel=x_label, ylabel=metrics[metric])
    finish(figure, axes, len(panels), drawn, path)


def _styles_in_front(titles, bold):
    """How to draw each method that is to stand out: in black, each with its marker."""
    style = {"color": "black", "linewidth": 2, "markerfacecolor": "white", "zorder": 3}
    chosen = [method for method in titles if method in bold]
    return {
        method: {**style, "marker": marker}
        for method, marker in zip(chosen, itertools.cycle(MARKERS), strict=False)
    }


def pareto_front(points):
    """The points that no other beats in both coordinates, from left to right."""
    order = np.lexsort((-points[:, 1], -points[:, 0]))
    best = np.maximum.accumulate(points[order, 1])
    kept = np.r_[True, best[1:] > best[:-1]]
    return points[order][kept][::-1]
