"""Options that name files."""

from pathlib import Path

import typer


def a_path(text):
    """Read an option as a path; an empty one would be the current folder."""
    if not str(text).strip():
        raise typer.BadParameter(f"should name a file. Got {str(text)!r}.")
    return Path(text)


def check_destinations(output, plot):
    """Refuse files that could not be written after the training."""
    for option, path in (("--output", output), ("--plot", plot)):
        if path is not None and not path.parent.is_dir():
            raise ValueError(f"{option}: there is no folder {str(path.parent)!r}.")
        if path is not None and path.is_dir():
            raise ValueError(f"{option} should name a file. {str(path)!r} is a folder.")
    if plot is not None:
        from .._utils import import_optional

        known = import_optional("matplotlib.backend_bases", extra="plot")
        formats = known.FigureCanvasBase.get_supported_filetypes()
        if plot.suffix.removeprefix(".").lower() not in formats:
            raise ValueError(
                f"--plot should end in one of {', '.join(sorted(formats))}. Got "
                f"{plot.name!r}."
            )
