"""The commands that compare with what a user would do otherwise."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from . import figures
from .baselines import ALL_RIVALS, OURS, RIVALS, run_baseline, table_of
from .biased import BIASED_SETTINGS, KINDS, PER_CELL, SHARES, biased_specs, run_biased
from .biased import METHODS as BIASED_METHODS
from .cli_options import (
    DataHome,
    Epochs,
    Jobs,
    Methods,
    Results,
    Seeds,
    Settings,
    SomeSettings,
    SplitsDir,
    chosen,
)
from .measures import MEASURES
from .preparation import SETTING_ORDER, paper_specs
from .progress import run_with_progress
from .store import RunStore
from .summaries import crosswise, lead_with_ci, leads, markdown, summarize
from .sweep import (
    CENTRE,
    GRID,
    SWEEP_SETTINGS,
    full_grid,
    one_at_a_time,
    run_sweep,
    sweep_specs,
)

# Measures that are drawn over the share.
DRAWN = ("score_auc", "balanced_accuracy", "worst_group_balanced_accuracy")
# What is compared with each other method, run by run, and in which measures.
LEADERS = ("ours", "ours_boosting", "ours_vote")
COMPARED = ("score_auc", "worst_group_balanced_accuracy")


def baselines(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Settings = None,
    method: Methods = None,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """What a user would pick instead, on the paper's splits, by the honest rule."""
    settings = chosen(setting, SETTING_ORDER, "--setting")
    methods = chosen(method, {**RIVALS, **OURS}, "--method")
    specs = paper_specs(
        settings,
        methods,
        n_seeds=seeds,
        epochs=epochs,
        splits="own" if splits_dir is None else "paper",
    )
    function = partial(run_baseline, splits_dir=splits_dir, data_home=data_home)
    runs = run_with_progress(function, specs, RunStore(results / "baselines.jsonl"), jobs)
    by = ["setting", "method"]
    table, failures = table_of(specs, runs, by)
    summary = _report(table, failures, by, results, "baselines")
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
    setting: Settings = None,
    method: Methods = None,
    share: Annotated[
        list[float] | None, typer.Option("--share", help="May be repeated.", min=0, max=1)
    ] = None,
    per_cell: Annotated[
        list[int] | None,
        typer.Option(
            "--per-cell", help="Validation rows of a cell; may be repeated.", min=1
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="50 rows a cell and the shares 0 and 0.4.")
    ] = False,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """Real data with unjust training labels, a small audited sample, a clean test set."""
    settings = chosen(setting, BIASED_SETTINGS, "--setting")
    methods = chosen(method or BIASED_METHODS, ALL_RIVALS, "--method")
    (kind,) = chosen([kind], KINDS, "--kind")
    quick_shares = SHARES[kind][::2] if quick else SHARES[kind]
    specs = biased_specs(
        settings,
        methods,
        kind=kind,
        shares=share or quick_shares,
        per_cell=per_cell or ((50,) if quick else PER_CELL),
        n_seeds=seeds,
        epochs=epochs,
    )
    function = partial(run_biased, data_home=data_home)
    runs = run_with_progress(function, specs, RunStore(results / "biased.jsonl"), jobs)
    name = f"biased_{kind}"
    by = ["setting", "per_cell", "share", "method"]
    table, failures = table_of(specs, runs, by)
    _report(table, failures, by, results, name)
    drawn = {
        "metrics": {key: MEASURES[key] for key in DRAWN},
        "titles": _titles(methods),
        "bold": OURS,
    }
    for n_val, rows in table.groupby("per_cell"):
        path = results / f"{name}_{n_val}.png"
        figures.lines(rows, across="share", path=path, x_label="share", **drawn)
    if table["per_cell"].nunique() > 1:
        for value, rows in table.groupby("share"):
            path = results / f"{name}_share_{value:g}.png"
            label = "validation rows per cell"
            figures.lines(rows, across="per_cell", path=path, x_label=label, **drawn)


