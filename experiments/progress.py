"""Runs with a progress bar on a terminal, and a line for each elsewhere."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .store import run_all


def run_with_progress(function, specs, store, n_jobs):
    """Run what the store lacks and show how far it is; see `run_all`."""
    console = Console(stderr=True, soft_wrap=True)
    n_missing = sum(spec not in store for spec in specs)
    console.print(
        f"{len(specs)} runs, {len(specs) - n_missing} of them finished before, in "
        f"{store.path}"
    )
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=n_missing)

        def on_done(spec, result):
            name = " ".join(str(value) for value in spec.values() if value is not None)
            progress.update(task, advance=1, description=name)
            if not console.is_terminal:
                console.print(f"{name}: {result['cpu_seconds']:.1f} s of one core")

        return run_all(function, specs, store, n_jobs=n_jobs, on_done=on_done)
