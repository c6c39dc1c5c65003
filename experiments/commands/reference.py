"""``reference``: who loses when a model in use is replaced."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ..audited.against_reference import (
    REPLACING,
    random_problems,
    reference_specs,
    run_against_reference,
    who_loses,
)
from ..audited.runs import ALL, problem_of
from ..audited.tables import DATA_SETS, FROM_A_FOLDER
from ..files import write_csv
from ..reports import write_text
from ..runs import run_all
from ..store import RunStore
from ..summaries import markdown
from .options import DataHome, Jobs, MoreTables, Results, chosen, some_of

SHOWN = (
    "a group loses",
    "all gain",
    "kept",
    "worst group",
    "calibration error",
    "the reference's",
)


def reference(
    results: Results = Path("results"),
    data_home: DataHome = None,
    more: MoreTables = None,
    data_set: Annotated[
        list[str] | None,
        some_of("--data-set", DATA_SETS, show_default="all that can be read"),
    ] = None,
    method: Annotated[
        list[str] | None, some_of("--method", REPLACING, show_default="all")
    ] = None,
    problems: Annotated[
        int, typer.Option("--problems", help="How many random problems.", min=1)
    ] = 200,
    jobs: Jobs = 1,
):
    """Random unjust problems: who loses against balanced boosting in use today."""
    readable = [name for name in DATA_SETS if more or name not in FROM_A_FOLDER]
    names = chosen(data_set, DATA_SETS, "--data-set") if data_set else readable
    methods = chosen(method, REPLACING, "--method")
    specs = reference_specs(random_problems(names, problems), methods)
    store = RunStore(results / "reference.sqlite")
    function = partial(run_against_reference, data_home=data_home, more=more)
    runs = run_all(function, specs, store, n_jobs=jobs, shared=problem_of)
    table = who_loses(specs, runs)
    write_csv(table, results / "reference.csv")
    shown = table.assign(method=[ALL[name].title for name in table["method"]])
    for column in SHOWN:
        shown[column] = shown[column].map("{:.3f}".format).replace("nan", "–")
    how = (
        f"{problems} random problems; log loss of clean test rows, both labels of a group "
        "weighing the same, against balanced boosting on the recorded labels. A group "
        "loses where its loss is higher beyond the 95 % interval over the test rows. "
        "Calibration errors are those of the group where they are largest."
    )
    write_text(f"{how}\n\n{markdown(shown)}", results / "reference.md")
