"""Figures of the tables: the accuracy–fairness plane, curves over epochs and shares."""

import numpy as np

from .._optional import import_optional

COLUMNS = 3
PANEL = (4.2, 3.4)
MARKERS = "osD^v<>PX*hpd8"


def accuracy_fairness_plane(summary, *, x, y, titles, labels, path):
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
    """
    settings = summary["setting"].unique()
    figure, axes = _panels(len(settings))
    drawn = {}
    colors = _colors(len(titles))
    for axis, setting in zip(axes, settings, strict=False):
        of_setting = summary[summary["setting"] == setting]
        mean = of_setting.pivot(index="method", columns="metric", values="mean")
        ci95 = of_setting.pivot(index="method", columns="metric", values="ci95").fillna(0)
        for number, (method, title) in enumerate(titles.items()):
            if method in mean.index:
                drawn[title] = axis.errorbar(
                    mean.loc[method, x],
                    mean.loc[method, y],
                    xerr=ci95.loc[method, x],
                    yerr=ci95.loc[method, y],
                    fmt=MARKERS[number % len(MARKERS)],
                    color=colors[number],
                    markersize=6,
                    elinewidth=0.8,
                    alpha=0.9,
                )
        front = _pareto_front(mean.loc[mean.index.isin(list(titles)), [x, y]].to_numpy())
        axis.plot(*front.T, color="0.5", linewidth=1, linestyle="--", zorder=0)
        axis.set(title=setting, xlabel=labels[0], ylabel=labels[1])
    _finish(figure, axes, len(settings), drawn, path)


def lines(table, *, across, metrics, titles, path, x_label):
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
    """
    settings = table["setting"].unique()
    figure, axes = _panels(len(settings) * len(metrics), columns=len(metrics))
    drawn = {}
    colors = _colors(len(titles))
    panels = [(setting, metric) for setting in settings for metric in metrics]
    for axis, (setting, metric) in zip(axes, panels, strict=False):
        for number, (method, title) in enumerate(titles.items()):
            rows = table[(table["setting"] == setting) & (table["method"] == method)]
            rows = rows.dropna(subset=metric)
            if rows.empty:
                continue
            of_value = rows.groupby(across)[metric].agg(["mean", "std", "count"])
            margin = 1.96 * of_value["std"].fillna(0) / np.sqrt(of_value["count"])
            (line,) = axis.plot(of_value.index, of_value["mean"], color=colors[number])
            axis.fill_between(
                of_value.index,
                of_value["mean"] - margin,
                of_value["mean"] + margin,
                color=colors[number],
                alpha=0.15,
                linewidth=0,
            )
            drawn[title] = line
        axis.set(title=f"{setting}: {metrics[metric]}", xlabel=x_label)
    _finish(figure, axes, len(panels), drawn, path)


def _panels(n_panels, columns=COLUMNS):
    pyplot = import_optional("matplotlib.pyplot", extra="experiments")
    columns = min(columns, n_panels)
    n_rows = -(-n_panels // columns)
    figure, axes = pyplot.subplots(
        n_rows,
        columns,
        figsize=(PANEL[0] * columns, PANEL[1] * n_rows + 0.9),
        squeeze=False,
        layout="constrained",
    )
    return figure, axes.ravel()


def _colors(n_colors):
    pyplot = import_optional("matplotlib.pyplot", extra="experiments")
    palette = pyplot.get_cmap("tab20" if n_colors > 10 else "tab10")
    return [palette(number % palette.N) for number in range(n_colors)]


def _finish(figure, axes, n_panels, drawn, path):
    for axis in axes[n_panels:]:
        axis.set_axis_off()
    figure.legend(
        drawn.values(), drawn.keys(), loc="outside lower center", ncols=4, fontsize="small"
    )
    figure.savefig(path, dpi=120)
    import_optional("matplotlib.pyplot", extra="experiments").close(figure)


def _pareto_front(points):
    """The points that no other beats in both coordinates, from left to right."""
    order = np.argsort(-points[:, 0], kind="stable")
    best = np.maximum.accumulate(points[order, 1])
    kept = np.r_[True, best[1:] > best[:-1]]
    return points[order][kept][::-1]
