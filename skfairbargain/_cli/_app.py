"""The application: a command for each task."""

import typer

from ._audit import audit
from ._predict import predict

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Classifiers that serve every group of a few audited rows.",
)


@app.callback()
def _commands():
    """Classifiers that serve every group of a few audited rows."""


app.command()(audit)
app.command()(predict)
