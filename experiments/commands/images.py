"""``images`` and ``coloured``: the paper's imbalanced images, and colours that mislead."""

from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from skfairbargain.compare import summarize

from ..figures_of_methods import lines
from ..files import write_csv
from ..images.coloured import TASKS
from ..images.coloured_methods import METHODS, coloured_specs, run_coloured, same_rows
from ..images.figure import worst_groups
from ..images.imbalance import METHODS as IMBALANCE_METHODS
from ..images.imbalance import (
    N_EPOCHS,
    NORMS,
    PAIRS,
    STAGES,
    imbalance_specs,
    run_imbalance,
)
from ..images.imbalance_rivals import RIVALS
from ..images.trajectories import (
    CURVES,
    SHOWN,
    by_goal,
    curves_of,
    gains_of_two_stages,
    of_runs,
)
from ..reports import MANY_SPLITS, conditions, write_text
from ..runs import run_all
from ..store import RunStore
from ..summaries import lead_with_ci, leads, markdown, spread
from .options import Epochs, Jobs, Results, Seeds, chosen, some_of

PER_CELL = (10, 50)
MEASURES = {
    "worst_group_accuracy": "accuracy, worst of the four groups",
    "accuracy": "accuracy, mean of the four",
}
LEADER = "nash_ltr"


def _source(names):
    return typer.Option(
        f"--{names}",
        help=f"What `fetch_{names}` takes as data_home: a folder, or an .npz file.",
        show_default="scikit-learn's cache",
        metavar="PATH",
    )


Cifar10 = Annotated[Path | None, _source("cifar10")]
Cifar100 = Annotated[Path | None, _source("cifar100")]


def coloured(
    results: Results = Path("results"),
    cifar10: Cifar10 = None,
    task: Annotated[
        list[str] | None, some_of("--task", TASKS, show_default="digits")
    ] = None,
    method: Annotated[
        list[str] | None, some_of("--method", METHODS, show_default="all")
    ] = None,
    per_cell: Annotated[
        list[int] | None,
        typer.Option(
            "--per-cell",
            help="Audited images of a cell; may be repeated.",
            show_default="10, 50",
            min=5,
            max=100,
        ),
    ] = None,
    seeds: Seeds = 10,
    epochs: Epochs = None,
    jobs: Jobs = 1,
):
    """Images whose colour nearly tells the label: accuracy where it misleads."""
    specs = coloured_specs(
        chosen(task or ["digits"], TASKS, "--task"),
        chosen(method, METHODS, "--method"),
        per_cell=list(dict.fromkeys(per_cell or PER_CELL)),
        seeds=seeds,
        epochs=epochs,
    )
    store = RunStore(results / "coloured.sqlite")
    function = partial(run_coloured, cifar10=cifar10)
    runs = run_all(function, specs, store, n_jobs=jobs, shared=same_rows)
    table = pd.DataFrame(specs).assign(
        **{name: [run[name] for run in runs] for name in MEASURES}
    )
    by = ["task", "per_cell", "method"]
    summary = summarize(table, by, list(MEASURES))
    write_csv(summary, results / "coloured.csv")
    worst_groups(table, results / "coloured.png")
    blocks = [conditions(seeds, MANY_SPLITS, epochs)]
    for (name, n_audited), rows in table.groupby(by[:-1], sort=False):
        shown = spread(summarize(rows, "method", list(MEASURES)), ["method"], MEASURES)
        lead = leads(rows, ["method"], ["worst_group_accuracy"], LEADER)
        ahead = dict(zip(lead["method"], lead[["mean", "ci95"]].to_numpy(), strict=True))
        shown[f"lead of {METHODS[LEADER].title}"] = [
            lead_with_ci(*ahead[name]) if name in ahead else "" for name in shown["method"]
        ]
        shown.insert(1, "told", [METHODS[name].told for name in shown["method"]])
        shown["method"] = [METHODS[name].title for name in shown["method"]]
        blocks += [
            f"### {TASKS[name][0].upper()}{TASKS[name][1:]}, {n_audited} audited of each "
            "colour and label",
            markdown(shown),
        ]
    write_text("\n\n".join(blocks), results / "coloured.md")


def images(
    results: Results = Path("results"),
    cifar10: Cifar10 = None,
    cifar100: Cifar100 = None,
    data: Annotated[list[str] | None, some_of("--data", PAIRS, show_default="all")] = None,
    method: Annotated[
        list[str] | None, some_of("--method", IMBALANCE_METHODS, show_default="all")
    ] = None,
    norm: Annotated[
        list[str] | None, some_of("--norm", NORMS, show_default="batch")
    ] = None,
    width: Annotated[
        int, typer.Option("--width", help="Channels of the first stage.", min=1)
    ] = 64,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 1,
):
    """Figure 7: ResNet-18 on two classes of images, of which one is hardly there."""
    specs = [
        spec
        for each in chosen(norm or ["batch"], NORMS, "--norm")
        for spec in imbalance_specs(
            chosen(data, PAIRS, "--data"),
            chosen(method, IMBALANCE_METHODS, "--method"),
            norm=each,
            width=width,
            seeds=seeds,
            epochs=epochs,
        )
    ]
    store = RunStore(results / "images.sqlite")
    function = partial(run_imbalance, sources={"cifar10": cifar10, "cifar100": cifar100})
    runs = run_all(function, specs, store, n_jobs=jobs)
    table = curves_of(specs, runs)
    write_csv(table, results / "images.csv")
    lines(
        by_goal(table),
        across="epoch",
        metrics=CURVES,
        titles=RIVALS | STAGES,
        path=results / "images.png",
        x_label="epoch",
    )
    of_run = of_runs(table)
    by = ["data", "norm", "method"]
    summary = summarize(of_run, by, list(SHOWN))
    gains = gains_of_two_stages(of_run)
    blocks = [conditions(seeds, MANY_SPLITS, epochs or N_EPOCHS)]
    for (name, of_norm), rows in summary.groupby(by[:2], sort=False):
        shown = spread(rows, ["method"], SHOWN)
        shown["method"] = [IMBALANCE_METHODS[each] for each in shown["method"]]
        blocks += [
            f"### {PAIRS[name].title}, {of_norm} normalization, width {width}",
            markdown(shown),
        ]
        gain = gains[(gains["data"] == name) & (gains["norm"] == of_norm)]
        if len(gain):
            blocks += [
                "Two stages less one, seed by seed:",
                markdown(spread(gain, ["goal"], SHOWN, lead_with_ci)),
            ]
    write_text("\n\n".join(blocks), results / "images.md")
