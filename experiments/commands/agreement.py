"""``agreement``: what agreement that reaches the step costs, and what it keeps."""

from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from skfairbargain.compare import summarize

from ..agreement import (
    FORMS,
    N_EPOCHS,
    TITLES,
    agreement_specs,
    largest_losses,
    run_agreement,
)
from ..blind_rows import HIDDEN, N_GROUPS
from ..files import write_csv
from ..reports import MANY_SPLITS, conditions, write_text
from ..runs import run_all
from ..store import RunStore
from ..summaries import markdown, spread
from .options import DataHome, Epochs, Jobs, Results, Seeds, chosen, some_of

GOALS = ("ltr", "forml", "meta_gdro")
PER_CELL = (3, 10, 50)
SHOWN = {
    "conflict": "steps with a conflict",
    "agreement": "steps that can serve all",
    "score_auc": "score AUC",
    "worst_group_balanced_accuracy": "balanced accuracy, worst group",
    "largest_loss": "largest loss of a group",
}


def agreement(
    results: Results = Path("results"),
    data_home: DataHome = None,
    setting: Annotated[
        list[str] | None, some_of("--setting", HIDDEN, show_default="all")
    ] = None,
    form: Annotated[list[str] | None, some_of("--form", FORMS, show_default="all")] = None,
    goal: Annotated[list[str] | None, some_of("--goal", GOALS, show_default="all")] = None,
    groups: Annotated[
        list[int] | None,
        typer.Option("--groups", help="2, 4 or 10; may be repeated.", show_default="all"),
    ] = None,
    per_cell: Annotated[
        list[int] | None,
        typer.Option(
            "--per-cell",
            help="Audited rows of a cell; may be repeated.",
            show_default="3, 10, 50",
            min=1,
        ),
    ] = None,
    seeds: Seeds = 10,
    epochs: Epochs = None,
    jobs: Jobs = 1,
):
    """Bargaining and goals by what is applied: conflict, quality, and who loses by it."""
    specs = agreement_specs(
        chosen(setting, HIDDEN, "--setting"),
        chosen(form, FORMS, "--form"),
        chosen(goal, GOALS, "--goal"),
        n_groups=chosen(groups, N_GROUPS, "--groups"),
        per_cell=list(dict.fromkeys(per_cell or PER_CELL)),
        seeds=seeds,
        epochs=epochs,
    )
    store = RunStore(results / "agreement.sqlite")
    runs = run_all(partial(run_agreement, data_home=data_home), specs, store, n_jobs=jobs)
    table = pd.DataFrame(specs)
    for name in SHOWN:
        if name != "largest_loss":
            table[name] = pd.Series([run[name] for run in runs], dtype=float)
    table["largest_loss"] = pd.Series(largest_losses(specs, runs), dtype=float)
    by = ["setting", "n_groups", "per_cell", "goal", "form"]
    summary = summarize(table, by, list(SHOWN))
    write_csv(summary, results / "agreement.csv")
    blocks = [conditions(seeds, MANY_SPLITS, epochs or N_EPOCHS)]
    for place, rows in summary.groupby(by[:-1], sort=False):
        name, n, n_val, of_goal = place
        blocks += [
            f"### {name}, {n} groups, {n_val} rows a cell, {of_goal}",
            markdown(spread(rows.assign(form=rows["form"].map(TITLES)), ["form"], SHOWN)),
        ]
    write_text("\n\n".join(blocks), results / "agreement.md")
