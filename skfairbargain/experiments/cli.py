"""The commands: one for each table."""

from functools import partial
from pathlib import Path

import typer

from . import figures, split_tables
from .cli_options import (
    DataHome,
    Epochs,
    Jobs,
    Methods,
    PaperTable,
    Results,
    Seeds,
    Settings,
    SomeSettings,
    SplitsDir,
    chosen,
)
from .cli_rivals import baselines, biased_labels, sweep
from .curves import CURVES, curves
from .methods import METHODS, PAPER_METHODS, run_method
from .preparation import SETTING_ORDER, paper_specs
from .progress import run_with_progress
from .simulation import simulation
from .store import RunStore
from .summaries import markdown
from .table1 import (
    PAPER_TABLE,
    beside_the_paper,
    by_the_honest_rule,
    by_the_papers_rule,
    conflicts_by_stage,
)
from .table1_report import table1_markdown

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
    paper_table: PaperTable = PAPER_TABLE,
    setting: Settings = None,
    method: Methods = None,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """The main table: all settings and methods, beside the paper's numbers."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    methods = chosen(method, METHODS, "--method")
    specs, runs = _train(
        results, settings, methods, seeds, epochs, splits_dir, data_home, jobs
    )
    by_paper = by_the_papers_rule(specs, runs)
    beside = beside_the_paper(by_paper, paper_table)
    honest = by_the_honest_rule(specs, runs)
    conflicts = conflicts_by_stage(specs, runs)
    by_paper.merge(beside, how="left").to_csv(results / "table1.csv", index=False)
    honest.to_csv(results / "table1_honest.csv", index=False)
    conflicts.to_csv(results / "table1_conflicts.csv", index=False)
    seconds = [run["cpu_seconds"] for run in runs]
    text = table1_markdown(beside, honest, conflicts, seconds)
    (results / "table1.md").write_text(text + "\n")
    typer.echo(text)
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
    setting: SomeSettings = ("adult_sex",),
    method: Methods = None,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """The curves of Figures 4 and 6, from the runs of the main table."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    methods = chosen(method or list(PAPER_METHODS), METHODS, "--method")
    specs, runs = _train(
        results, settings, methods, seeds, epochs, splits_dir, data_home, jobs
    )
    table = curves(specs, runs)
    table.to_csv(results / "curves.csv", index=False)
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
        settings,
        methods,
        n_seeds=seeds,
        epochs=epochs,
        splits="own" if splits_dir is None else "paper",
    )
    function = partial(run_method, splits_dir=splits_dir, data_home=data_home)
    store = RunStore(results / "table1.jsonl")
    return specs, run_with_progress(function, specs, store, jobs)


def _write(table, results, name):
    results.mkdir(parents=True, exist_ok=True)
    table.to_csv(results / f"{name}.csv", index=False)
    (results / f"{name}.md").write_text(markdown(table) + "\n")
    typer.echo(markdown(table))
