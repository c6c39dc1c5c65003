"""The commands of ``python -m experiments``: one for each table."""

import typer

from . import (
    agreement,
    audited,
    baselines,
    biased_labels,
    images,
    reference,
    rotating,
    simulation,
    split_tables,
    sweep,
    table1,
)

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def main():
    """The paper's tables, and what a user would pick instead."""


for command in (
    table1.table1,
    split_tables.table2,
    split_tables.table5,
    table1.curves,
    baselines.baselines,
    biased_labels.biased_labels,
    sweep.sweep,
    agreement.agreement,
    rotating.rotating,
    audited.audited,
    images.images,
    images.coloured,
    reference.reference,
    simulation.simulation,
):
    app.command()(command)
