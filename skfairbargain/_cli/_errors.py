"""Bad input on the command line: one sentence and exit status 2, no traceback."""

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
