"""Figures of the tables: the accuracy–fairness plane, curves over epochs and shares."""

import itertools

import numpy as np

from skfairbargain._utils import import_optional, write_figure

from .summaries import mean_and_ci

COLUMNS = 3
PANEL = (4.2, 3.4)
MARKERS = "osD^v<>PX*hpd8"
DASHES = ("-", "--", ":", "-.")


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
    figure, axes = _panels(len(settings))
    drawn = {}
    colors = _colors(len(titles))
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
        front = _pareto_front(mean.loc[mean.index.isin(list(titles)), [x, y]].to_numpy())
        axis.plot(*front.T, color="0.5", linewidth=1, linestyle="--", zorder=0)
        axis.set(title=setting, xlabel=labels[0], ylabel=labels[1])
        # An interval of a few seeds may reach beyond what the metric can be.
        axis.set(
            xlim=(max(axis.get_xlim()[0], 0), min(axis.get_xlim()[1], 1.01)),
            ylim=(max(axis.get_ylim()[0], 0), min(axis.get_ylim()[1], 1.01)),
        )
    _finish(figure, axes, len(settings), drawn, path)


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
    figure, axes = _panels(len(settings) * len(metrics), columns=len(metrics))
    drawn = {}
    colors = _colors(len(titles))
    in_front = _styles_in_front(titles, bold)
    panels = [(setting, metric) for setting in settings for metric in metrics]
    for axis, (setting, metric) in zip(axes, panels, strict=False):
        for number, (method, title) in enumerate(titles.items()):
            rows = table[(table["setting"] == setting) & (table["method"] == method)]
            rows = rows.dropna(subset=metric)
            if rows.empty:
                continue
            at, intervals = zip(
                *[(at, mean_and_ci(runs)) for at, runs in rows.groupby(across)[metric]],
                strict=True,
            )
            mean, margin = np.nan_to_num(np.array(intervals)).T
            style = {"color": colors[number], **in_front.get(method, {})}
            dashes = DASHES[number % len(DASHES)]
            (line,) = axis.plot(at, mean, linestyle=dashes, **style)
            band = (np.clip(mean - margin, 0, 1), np.clip(mean + margin, 0, 1))
            shade = 0.6 / max(len(titles), 4)  # many bands lie on top of each other
            axis.fill_between(at, *band, color=style["color"], alpha=shade, linewidth=0)
            drawn[title] = line
        axis.set(title=setting, xlabel=x_label, ylabel=metrics[metric])
    _finish(figure, axes, len(panels), drawn, path)


def effects(table, *, parameters, centre, metrics, path):
    """Draw what changing one parameter of a centre does: a panel for each, on one scale.

    Parameters
    ----------
    table : DataFrame
        One row a run: columns ``setting``, ``share``, the parameters and the metrics.
    parameters : list of str
    centre : dict
        Value of every parameter; a panel shows the rows that differ from it in its
        parameter alone.
    metrics : dict of str to str
        Columns to draw, in panels below each other, and their names.
    path : path-like
        File to write.
    """
    n_panels = len(parameters) * len(metrics)
    figure, axes = _panels(n_panels, columns=min(COLUMNS, len(parameters)))
    curves = list(table.groupby(["share", "setting"], sort=False))
    colors = dict(zip(table["setting"].unique(), _colors(10), strict=False))
    styles = dict(zip(table["share"].unique(), DASHES, strict=False))
    panels = [(metric, parameter) for metric in metrics for parameter in parameters]
    drawn = {}
    for axis, (metric, parameter) in zip(axes, panels, strict=False):
        values = sorted(table[parameter].unique())
        for (share, setting), rows in curves:
            rows = _departing_in([parameter], rows, centre)
            means = rows.groupby(parameter)[metric].mean()
            at = [values.index(value) for value in means.index]
            style = {"color": colors[setting], "linestyle": styles[share]}
            (line,) = axis.plot(at, means.to_numpy(), marker="o", **style)
            drawn[f"{setting}, share {share:g}"] = line
        first = axes[panels.index((metric, parameters[0]))]
        if axis is not first:
            axis.sharey(first)
        axis.set_xticks(range(len(values)), values)
        axis.set(xlabel=parameter, ylabel=metrics[metric])
    _finish(figure, axes, len(panels), drawn, path)


