"""``agreement``: what agreement that reaches the step costs, and what it keeps."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from skfairbargain.compare import summarize

from ..agreement import FORMS, N_EPOCHS, agreement_specs, run_agreement
from ..agreement_report import (
    BY,
    COMPARED,
    PLACE,
    SHOWN,
    agreement_figure,
    agreement_markdown,
    differences,
    table_of_runs,
)
from ..blind_rows import HIDDEN, N_GROUPS
from ..files import write_csv
from ..reports import write_text
from ..runs import run_all
from ..store import RunStore
from .options import DataHome, Epochs, Jobs, Results, Seeds, chosen, some_of

GOALS = ("ltr", "forml", "meta_gdro")
# The first of each is the usual one.
PER_CELL = (50, 10, 3)


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
            show_default="50, 10, 3",
            min=1,
        ),
    ] = None,
    seeds: Seeds = 10,
    epochs: Epochs = None,
    jobs: Jobs = 1,
    finished: Annotated[
        bool, typer.Option("--finished", help="Train nothing: tell what is finished.")
    ] = False,
):
    """Bargaining and goals by what is applied: conflict, quality, and who loses by it.

    The first goal, number of groups and number of rows are combined; of the others one at a
    time differs from that.
    """
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
    if finished:
        specs = [spec for spec in specs if spec in store]
        if not specs:
            raise typer.BadParameter(
                f"{store.path} should hold finished runs of these options. It holds none: "
                "leave --finished out to train them.",
                param_hint="'--finished'",
            )
    runs = run_all(partial(run_agreement, data_home=data_home), specs, store, n_jobs=jobs)
    table = table_of_runs(specs, runs)
    pairs = differences(table)
    write_csv(summarize(table, BY, list(SHOWN)), results / "agreement.csv")
    by = ["comparison", "setting", *PLACE]
    write_csv(summarize(pairs, by, list(COMPARED)), results / "agreement_differences.csv")
    n_seeds, epochs = table["seed"].nunique(), epochs or N_EPOCHS
    text = agreement_markdown(table, pairs, n_seeds=n_seeds, epochs=epochs)
    write_text(text, results / "agreement.md")
    agreement_figure(table, pairs, results / "agreement.png")
