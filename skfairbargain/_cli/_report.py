"""What ``skfairbargain compare`` prints: a table, and how it came about."""

import math

from rich.console import Console
from rich.table import Table


def plain_console(**settings):
    """A console that prints names of files and columns as they are, [brackets] included."""
    return Console(markup=False, emoji=False, highlight=False, **settings)


def show(table, results, warned, console, plot):
    """Print means and intervals, and draw them.

    Parameters
    ----------
    table : Bunch
        The data, as of `read_csv`.
    results : DataFrame
    warned : list of str
        What the numbers should be read with.
    console : Console
    plot : Path or None
    """
    from ..compare import METHODS, METRICS, summarize
    from ..inspection import plot_comparison

    summary = summarize(results)
    methods = {name: METHODS[name].title for name in results["method"].unique()}
    console.print(_printed(summary, methods, METRICS))
    console.print(_explanation(table, results), style="dim")
    for sentence in warned:
        console.print(sentence)
    if plot is not None:
        plot_comparison(results, summary, plot, methods=methods, metrics=METRICS)


def _printed(summary, methods, metrics):
    intervals = summary.set_index(["metric", "method"])[["mean", "ci95"]]
    printed = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    printed.add_column("")
    for title in methods.values():
        printed.add_column(title, justify="right")
    arrows = {True: " ↑", False: " ↓", None: ""}
    for metric, (title, greater_is_better) in metrics.items():
        digits = 1 if metric == "seconds" else 3
        cells = [_interval(*intervals.loc[(metric, name)], digits) for name in methods]
        printed.add_row(title + arrows[greater_is_better], *cells)
    return printed


def _interval(mean, ci95, digits):
    text = f"{mean:.{digits}f}"
    return text if math.isnan(ci95) else f"{text} ± {ci95:.{digits}f}"


def _explanation(table, results):
    import numpy as np

    n_groups = len(table.sensitive.drop_duplicates())
    n_classes = len(np.unique(table.target))
    n_seeds = results["seed"].nunique()
    left_out = table.get("n_without_target", 0)
    return (
        f"{len(table.data):,} rows, {n_groups} groups "
        f"({', '.join(table.sensitive.columns)}), {n_classes} classes"
        + (f"; {left_out} rows without a label were left out" if left_out else "")
        + f". Mean ± 95 % confidence interval over {n_seeds} "
        + ("seeds" if n_seeds > 1 else "seed: one alone gives no interval")
        + "; unseen test rows. ↑ higher is better, ↓ lower is better."
    )
