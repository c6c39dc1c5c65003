"""Options that name files."""

from pathlib import Path

import typer


def a_path(text):
    """Read an option as a path; an empty one would be the current folder."""
    if not str(text).strip():
        raise typer.BadParameter(f"should name a file. Got {str(text)!r}.")
    return Path(text)


def check_destinations(sources, **options):
    """Refuse files that could not be written after the training, or should not.

    Parameters
    ----------
    sources : iterable of Path or None
        Files that are read.
    **options : dict of str to Path or None
        By the option's name.
    """
    taken = {path.resolve(): "is read" for path in sources if path is not None}
    for name, path in options.items():
        option = f"--{name}"
        if path is None:
            continue
        if path.resolve() in taken:
            raise ValueError(
                f"{option} should name a file of its own. {str(path)!r} "
                f"{taken[path.resolve()]}."
            )
        taken[path.resolve()] = f"is that of {option}"
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
