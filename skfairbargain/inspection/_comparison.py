"""The figure of a comparison: every method, every seed, with confidence intervals."""

import numpy as np

from .._utils import import_optional, write_figure


def plot_comparison(results, summary, path, *, methods, metrics):
    """Draw a panel for each metric, with a method to a line, and save it.

    Parameters
    ----------
    results : DataFrame
        One row for each run, as `compare_methods` returns it.
    summary : DataFrame
        Its means and intervals, as `summarize` returns them.
    path : str or Path
        Where to; the ending decides the format.
    methods : dict of str to str
        The methods to draw and their titles.
    metrics : dict of str to (str, bool or None)
        The six metrics to draw, their titles, and whether greater is better.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    figure_module = import_optional("matplotlib.figure", extra="plot")
    lines = np.arange(len(methods))
    intervals = summary.set_index(["metric", "method"])[["mean", "ci95"]]
    # A figure of its own, without pyplot, leaves the user's backend and windows alone.
    figure = figure_module.Figure(
        figsize=(11, 1.9 + 0.75 * len(lines)), layout="constrained"
    )
    panels = figure.subplots(2, 3, sharey=True).flat
    better = {True: " (higher is better)", False: " (lower is better)", None: ""}
    for panel, (metric, (title, greater_is_better)) in zip(
        panels, metrics.items(), strict=True
    ):
        for line, method in enumerate(methods):
            seeds = results.loc[results["method"] == method, metric]
            panel.plot(seeds, np.full(len(seeds), line), "o", color="0.75", zorder=1)
            mean, ci95 = intervals.loc[(metric, method)]
            panel.errorbar(
                mean,
                line,
                xerr=np.nan_to_num(ci95),
                fmt="o",
                color=f"C{line}",
                capsize=4,
                zorder=2,
            )
        # The interval of a few seeds may reach beyond what the metric can be.
        low, high = panel.get_xlim()
        panel.set_xlim(max(low, -0.01), high if metric == "seconds" else min(high, 1.01))
        panel.set_title(title + better[greater_is_better], fontsize="medium")
        panel.set_yticks(lines, methods.values())
        panel.grid(axis="x", color="0.9")
        panel.spines[["top", "right", "left"]].set_visible(False)
        panel.tick_params(axis="y", length=0)
        panel.set_ylim(len(lines) - 0.5, -0.5)
    figure.supxlabel("coloured: mean and 95 % confidence interval; grey: seeds", size=9)
    write_figure(figure, path, dpi=150)
    return figure