def sweep(
    results: Results = Path("results"),
    data_home: DataHome = None,
    setting: SomeSettings = SWEEP_SETTINGS,
    full: Annotated[
        bool,
        typer.Option("--full", help="The whole grid instead of one parameter at a time."),
    ] = False,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary", help="A parameter to vary, the others kept; may be repeated."
        ),
    ] = tuple(GRID),
    seeds: Seeds = 3,
    epochs: Epochs = None,
    jobs: Jobs = 2,
):
    """Validation size, goal, stage 1, anchor, optimizer: what decides the defaults."""
    settings = chosen(setting, BIASED_SETTINGS, "--setting")
    varied = chosen(vary, GRID, "--vary")
    grid = {name: GRID[name] for name in varied}
    points = full_grid(grid, CENTRE) if full else one_at_a_time(grid, CENTRE)
    specs = sweep_specs(settings, points, n_seeds=seeds, epochs=epochs)
    function = partial(run_sweep, data_home=data_home)
    runs = run_with_progress(function, specs, RunStore(results / "sweep.jsonl"), jobs)
    named = [_with_optimizer_named(spec) for spec in specs]
    by = ["setting", "share", *GRID]
    table, failures = table_of(named, runs, by)
    _report(table, failures, by, results, "sweep")
    drawn = {
        "parameters": varied,
        "centre": _with_optimizer_named(CENTRE),
        "metrics": {name: MEASURES[name] for name in COMPARED},
    }
    figures.effects(table, path=results / "sweep.png", **drawn)
    if full and len(varied) > 1:
        figures.pairs(table, path=results / "sweep_pairs.png", **drawn)


def _report(table, failures, by, results, name):
    """Write means, intervals, leads and failures of a comparison, and print them.

    Parameters
    ----------
    table, failures :
        As of `table_of`.
    by : list of str
        Columns that tell rows of the summary apart.
    results : Path
        Folder to write into.
    name : str
        Of the files.

    Returns
    -------
    summary : DataFrame
        As of `summarize`.
    """
    summary = summarize(table, by, list(MEASURES))
    summary.to_csv(results / f"{name}.csv", index=False)
    blocks = []
    for metric, title in MEASURES.items():
        blocks += [f"### {title[0].upper()}{title[1:]}", _by_setting(summary, by, metric)]
    compared = table["method"].unique() if "method" in by else []
    for method in LEADERS:
        if method in compared and len(compared) > 1:
            lead = leads(table, by, list(COMPARED), method)
            lead.to_csv(results / f"{name}_lead_{method}.csv", index=False)
            blocks += [
                f"### Lead of {ALL_RIVALS[method].title}",
                "Its value less the method's, seed by seed. Bold where the 95 % interval "
                "excludes 0, which is not corrected for the number of comparisons.",
            ]
            for metric in COMPARED:
                shown = _by_setting(lead, by, metric, cell=lead_with_ci)
                blocks += [f"In {MEASURES[metric]}:", shown]
    if failures:
        blocks += ["### Could not be trained", "\n".join(f"- {each}" for each in failures)]
    text = "\n\n".join(blocks)
    (results / f"{name}.md").write_text(text + "\n")
    typer.echo(text)
    return summary


def _by_setting(summary, by, metric, **options):
    """One metric as Markdown, settings side by side; see `crosswise`."""
    index = [column for column in by if column != "setting"]
    table = crosswise(summary, index, "setting", metric, **options)
    if "method" in table:
        rivals = [ALL_RIVALS[name] for name in table["method"]]
        table["method"] = [rival.title for rival in rivals]
        table.insert(len(index), "groups seen", [rival.groups for rival in rivals])
    return markdown(table)


def _with_optimizer_named(point):
    """A point of the sweep with optimizer and learning rate as one text: "sgd 0.001"."""
    return {**point, "optimizer": "{} {:g}".format(*point["optimizer"])}


def _titles(methods):
    return {name: ALL_RIVALS[name].title for name in methods}
