"""The application: a command for each task."""

import typer

from ._compare import compare

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Fairness-aware training by Nash bargaining.",
)


@app.callback()
def _commands():
    """Fairness-aware training by Nash bargaining."""


app.command()(compare)
