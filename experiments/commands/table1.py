"""``table1`` and ``curves``: the paper's main table, and its runs epoch by epoch."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ..claims import claims_markdown, hardly_aligned, stages_compared
from ..curves import CURVES, curves_of
from ..figures_of_claims import one_stage_figure, two_stage_figure
from ..figures_of_methods import accuracy_fairness_plane, lines
from ..files import write_csv
from ..methods import PAPER_METHODS, TABLE1_METHODS, run_method
from ..preparation import SETTING_ORDER, paper_specs
from ..reports import conditions, one_split, write_text
from ..runs import run_all
from ..store import RunStore
from ..table1 import (
    PAPER_TABLE,
    beside_the_paper,
    by_the_honest_rule,
    by_the_papers_rule,
    conflicts_by_stage,
    read_paper_table,
)
from ..table1_report import table1_markdown
from .options import (
    DataHome,
    Epochs,
    Jobs,
    Results,
    Seeds,
    Settings,
    SplitsDir,
    chosen,
    some_of,
)
from .paths import existing_file


def table1(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    paper_table: Annotated[
        Path,
        typer.Option(
            "--paper-table",
            help="Published numbers to put beside ours.",
            show_default="the published Table 4",
            parser=existing_file,
            metavar="FILE",
        ),
    ] = PAPER_TABLE,
    setting: Settings = None,
    method: Annotated[
        list[str] | None, some_of("--method", TABLE1_METHODS, show_default="all")
    ] = None,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """The main table: all settings and methods, beside the paper's numbers."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    methods = chosen(method, TABLE1_METHODS, "--method")
    paper = read_paper_table(paper_table)
    specs, runs = _train(
        results, settings, methods, seeds, epochs, splits_dir, data_home, jobs
    )
    by_paper = by_the_papers_rule(specs, runs)
    beside = beside_the_paper(by_paper, paper)
    honest = by_the_honest_rule(specs, runs)
    conflicts = conflicts_by_stage(specs, runs)
    write_csv(by_paper.merge(beside, how="left"), results / "table1.csv")
    write_csv(honest, results / "table1_honest.csv")
    write_csv(conflicts, results / "table1_conflicts.csv")
    repeats = epochs is None and splits_dir is not None
    compared = stages_compared(beside)
    claims = claims_markdown(compared, hardly_aligned(specs, runs)) if repeats else ""
    text = table1_markdown(
        beside,
        honest,
        conflicts,
        [run["cpu_seconds"] for run in runs],
        how=conditions(seeds, one_split(splits_dir), epochs),
        repeats=repeats,
        claims=claims,
    )
    write_text(text, results / "table1.md")
    if len(compared):
        two_stage_figure(compared, results / "figure1.png")
        one_stage_figure(beside, results / "figure2a.png")
    accuracy_fairness_plane(
        honest,
        x="score_auc",
        y="worst_group_score_auc",
        titles={name: TABLE1_METHODS[name].title for name in methods},
        labels=("score AUC", "score AUC, worst group"),
        path=results / "table1.png",
    )


def curves(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Annotated[list[str], some_of("--setting", SETTING_ORDER)] = ("adult_sex",),
    method: Annotated[
        list[str] | None,
        some_of("--method", TABLE1_METHODS, show_default="the paper's eight"),
    ] = None,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """The curves of Figures 4 and 6, from the runs of the main table."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    methods = chosen(method or list(PAPER_METHODS), TABLE1_METHODS, "--method")
    specs, runs = _train(
        results, settings, methods, seeds, epochs, splits_dir, data_home, jobs
    )
    table = curves_of(specs, runs)
    write_csv(table, results / "curves.csv")
    lines(
        table,
        across="epoch",
        metrics=CURVES,
        titles={name: TABLE1_METHODS[name].title for name in methods},
        path=results / "curves.png",
        x_label="epoch",
    )
    typer.echo(f"Wrote {results / 'curves.csv'} and {results / 'curves.png'}")


def _train(results, settings, methods, seeds, epochs, splits_dir, data_home, jobs):
    """The runs of the main table that these commands share; missing ones are run."""
    specs = paper_specs(
        settings, methods, n_seeds=seeds, epochs=epochs, splits_dir=splits_dir
    )
    function = partial(run_method, splits_dir=splits_dir, data_home=data_home)
    store = RunStore(results / "table1.sqlite")
    return specs, run_all(function, specs, store, n_jobs=jobs)
