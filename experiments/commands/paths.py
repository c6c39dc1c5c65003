"""Options that name files and folders, checked before anything is trained."""

from pathlib import Path

import typer


def folder(text):
    """A folder, there or not; an empty name would be the current one."""
    path = _named(text, "folder")
    if path.exists() and not path.is_dir():
        raise typer.BadParameter(f"should name a folder. {str(path)!r} is a file.")
    return path


def existing_folder(text):
    """A folder that is there."""
    path = folder(text)
    if not path.exists():
        raise typer.BadParameter(f"should name a folder. There is no {str(path)!r}.")
    return path


def existing_file(text):
    """A file to read."""
    path = _named(text, "file")
    if not path.exists():
        raise typer.BadParameter(f"should name a file. There is no {str(path)!r}.")
    return _no_folder(path)


def new_file(text):
    """A file to write."""
    path = _no_folder(_named(text, "file"))
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {str(path.parent)!r}.")
    return path


def _named(text, kind):
    if not str(text).strip():
        raise typer.BadParameter(f"should name a {kind}. Got {str(text)!r}.")
    return Path(text)


def _no_folder(path):
    if path.is_dir():
        raise typer.BadParameter(f"should name a file. {str(path)!r} is a folder.")
    return path
