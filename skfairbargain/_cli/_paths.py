"""Options that name files."""

from pathlib import Path

import typer


def a_path(text):
    """Read an option as a path; an empty one would be the current folder."""
    if not str(text).strip():
        raise typer.BadParameter(f"should name a file. Got {str(text)!r}.")
    return Path(text)


def check_destinations(**options):
    """Refuse files that could not be written after the training.

    Parameters
    ----------
    **options : dict of str to Path or None
        By the option's name.
    """
    for name, path in options.items():
        option = f"--{name}"
        if path is None:
            continue
        if not path.parent.is_dir():
            raise ValueError(f"{option}: there is no folder {str(path.parent)!r}.")
        if path.is_dir():
            raise ValueError(f"{option} should name a file. {str(path)!r} is a folder.")
    report = options.get("report")
    if report is not None and report.suffix.lower() not in (
        ".html",
        ".htm",
        ".md",
        ".json",
    ):
        raise ValueError(
            f"--report should end in .html, .md or .json. Got {report.name!r}."
        )
