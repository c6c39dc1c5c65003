"""The commands."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeElapsedColumn, TimeRemainingColumn

from .methods import METHODS, run_method
from .store import RunStore, run_all
from .table1 import SETTING_ORDER, table1_specs

app = typer.Typer(
    help="The paper's tables, and what a user would pick instead.", no_args_is_help=True
)

ResultsOption = Annotated[
    Path, typer.Option("--results", help="Folder of finished runs and tables.")
]
SplitsOption = Annotated[
    Path | None,
    typer.Option("--splits-dir", help="Folder of the paper's own row numbers (.npz)."),
]
DataHomeOption = Annotated[
    Path | None, typer.Option("--data-home", help="scikit-learn's cache folder.")
]
JobsOption = Annotated[int, typer.Option("--jobs", help="Processes, one thread each.")]
SeedsOption = Annotated[int, typer.Option("--seeds", help="Seeds of every method.")]
EpochsOption = Annotated[
    int | None, typer.Option("--epochs", help="Epochs instead of the paper's number.")
]


def run_with_progress(function, specs, store, n_jobs):
    """Run what is missing, with a bar on a terminal and a line a run elsewhere."""
    console = Console(stderr=True)
    n_missing = sum(spec not in store for spec in specs)
    console.print(
        f"{len(specs)} runs, {len(specs) - n_missing} of them finished before in "
        f"{store.path}"
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=n_missing)

        def on_done(spec, result):
            name = " ".join(str(value) for value in spec.values() if value is not None)
            progress.update(task, advance=1, description=name)
            if not console.is_terminal:
                console.print(f"{name}: {result['cpu_seconds']:.1f} s of one core")

        return run_all(function, specs, store, n_jobs=n_jobs, on_done=on_done)


@app.command()
def table1(
    results: ResultsOption = Path("results"),
    splits_dir: SplitsOption = None,
    data_home: DataHomeOption = None,
    settings: Annotated[list[str], typer.Option("--setting")] = list(SETTING_ORDER),
    methods: Annotated[list[str], typer.Option("--method")] = list(METHODS),
    seeds: SeedsOption = 5,
    epochs: EpochsOption = None,
    jobs: JobsOption = 2,
):
    """The paper's main table, on its seven settings."""
    store = RunStore(results / "table1.jsonl")
    splits = "own" if splits_dir is None else "paper"
    specs = table1_specs(settings, methods, n_seeds=seeds, epochs=epochs, splits=splits)
    function = partial(run_method, splits_dir=splits_dir, data_home=data_home)
    run_with_progress(function, specs, store, jobs)


@app.callback()
def main():
    """The paper's tables, and what a user would pick instead."""
