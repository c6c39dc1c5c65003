"""The commands that compare with what a user would do otherwise."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from . import figures
from .baselines import ALL_RIVALS, OURS, RIVALS, epochs_of, run_baseline, table_of
from .biased import (
    APART,
    BIASED_SETTINGS,
    KINDS,
    N_SEEDS,
    PER_CELL,
    SHARE_OF,
    SHARES,
    USUAL_METHODS,
    biased_specs,
    run_biased,
    with_enough_rows,
)
from .cli_options import (
    DataHome,
    Epochs,
    Jobs,
    OurEpochs,
    Results,
    Seeds,
    SplitsDir,
    chosen,
    some_of,
)
from .measures import MEASURES
from .preparation import SETTING_ORDER, paper_specs
from .progress import run_with_progress
from .reports import (
    COMPARED,
    MANY_SPLITS,
    check_extras,
    conditions,
    one_split,
    report_comparison,
)
from .store import RunStore
from .sweep import (
    CENTRE,
    GRID,
    SWEEP_SETTINGS,
    full_grid,
    one_at_a_time,
    run_sweep,
    sweep_specs,
)
from .sweep import N_EPOCHS as SWEEP_EPOCHS

# Measures that are drawn over the share.
DRAWN = ("score_auc", "balanced_accuracy", "worst_group_balanced_accuracy")


def baselines(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Annotated[
        list[str] | None, some_of("--setting", SETTING_ORDER, show_default="all")
    ] = None,
    method: Annotated[
        list[str] | None,
        some_of("--method", {**RIVALS, **OURS}, show_default="all"),
    ] = None,
    seeds: Seeds = 5,
    epochs: OurEpochs = None,
    jobs: Jobs = 2,
):
    """What a user would pick instead, on the paper's splits, by the honest rule."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    methods = chosen(method, {**RIVALS, **OURS}, "--method")
    check_extras(methods)
    specs = [
        {**spec, "epochs": epochs_of(spec["method"], epochs)}
        for spec in paper_specs(
            settings, methods, n_seeds=seeds, epochs=None, splits_dir=splits_dir
        )
    ]
    function = partial(run_baseline, splits_dir=splits_dir, data_home=data_home)
    runs = run_with_progress(function, specs, RunStore(results / "baselines.jsonl"), jobs)
    by = ["setting", "method"]
    table, failures = table_of(specs, runs, by)
    summary = report_comparison(
        table,
        failures,
        by,
        results,
        "baselines",
        n_seeds=seeds,
        how=conditions(seeds, one_split(splits_dir), epochs, " of ours"),
    )
    figures.accuracy_fairness_plane(
        summary,
        x="balanced_accuracy",
        y="worst_group_balanced_accuracy",
        titles=_titles(methods),
        labels=("balanced accuracy", "balanced accuracy, worst group"),
        path=results / "baselines.png",
        bold=OURS,
    )


def biased_labels(
    results: Results = Path("results"),
    data_home: DataHome = None,
    kind: Annotated[
        str, typer.Option("--kind", help="labels: wrong labels; rows: a group thinned out.")
    ] = "labels",
    setting: Annotated[
        list[str] | None, some_of("--setting", BIASED_SETTINGS, show_default="all")
    ] = None,
    method: Annotated[
        list[str] | None,
        some_of(
            "--method",
            ALL_RIVALS,
            show_default="all but exponentiated_boosting, which takes minutes a run",
        ),
    ] = None,
    share: Annotated[
        list[float] | None,
        typer.Option(
            "--share",
            help="Share of the labels that is wrong, or of the group's rows that is left; "
            "may be repeated.",
            show_default="0, 0.2, 0.4, 0.6; rows: 0.01, 0.05, 0.2",
            min=0,
            max=1,
        ),
    ] = None,
    per_cell: Annotated[
        list[int] | None,
        typer.Option(
            "--per-cell",
            help="Validation rows of a cell; may be repeated.",
            show_default="3, 10, 50",
            min=1,
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Where not given: 50 rows a cell, the shares 0 and 0.4; rows: 0.01, 0.2.",
        ),
    ] = False,
    seeds: Seeds = N_SEEDS,
    epochs: OurEpochs = None,
    jobs: Jobs = 2,
):
    """Real data with unjust training labels, a small audited sample, a clean test set."""
    settings = chosen(setting, BIASED_SETTINGS, "--setting")
    methods = chosen(method or USUAL_METHODS, ALL_RIVALS, "--method")
    (kind,) = chosen([kind], KINDS, "--kind")
    check_extras(methods)
    quick_shares = SHARES[kind][::2] if quick else SHARES[kind]
    specs = biased_specs(
        settings,
        methods,
        kind=kind,
        shares=dict.fromkeys(share or quick_shares),
        per_cell=dict.fromkeys(per_cell or ((50,) if quick else PER_CELL)),
        n_seeds=seeds,
        epochs=epochs,
    )
    store = RunStore(results / "biased.jsonl")
    specs, left_out = with_enough_rows(specs, store, data_home)
    runs = run_with_progress(partial(run_biased, data_home=data_home), specs, store, jobs)
    name = f"biased_{kind}"
    by = ["setting", "per_cell", "share", "method"]
    table, failures = table_of(specs, runs, by)
    report_comparison(
        table,
        left_out + failures,
        by,
        results,
        name,
        n_seeds=seeds,
        how=conditions(seeds, MANY_SPLITS, epochs, " of ours"),
    )
    drawn = {
        "metrics": {key: MEASURES[key] for key in DRAWN},
        "titles": _titles(methods),
        "bold": OURS,
    }
    for n_val, rows in table.groupby("per_cell"):
        path = results / f"{name}_{n_val}.png"
        figures.lines(rows, across="share", path=path, x_label=SHARE_OF[kind], **drawn)
    if table["per_cell"].nunique() > 1:
        for value, rows in table.groupby("share"):
            path = results / f"{name}_share_{value:g}.png"
            label = "validation rows per cell"
            figures.lines(rows, across="per_cell", path=path, x_label=label, **drawn)


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
    check_extras()
    grid = {name: GRID[name] for name in varied}
    points = full_grid(grid, CENTRE) if full else one_at_a_time(grid, CENTRE)
    specs = sweep_specs(settings, points, n_seeds=seeds, epochs=epochs, apart=apart)
    store = RunStore(results / "sweep.jsonl")
    specs, left_out = with_enough_rows(specs, store, data_home)
    runs = run_with_progress(partial(run_sweep, data_home=data_home), specs, store, jobs)
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
        how=conditions(seeds, drawn_from, epochs or SWEEP_EPOCHS),
    )
    drawn = {
        "parameters": varied,
        "centre": _with_optimizer_named(CENTRE),
        "metrics": {key: MEASURES[key] for key in COMPARED},
    }
    figures.effects(table, path=results / f"{name}.png", **drawn)
    if full and len(varied) > 1:
        figures.pairs(table, path=results / f"{name}_pairs.png", **drawn)


def _with_optimizer_named(point):
    """A point of the sweep with optimizer and learning rate as one text: "sgd 0.001"."""
    return {**point, "optimizer": "{} {:g}".format(*point["optimizer"])}


def _titles(methods):
    return {name: ALL_RIVALS[name].title for name in methods}
