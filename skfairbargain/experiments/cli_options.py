"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Results = Annotated[
    Path,
    typer.Option(
        "--results",
        help="Folder of finished runs, tables and figures; made where missing.",
        file_okay=False,
    ),
]
SplitsDir = Annotated[
    Path | None,
    typer.Option(
        "--splits-dir",
        help="Folder of the paper's own row numbers (.npz); without it, ours by its rule.",
        exists=True,
        file_okay=False,
    ),
]
DataHome = Annotated[
    Path | None, typer.Option("--data-home", help="scikit-learn's cache folder.")
]
PaperTable = Annotated[
    Path,
    # Checked before the training, which may take hours.
    typer.Option(
        "--paper-table",
        help="Published numbers to put beside ours.",
        exists=True,
        dir_okay=False,
    ),
]
Jobs = Annotated[int, typer.Option("--jobs", help="Processes, one thread each.", min=1)]
Seeds = Annotated[int, typer.Option("--seeds", help="Runs of every method.", min=1)]
Epochs = Annotated[
    int | None,
    typer.Option("--epochs", help="Epochs instead of the usual number.", min=1),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--setting", help="A setting; may be repeated.", show_default="all"),
]
SomeSettings = Annotated[
    list[str], typer.Option("--setting", help="A setting; may be repeated.")
]
Methods = Annotated[
    list[str] | None,
    typer.Option("--method", help="A method; may be repeated.", show_default="all"),
]


def chosen(wanted, known, option):
    """The values of a repeated option, all known ones where it is not given."""
    for name in wanted or ():
        if name not in known:
            raise typer.BadParameter(
                f"should be among {', '.join(known)}. Got {name}.", param_hint=option
            )
    return list(wanted or known)
