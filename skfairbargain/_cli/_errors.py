"""Errors and warnings on the command line: one line each, no traceback."""

import warnings
from contextlib import contextmanager

import typer


@contextmanager
def one_sentence_errors():
    """Print an error that the user can correct, and exit with status 2."""
    try:
        yield
    except (ValueError, ImportError, OSError) as error:
        typer.echo(f"Error: {' '.join(str(error).split())}", err=True)
        raise SystemExit(2) from None


@contextmanager
def one_line_warnings():
    """Print warnings for users, each once, and yield the list of them."""
    shown = []

    def show(message, *args, **kwargs):
        if str(message) not in map(str, shown):
            shown.append(message)
            typer.echo(f"Warning: {' '.join(str(message).split())}", err=True)

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = show
        yield shown
