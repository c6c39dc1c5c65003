"""``sweep``: what decides the defaults."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ..baselines import table_of
from ..biased import APART, BIASED_SETTINGS, with_enough_rows
from ..figures_of_sweep import effects, pairs
from ..measures import MEASURES
from ..reports import COMPARED, MANY_SPLITS, conditions, report_comparison
from ..runs import run_all
from ..store import RunStore
from ..sweep import (
    CENTRE,
    GRID,
    N_EPOCHS,
    SWEEP_SETTINGS,
    full_grid,
    one_at_a_time,
    run_sweep,
    sweep_specs,
)
from .options import DataHome, Epochs, Jobs, Results, Seeds, chosen, some_of


def sweep(
    results: Results = Path("results"),
    data_home: DataHome = None,
    setting: Annotated[list[str], some_of("--setting", BIASED_SETTINGS)] = SWEEP_SETTINGS,
    full: Annotated[
        bool,
        typer.Option("--full", help="The whole grid instead of one parameter at a time."),
    ] = False,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            help=f"Vary this alone; may be repeated: {', '.join(GRID)}.",
            show_default="all",
        ),
    ] = None,
    apart: Annotated[
        bool,
        typer.Option(
            "--apart",
            help=f"Only rows that {APART}; of bank_age and student_por_sex there are too "
            "few.",
        ),
    ] = False,
    seeds: Seeds = 3,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """Validation size, goal, stage 1, anchor, optimizer: what decides the defaults."""
    settings = chosen(setting, BIASED_SETTINGS, "--setting")
    varied = chosen(vary, GRID, "--vary")
    grid = {name: GRID[name] for name in varied}
    points = full_grid(grid, CENTRE) if full else one_at_a_time(grid, CENTRE)
    specs = sweep_specs(settings, points, n_seeds=seeds, epochs=epochs, apart=apart)
    store = RunStore(results / "sweep.sqlite")
    specs, left_out = with_enough_rows(specs, store, data_home)
    runs = run_all(partial(run_sweep, data_home=data_home), specs, store, n_jobs=jobs)
    name, drawn_from = "sweep", MANY_SPLITS
    if apart:
        name = "sweep_apart"
        drawn_from = drawn_from._replace(rows=f"{drawn_from.rows}, of rows that {APART}")
    named = [_with_optimizer_named(spec) for spec in specs]
    by = ["setting", "share", *GRID]
    table, failures = table_of(named, runs, by)
    report_comparison(
        table,
        left_out + failures,
        by,
        results,
        name,
        n_seeds=seeds,
        how=conditions(seeds, drawn_from, epochs or N_EPOCHS),
    )
    drawn = {
        "parameters": varied,
        "centre": _with_optimizer_named(CENTRE),
        "metrics": {key: MEASURES[key] for key in COMPARED},
    }
    effects(table, path=results / f"{name}.png", **drawn)
    if full and len(varied) > 1:
        pairs(table, path=results / f"{name}_pairs.png", **drawn)


def _with_optimizer_named(point):
    """A point of the sweep with optimizer and learning rate as one text: "sgd 0.001"."""
    return {**point, "optimizer": "{} {:g}".format(*point["optimizer"])}
