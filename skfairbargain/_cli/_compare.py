"""``skfairbargain compare``: three methods side by side on a CSV file."""

from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeRemainingColumn as Remaining

from .._utils import write_csv
from ..exceptions import SmallGroupWarning
from ..protocols import PROTOCOLS
from ._errors import one_line_warnings, one_sentence_errors
from ._paths import a_path, check_destinations
from ._report import plain_console, show

Method = StrEnum("Method", ["erm", "one-stage", "two-stage"])
# Any protocol can serve as the goal, so a new one needs no line here.
Goal = StrEnum("Goal", list(PROTOCOLS))
MissingGroup = StrEnum("MissingGroup", ["drop", "keep"])
SmallGroups = StrEnum("SmallGroups", ["leave_out", "keep"])


def compare(
    data: Annotated[
        Path | None,
        typer.Option(
            parser=a_path,
            metavar="FILE",
            help="CSV file with a header line. Default: 442 diabetes patients.",
        ),
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
            help="Validation rows of each group and class. Default: 5, or less where "
            "fewer than two groups have 20 rows of every class.",
        ),
    ] = None,
    missing_group: Annotated[
        MissingGroup | None,
        typer.Option(
            help="Rows whose sensitive column is empty: leave them out, or keep them as a "
            "group of their own. Default: an error that counts them.",
        ),
    ] = None,
    small_groups: Annotated[
        SmallGroups,
        typer.Option(
            help="Groups that are too small for the validation set and a test: train on "
            "their rows without comparing them, or compare them as well."
        ),
    ] = SmallGroups.leave_out,
    output: Annotated[
        Path | None,
        typer.Option(
            parser=a_path, metavar="FILE", help="CSV file for the result of every run."
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            parser=a_path, metavar="FILE", help="Image file for a figure, as figure.png."
        ),
    ] = None,
):
    """Compare plain training with the one-stage and the two-stage method.

    Every seed draws test rows (30 %), a small balanced validation set and initial
    weights, the same for all methods; only validation and test rows have groups.
    """
    with one_sentence_errors():
        check_destinations(output, plot)
        table = _read(data, target, sensitive, missing_group)
        for note in table.get("notes", ()):
            typer.echo(f"Note: {note}", err=True)
        # Here, so that --help and typing errors are answered without a second's wait.
        from ..compare import compare_methods

        methods = [str(name) for name in dict.fromkeys(method or Method)]
        console = plain_console()
        results = _Results(output)
        interrupted = False
        with (
            _progress(len(methods) * seeds * epochs) as tell,
            one_line_warnings() as warned,
        ):
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
                    small_groups=str(small_groups),
                    on_epoch=tell,
                    on_result=results.add,
                )
            except KeyboardInterrupt:
                interrupted = True
        if results.rows:
            of_groups = [str(one) for one in warned if isinstance(one, SmallGroupWarning)]
            show(table, results.frame(), of_groups, console, plot)
        if interrupted:
            console.print(f"Interrupted; {len(results.rows)} runs were finished.")
            raise typer.Exit(130)


def _read(data, target, sensitive, missing_group):
    if data is None:
        if target is not None or sensitive is not None:
            raise ValueError("--target and --sensitive name columns of --data; pass it.")
        from ..datasets import load_diabetes_progression

        return load_diabetes_progression()
    if target is None or sensitive is None:
        raise ValueError("--data needs --target and --sensitive as well.")
    from ._csv import read_csv

    columns = [column.strip() for column in sensitive.split(",")]
    return read_csv(data, target.strip(), columns, missing_group=missing_group)


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
    with Progress(*columns, console=plain_console(stderr=True)) as progress:
        task = progress.add_task("preparing", total=total)

        def tell(method, seed):
            progress.update(task, advance=1, description=f"{method}, seed {seed}")

        yield tell
