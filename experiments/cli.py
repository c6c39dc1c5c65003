"""The commands: one for each table."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from skfairbargain._utils import write_csv

from . import figures, split_tables
from .cli_options import (
    DataHome,
    Epochs,
    Jobs,
    Results,
    Seeds,
    SplitsDir,
    chosen,
    some_of,
)
from .cli_rivals import baselines, biased_labels, sweep
from .curves import CURVES, curves
from .methods import METHODS, PAPER_METHODS, run_method
from .preparation import SETTING_ORDER, paper_specs
from .progress import run_with_progress
from .reports import check_extras, conditions, one_split, write_text
from .simulation import simulation
from .store import RunStore
from .summaries import markdown
from .table1 import (
    PAPER_TABLE,
    beside_the_paper,
    by_the_honest_rule,
    by_the_papers_rule,
    conflicts_by_stage,
    read_paper_table,
)
from .table1_report import table1_markdown

Settings = Annotated[
    list[str] | None, some_of("--setting", SETTING_ORDER, show_default="all")
]

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command()(baselines)
app.command("biased-labels")(biased_labels)
app.command()(sweep)
app.command()(simulation)


@app.callback()
def main():
    """The paper's tables, and what a user would pick instead."""


@app.command()
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
            exists=True,
            dir_okay=False,
        ),
    ] = PAPER_TABLE,
    setting: Settings = None,
    method: Annotated[
        list[str] | None, some_of("--method", METHODS, show_default="all")
    ] = None,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """The main table: all settings and methods, beside the paper's numbers."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    methods = chosen(method, METHODS, "--method")
    check_extras()
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
    text = table1_markdown(
        beside,
        honest,
        conflicts,
        [run["cpu_seconds"] for run in runs],
        how=conditions(seeds, one_split(splits_dir), epochs),
        repeats=epochs is None and splits_dir is not None,
    )
    write_text(text, results / "table1.md")
    figures.accuracy_fairness_plane(
        honest,
        x="score_auc",
        y="worst_group_score_auc",
        titles={name: METHODS[name].title for name in methods},
        labels=("score AUC", "score AUC, worst group"),
        path=results / "table1.png",
    )


@app.command()
def table2(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Settings = None,
):
    """The sizes of the splits."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    table = split_tables.table2(settings, splits_dir=splits_dir, data_home=data_home)
    _write(table, results, "table2")


@app.command()
def table5(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Settings = None,
):
    """How much the features of each validation set say about the label."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    table = split_tables.table5(settings, splits_dir=splits_dir, data_home=data_home)
    table[["information", "paper"]] = table[["information", "paper"]].map("{:.2e}".format)
    _write(table, results, "table5")


@app.command("curves")
def curves_command(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Annotated[list[str], some_of("--setting", SETTING_ORDER)] = ("adult_sex",),
    method: Annotated[
        list[str] | None, some_of("--method", METHODS, show_default="the paper's eight")
    ] = None,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """The curves of Figures 4 and 6, from the runs of the main table."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    methods = chosen(method or list(PAPER_METHODS), METHODS, "--method")
    check_extras()
    specs, runs = _train(
        results, settings, methods, seeds, epochs, splits_dir, data_home, jobs
    )
    table = curves(specs, runs)
    write_csv(table, results / "curves.csv")
    figures.lines(
        table,
        across="epoch",
        metrics=CURVES,
        titles={name: METHODS[name].title for name in methods},
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
    store = RunStore(results / "table1.jsonl")
    return specs, run_with_progress(function, specs, store, jobs)


def _write(table, results, name):
    results.mkdir(parents=True, exist_ok=True)
    write_csv(table, results / f"{name}.csv")
    write_text(markdown(table), results / f"{name}.md")
