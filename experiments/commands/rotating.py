"""``rotating``: whether a step needs all audited rows."""

from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from skfairbargain.compare import summarize

from ..files import write_csv
from ..measures import MEASURES
from ..reports import MANY_SPLITS, conditions, write_text
from ..rotating import (
    ALL,
    N_EPOCHS,
    PER_CELL,
    ROTATING_SETTINGS,
    ROWS,
    SHARES,
    rotating_specs,
    run_rotating,
)
from ..runs import run_all
from ..store import RunStore
from ..summaries import lead_with_ci, leads, markdown, spread
from .options import DataHome, Epochs, Jobs, Results, Seeds, chosen, some_of

SHOWN = {
    "score_auc": MEASURES["score_auc"],
    "worst_group_balanced_accuracy": MEASURES["worst_group_balanced_accuracy"],
    "conflict": "steps with a conflict",
    "time": "time, all rows = 1",
}
COMPARED = list(SHOWN)[:2]


def rotating(
    results: Results = Path("results"),
    data_home: DataHome = None,
    setting: Annotated[
        list[str] | None, some_of("--setting", ROTATING_SETTINGS, show_default="all")
    ] = None,
    per_cell: Annotated[
        list[int] | None,
        typer.Option(
            "--per-cell",
            help="Audited rows of a cell; may be repeated.",
            show_default="50, 500",
            min=1,
        ),
    ] = None,
    share: Annotated[
        list[float] | None,
        typer.Option(
            "--share",
            help="Share of wrong labels; may be repeated.",
            show_default="0, 0.4",
            min=0,
            max=1,
        ),
    ] = None,
    rows: Annotated[
        list[int] | None,
        typer.Option(
            "--rows",
            help="Rows of a cell in a step, beside all; may be repeated.",
            show_default="5, 20",
            min=1,
        ),
    ] = None,
    seeds: Seeds = 8,
    epochs: Epochs = None,
    jobs: Jobs = 1,
):
    """A few audited rows in each step, in rotation, against all of them."""
    specs = rotating_specs(
        chosen(setting, ROTATING_SETTINGS, "--setting"),
        list(dict.fromkeys(per_cell or PER_CELL)),
        list(dict.fromkeys(share or SHARES)),
        list(dict.fromkeys(rows or ROWS)),
        n_seeds=seeds,
        epochs=epochs,
    )
    store = RunStore(results / "rotating.sqlite")
    runs = run_all(partial(run_rotating, data_home=data_home), specs, store, n_jobs=jobs)
    table = pd.concat([pd.DataFrame(specs), pd.DataFrame(runs)], axis=1)
    table = table.rename(columns={"rows": "method"})
    place = ["setting", "per_cell", "share", "seed"]
    with_all = table[table["method"] == ALL].set_index(place)["fit_seconds"]
    table["time"] = table["fit_seconds"] / table[place].apply(tuple, axis=1).map(with_all)
    by = ["share", "method"]
    write_csv(
        summarize(table, ["setting", "per_cell", *by], list(SHOWN)),
        results / "rotating.csv",
    )
    blocks = [conditions(seeds, MANY_SPLITS, epochs or N_EPOCHS)]
    for n_val, of_size in table.groupby("per_cell"):
        # The runs of all data sets are pairs of one comparison.
        pooled = of_size.assign(seed=of_size["setting"] + of_size["seed"].astype(str))
        blocks += [
            f"### {n_val} rows a cell: means over the data sets",
            markdown(spread(summarize(pooled, by, list(SHOWN)), by, SHOWN)),
            "Rotating rows less all rows, run by run; bold where the interval excludes 0:",
            _leads(pooled, by),
        ]
        for name, of_one in of_size.groupby("setting", sort=False):
            blocks += [f"The same, {name}:", _leads(of_one, by)]
    write_text("\n\n".join(blocks), results / "rotating.md")


def _leads(rows, by):
    ahead = leads(rows, by, COMPARED, ALL)
    titles = {metric: SHOWN[metric] for metric in COMPARED}
    return markdown(spread(ahead.assign(mean=-ahead["mean"]), by, titles, lead_with_ci))
