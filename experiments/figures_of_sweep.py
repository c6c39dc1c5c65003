"""Figures of the sweep: what one parameter does, and two of them together."""

import itertools

import numpy as np

from .files import write_figure
from .panels import COLUMNS, DASHES, colors_of, finish, make_panels


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
    figure, axes = make_panels(n_panels, columns=min(COLUMNS, len(parameters)))
    curves = list(table.groupby(["share", "setting"], sort=False))
    colors = dict(zip(table["setting"].unique(), colors_of(10), strict=False))
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
    finish(figure, axes, len(panels), drawn, path)


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
    settings = with_every_point(table, ["share", *parameters])
    if not settings:
        return False
    table = table[table["setting"].isin(settings)]
    columns = list(itertools.combinations(parameters, 2))
    shares = table["share"].unique()
    rows = list(itertools.product(metrics, shares))
    wide = len(columns) if len(columns) > 1 else len(shares)
    figure, axes = make_panels(len(rows) * len(columns), columns=wide)
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
    write_figure(figure, path)
    return True


def with_every_point(table, parameters):
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
