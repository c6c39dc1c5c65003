"""``skfairbargain compare``: three methods side by side on a CSV file."""

import math
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeRemainingColumn as Remaining
from rich.table import Table

from .._utils import write_csv
from ..protocols import PROTOCOLS
from ._errors import one_sentence_errors

Method = StrEnum("Method", ["erm", "one-stage", "two-stage"])
# Any protocol can serve as the goal, so a new one needs no line here.
Goal = StrEnum("Goal", list(PROTOCOLS))


def compare(
    data: Annotated[
        Path | None,
        typer.Option(help="CSV file with a header line. Default: 442 diabetes patients."),
    ] = None,
    target: Annotated[str | None, typer.Option(help="The column to predict.")] = None,
    sensitive: Annotated[
        str | None,
        typer.Option(
            metavar="COL[,COL]",
            help="Sensitive columns; several are compared as their intersections. They "
            "are not used as features.",
        ),
    ] = None,
    method: Annotated[
        list[Method] | None,
        typer.Option(help="Repeat for several. Default: all three."),
    ] = None,
    goal: Annotated[Goal, typer.Option(help="Fairness goal.")] = Goal.ltr,
    seeds: Annotated[int, typer.Option(min=1, help="Number of random splits.")] = 5,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of each training.")] = 50,
    per_cell: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Validation rows of each group and class. Default: 5, or less where a "
            "group is small.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="CSV file for the result of every run.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Image file for a figure, such as figure.png.")
    ] = None,
):
    """Compare plain training with the one-stage and the two-stage method.

    Every seed draws test rows (30 %), a small balanced validation set and initial
    weights, the same for all methods; only validation and test rows have groups.
    """
    with one_sentence_errors():
        table = _read(data, target, sensitive)
        _check_destinations(output, plot)
        # Here, so that --help and typing errors are answered without a second's wait.
        from ..compare import compare_methods

        methods = [str(name) for name in dict.fromkeys(method or Method)]
        console = Console()
        results = _Results(output)
        interrupted = False
        with _progress(len(methods) * seeds * epochs) as tell:
            try:
                compare_methods(
                    table.data,
                    table.target,
                    table.sensitive,
                    methods=methods,
                    goal=str(goal),
                    n_seeds=seeds,
                    epochs=epochs,
                    per_cell=per_cell or "auto",
                    on_epoch=tell,
                    on_result=results.add,
                )
            except KeyboardInterrupt:
                interrupted = True
        if results.rows:
            _show(table, results.frame(), console, plot)
        if interrupted:
            console.print(f"Interrupted; {len(results.rows)} runs were finished.")
            raise typer.Exit(130)


def _read(data, target, sensitive):
    if data is None:
        if target is not None or sensitive is not None:
            raise ValueError("--target and --sensitive name columns of --data; pass it.")
        from ..datasets import load_diabetes_progression

        return load_diabetes_progression()
    if target is None or sensitive is None:
        raise ValueError("--data needs --target and --sensitive as well.")
    from ._csv import read_csv

    return read_csv(data, target, [column.strip() for column in sensitive.split(",")])


def _check_destinations(output, plot):
    """Refuse files that could not be written after the training."""
    for option, path in (("--output", output), ("--plot", plot)):
        if path is not None and not path.parent.is_dir():
            raise ValueError(f"{option}: there is no folder {str(path.parent)!r}.")
        if path is not None and path.is_dir():
            raise ValueError(f"{option} should name a file. {str(path)!r} is a folder.")
    if plot is not None:
        from .._utils import import_optional

        known = import_optional("matplotlib.backend_bases", extra="plot")
        formats = known.FigureCanvasBase.get_supported_filetypes()
        if plot.suffix.removeprefix(".").lower() not in formats:
            raise ValueError(
                f"--plot should end in one of {', '.join(sorted(formats))}. Got "
                f"{plot.name!r}."
            )


class _Results:
    """Finished runs, written to disk one by one."""

    def __init__(self, path):
        self.path = path
        self.rows = []

    def add(self, row):
        self.rows.append(row)
        if self.path is not None:
            write_csv(self.frame(), self.path)

    def frame(self):
        import pandas as pd

        return pd.DataFrame(self.rows)


@contextmanager
def _progress(total):
    """A bar on standard error, so that standard output is the table alone."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("epochs"),
        Remaining(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("preparing", total=total)

        def tell(method, seed):
            progress.update(task, advance=1, description=f"{method}, seed {seed}")

        yield tell


def _show(table, results, console, plot):
    """Print means and intervals, and draw them."""
    from ..compare import METHODS, METRICS, summarize
    from ..inspection import plot_comparison

    summary = summarize(results)
    methods = {name: METHODS[name].title for name in results["method"].unique()}
    console.print(_printed(summary, methods, METRICS))
    console.print(_explanation(table, results), style="dim")
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
