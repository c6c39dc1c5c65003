"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from ..audited.tables import FROM_A_FOLDER
from ..preparation import SETTING_ORDER
from .paths import existing_folder, folder

Results = Annotated[
    Path,
    typer.Option(
        "--results",
        help="Folder of finished runs, tables and figures; made where missing.",
        parser=folder,
        metavar="FOLDER",
    ),
]
SplitsDir = Annotated[
    Path | None,
    typer.Option(
        "--splits-dir",
        help="Folder of the paper's own row numbers (.npz); without it, ours by its rule.",
        parser=existing_folder,
        metavar="FOLDER",
    ),
]
DataHome = Annotated[
    Path | None,
    typer.Option(
        "--data-home",
        help="scikit-learn's cache folder.",
        parser=folder,
        metavar="FOLDER",
    ),
]
MoreTables = Annotated[
    Path | None,
    typer.Option(
        "--more",
        help=f"Folder with the CSV files of {', '.join(FROM_A_FOLDER)}.",
        parser=existing_folder,
        metavar="FOLDER",
    ),
]
Jobs = Annotated[int, typer.Option("--jobs", help="Processes, one thread each.", min=1)]
Seeds = Annotated[
    int, typer.Option("--seeds", help="Runs of everything, a seed each.", min=1)
]
Epochs = Annotated[
    int | None,
    typer.Option("--epochs", help="Epochs instead of the usual number.", min=1),
]
OurEpochs = Annotated[
    int | None,
    typer.Option(
        "--epochs",
        help="Epochs of ours instead of the usual number; other methods keep theirs.",
        min=1,
    ),
]


def some_of(option, names, **settings):
    """An option that may be repeated; its help lists the values."""
    return typer.Option(option, help=f"May be repeated: {', '.join(names)}.", **settings)


Settings = Annotated[
    list[str] | None, some_of("--setting", SETTING_ORDER, show_default="all")
]


def chosen(wanted, known, option):
    """The values of a repeated option, each once, all known ones where it is not given."""
    for name in wanted or ():
        if name not in known:
            raise typer.BadParameter(
                f"should be among {', '.join(known)}. Got {name}.", param_hint=option
            )
    return list(dict.fromkeys(wanted or known))
