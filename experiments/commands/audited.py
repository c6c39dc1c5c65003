"""``audited``: what to do with audited rows, all methods with the same information."""

from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from ..audited.biases import KINDS
from ..audited.figure import draw_repaired
from ..audited.problem import AUDITS, MAX_TEST, MAX_TRAIN
from ..audited.report import report_audited, tables_of
from ..audited.runs import ALL, audited_specs, problem_of, run_problem
from ..audited.tables import DATA_SETS, FROM_A_FOLDER, LAYOUTS, SOURCES
from ..runs import run_all
from ..store import RunStore
from .options import DataHome, Epochs, Jobs, MoreTables, Results, chosen, some_of

SHARES, PER_CELL, N_SEEDS = (0.4, 0.6, 0.0), (50, 10, 3), 10


def audited(
    results: Results = Path("results"),
    data_home: DataHome = None,
    more: MoreTables = None,
    data_set: Annotated[
        list[str] | None,
        some_of("--data-set", SOURCES, show_default="all that can be read, but the last"),
    ] = None,
    method: Annotated[
        list[str] | None, some_of("--method", ALL, show_default="all")
    ] = None,
    kind: Annotated[list[str], some_of("--kind", KINDS)] = ("uniform",),
    share: Annotated[
        list[float],
        typer.Option(
            "--share",
            help="Share of labels that are wrong, or of rows that are missing; may be "
            "repeated.",
            min=0,
            max=1,
        ),
    ] = SHARES,
    per_cell: Annotated[
        list[int],
        typer.Option("--per-cell", help="Audited rows of a cell; may be repeated.", min=1),
    ] = PER_CELL,
    audit: Annotated[list[str], some_of("--audit", AUDITS)] = ("balanced",),
    layout: Annotated[list[str], some_of("--layout", LAYOUTS)] = ("blind",),
    apart: Annotated[
        bool,
        typer.Option("--apart", help="Only rows that choices are made by; no table's."),
    ] = False,
    seeds: Annotated[
        int, typer.Option("--seeds", help="Problems of each kind.", min=1)
    ] = N_SEEDS,
    max_train: Annotated[
        int, typer.Option("--max-train", help="Most training rows.", min=100)
    ] = MAX_TRAIN,
    max_test: Annotated[
        int, typer.Option("--max-test", help="Most test rows.", min=100)
    ] = MAX_TEST,
    finished: Annotated[
        bool,
        typer.Option("--finished", help="Train nothing; tables of the finished runs."),
    ] = False,
    epochs: Epochs = None,
    jobs: Jobs = 1,
):
    """What to do with audited rows: all methods, the group not among the features."""
    readable = [name for name in DATA_SETS if more or name not in FROM_A_FOLDER]
    methods = chosen(method, ALL, "--method")
    problems = [
        {
            "name": name,
            "kind": of_kind,
            "share": of_share,
            "per_cell": n_val,
            "audit": of_audit,
            "layout": of_layout,
            "apart": apart,
            "max_train": max_train,
            "max_test": max_test,
            "seed": seed,
        }
        for seed, n_val, of_kind, of_audit, of_layout, of_share, name in product(
            range(seeds),
            dict.fromkeys(per_cell),
            chosen(kind, KINDS, "--kind"),
            chosen(audit, AUDITS, "--audit"),
            chosen(layout, LAYOUTS, "--layout"),
            dict.fromkeys(share),
            chosen(data_set, SOURCES, "--data-set") if data_set else readable,
        )
    ]
    specs = audited_specs(problems, methods, epochs)
    store = RunStore(results / "audited.sqlite")
    if finished:
        specs = [spec for spec in specs if spec in store]
        if not specs:
            raise ValueError(
                f"{store.path} should have runs of these options. Got none. Run the "
                "command without --finished first."
            )
    function = partial(run_problem, data_home=data_home, more=more)
    runs = run_all(function, specs, store, n_jobs=jobs, shared=problem_of)
    table, imputed, failures = tables_of(specs, runs)
    repaired = report_audited(table, failures, imputed, results)
    if repaired.empty:
        return
    by = ["layout", "kind", "audit", "share"]
    for condition, rows in repaired.groupby(by):
        name = "_".join(f"{each:g}" if isinstance(each, float) else each
                        for each in condition)  # fmt: skip
        draw_repaired(rows, results / f"audited_{name}.png")
