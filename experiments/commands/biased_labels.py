"""``biased-labels``: unjust training labels, a small audited sample, a clean test set."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ..baselines import table_of
from ..biased import (
    BIASED_SETTINGS,
    KINDS,
    SHARE_OF,
    SHARES,
    USUAL_METHODS,
    biased_specs,
    run_biased,
    with_enough_rows,
)
from ..biased_rows import N_SEEDS, PER_CELL
from ..figures_of_methods import lines
from ..measures import MEASURES
from ..registry import ALL_RIVALS, OURS, titles_of
from ..reports import MANY_SPLITS, conditions, report_comparison
from ..runs import run_all
from ..store import RunStore
from .options import DataHome, Jobs, OurEpochs, Results, Seeds, chosen, some_of

# Measures that are drawn.
DRAWN = ("score_auc", "balanced_accuracy", "worst_group_balanced_accuracy")


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
    store = RunStore(results / "biased.sqlite")
    specs, left_out = with_enough_rows(specs, store, data_home)
    runs = run_all(partial(run_biased, data_home=data_home), specs, store, n_jobs=jobs)
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
    _draw(table, kind, titles_of(methods), results / name)


def _draw(table, kind, titles, path):
    """Draw over the share for each number of audited rows, and the other way round."""
    metrics = {key: MEASURES[key] for key in DRAWN}
    drawn = {"metrics": metrics, "titles": titles, "bold": OURS}
    for n_val, rows in table.groupby("per_cell"):
        over = {"across": "share", "x_label": SHARE_OF[kind]}
        lines(rows, path=f"{path}_{n_val}.png", **over, **drawn)
    if table["per_cell"].nunique() > 1:
        for share, rows in table.groupby("share"):
            over = {"across": "per_cell", "x_label": "validation rows per cell"}
            lines(rows, path=f"{path}_share_{share:g}.png", **over, **drawn)
