"""Options that several commands have: how files are written."""

from enum import StrEnum
from typing import Annotated

import typer

PANEL = "How files are written"

_Dates = StrEnum("Dates", [("DAY", "day-first"), ("MONTH", "month-first")])
_Decimal = StrEnum("Decimal", [("COMMA", "comma"), ("POINT", "point")])

Separator = Annotated[
    str | None,
    typer.Option(help="Between values: , ; | or tab.", rich_help_panel=PANEL),
]
Encoding = Annotated[
    str | None, typer.Option(help="Such as latin-1.", rich_help_panel=PANEL)
]
Decimal = Annotated[
    _Decimal | None, typer.Option(help="The decimal mark.", rich_help_panel=PANEL)
]
Dates = Annotated[
    _Dates | None,
    typer.Option(help="Of dates such as 01/02/2020.", rich_help_panel=PANEL),
]


def a_format(separator, encoding, decimal, dates):
    """What the options say of the files.

    Returns
    -------
    format : Format

    Raises
    ------
    ValueError
        If the separator is not one character.
    """
    from .._reading import Format

    separator = "\t" if separator in ("tab", "\\t") else separator
    if separator is not None and len(separator) != 1:
        raise ValueError(f"--separator should be one character, or tab. Got {separator!r}.")
    return Format(
        separator,
        encoding,
        decimal and {"comma": ",", "point": "."}[str(decimal)],
        None if dates is None else dates == _Dates.DAY,
    )
