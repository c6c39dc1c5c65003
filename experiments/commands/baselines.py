"""``baselines``: what a user would pick instead."""

from functools import partial
from pathlib import Path
from typing import Annotated

from ..baselines import run_baseline, table_of
from ..figures_of_methods import accuracy_fairness_plane
from ..preparation import SETTING_ORDER, paper_specs
from ..registry import OURS, RIVALS, epochs_of, titles_of
from ..reports import conditions, one_split, report_comparison
from ..runs import run_all
from ..store import RunStore
from .options import (
    DataHome,
    Jobs,
    OurEpochs,
    Results,
    Seeds,
    Settings,
    SplitsDir,
    chosen,
    some_of,
)


def baselines(
    results: Results = Path("results"),
    splits_dir: SplitsDir = None,
    data_home: DataHome = None,
    setting: Settings = None,
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
    specs = [
        {**spec, "epochs": epochs_of(spec["method"], epochs)}
        for spec in paper_specs(
            settings, methods, n_seeds=seeds, epochs=None, splits_dir=splits_dir
        )
    ]
    function = partial(run_baseline, splits_dir=splits_dir, data_home=data_home)
    runs = run_all(function, specs, RunStore(results / "baselines.sqlite"), n_jobs=jobs)
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
    accuracy_fairness_plane(
        summary,
        x="balanced_accuracy",
        y="worst_group_balanced_accuracy",
        titles=titles_of(methods),
        labels=("balanced accuracy", "balanced accuracy, worst group"),
        path=results / "baselines.png",
        bold=OURS,
    )