def pairs(table, *, parameters, centre, metrics, path):
    """Draw what changing two parameters of a centre at once does, as maps of numbers.

    A column for each pair, a row for each metric and share, a scale of colors for each row;
    of one pair the shares are side by side.

    Parameters
    ----------
    table, parameters, centre, metrics, path :
        As of `effects`, with all points of a grid. A number is the mean over the seeds and
        over the settings, named on top, that have every point; others would not compare.

    Returns
    -------
    drawn : bool
        False where no setting has every point.
    """
    settings = _with_every_point(table, ["share", *parameters])
    if not settings:
        return False
    table = table[table["setting"].isin(settings)]
    columns = list(itertools.combinations(parameters, 2))
    shares = table["share"].unique()
    rows = list(itertools.product(metrics, shares))
    wide = len(columns) if len(columns) > 1 else len(shares)
    figure, axes = _panels(len(rows) * len(columns), columns=wide)
    for (metric, share), row in zip(rows, np.split(axes, len(rows)), strict=True):
        of_share = table[table["share"] == share]
        maps = [
            _departing_in(pair, of_share, centre).pivot_table(metric, *pair)
            for pair in columns
        ]
        numbers = np.concatenate([each.to_numpy().ravel() for each in maps])
        low, high = numbers.min(), numbers.max()
        for axis, values in zip(row, maps, strict=True):
            axis.imshow(values, vmin=low, vmax=high, cmap="viridis", aspect="auto")
            axis.set_xticks(range(values.shape[1]), values.columns)
            axis.set_yticks(range(values.shape[0]), values.index)
            for at, value in np.ndenumerate(values.to_numpy()):
                color = "white" if value < (low + high) / 2 else "black"
                axis.text(*at[::-1], f"{value:.3f}", color=color, ha="center", va="center")
            axis.set(xlabel=values.columns.name, ylabel=values.index.name)
        row[0].set_title(f"{metrics[metric]}, share {share:g}", loc="left")
    figure.suptitle(f"Means over {', '.join(settings)}")
    _save(figure, path)
    return True


def _with_every_point(table, parameters):
    """The settings that have every combination of the parameters' values."""
    n_points = table[parameters].nunique().prod()
    found = table.drop_duplicates(["setting", *parameters]).value_counts("setting")
    return [name for name in table["setting"].unique() if found[name] == n_points]


def _departing_in(free, table, centre):
    """Rows that are as the centre in all parameters but the free ones."""
    for name, value in centre.items():
        if name not in free:
            table = table[table[name] == value]
    return table


def _panels(n_panels, columns=COLUMNS):
    pyplot = import_optional("matplotlib.pyplot", extra="experiments")
    columns = min(columns, n_panels)
    n_rows = -(-n_panels // columns)
    figure, axes = pyplot.subplots(
        n_rows,
        columns,
        figsize=(PANEL[0] * columns, PANEL[1] * n_rows),
        squeeze=False,
        layout="constrained",
    )
    return figure, axes.ravel()


def _colors(n_colors):
    pyplot = import_optional("matplotlib.pyplot", extra="experiments")
    palette = pyplot.get_cmap("tab20" if n_colors > 10 else "tab10")
    return [palette(number % palette.N) for number in range(n_colors)]


def _styles_in_front(titles, bold):
    """How to draw each method that is to stand out: in black, each with its marker."""
    style = {"color": "black", "linewidth": 2, "markerfacecolor": "white", "zorder": 3}
    chosen = [method for method in titles if method in bold]
    return {
        method: {**style, "marker": marker}
        for method, marker in zip(chosen, itertools.cycle(MARKERS), strict=False)
    }


def _finish(figure, axes, n_panels, drawn, path):
    for axis in axes[n_panels:]:
        axis.set_axis_off()
    columns = max(1, min(5, int(figure.get_figwidth() / 2.3)))
    figure.set_figheight(figure.get_figheight() + 0.2 * -(-len(drawn) // columns))
    figure.legend(
        drawn.values(),
        drawn.keys(),
        loc="outside lower center",
        ncols=columns,
        fontsize="small",
        handlelength=3,
    )
    _save(figure, path)


def _save(figure, path):
    write_figure(figure, path, dpi=120)
    import_optional("matplotlib.pyplot", extra="experiments").close(figure)


def _pareto_front(points):
    """The points that no other beats in both coordinates, from left to right."""
    order = np.lexsort((-points[:, 1], -points[:, 0]))
    best = np.maximum.accumulate(points[order, 1])
    kept = np.r_[True, best[1:] > best[:-1]]
    return points[order][kept][::-1]
