"""``skfairbargain predict``: labels and probabilities of new rows by a stored model."""

from pathlib import Path
from typing import Annotated

import typer
from sklearn.utils import Bunch

from ._console import plain_console
from ._errors import one_line_warnings, one_sentence_errors
from ._options import Dates, Decimal, Encoding, Separator, a_format
from ._paths import a_path, check_destinations


def predict(
    model: Annotated[
        Path,
        typer.Argument(parser=a_path, metavar="MODEL", help="As `audit --model` wrote it."),
    ],
    data: Annotated[
        Path,
        typer.Argument(parser=a_path, metavar="DATA", help="New rows: CSV, Parquet, or -."),
    ],
    output: Annotated[
        Path, typer.Option(parser=a_path, metavar="FILE", help="Where to write, as CSV.")
    ],
    id: Annotated[
        str | None, typer.Option(metavar="COL", help="A column that names rows.")
    ] = None,
    separator: Separator = None,
    encoding: Encoding = None,
    decimal: Decimal = None,
    dates: Dates = None,
):
    """Predict new rows by a model that `skfairbargain audit` stored.

    The file needs the columns that the model was trained on; others are left alone.
    """
    with one_sentence_errors():
        check_destinations([model, data], output=output)
        from .._reading import read_records
        from .._utils import write_csv
        from ..persistence import load
        from ._model_columns import like_of_model
        from ._predictions import predictions

        console = plain_console()
        with one_line_warnings():
            trained = load(model)
            like = like_of_model(trained)
            table = read_records(
                data,
                texts=[] if id is None else [id],
                like=Bunch(data=like, name=model.name),
                options=a_format(separator, encoding, decimal, dates),
            )
            missing = [str(name) for name in like if name not in table.data]
            if missing:
                raise ValueError(
                    f"{table.name!r} should have the {like.shape[1]} columns that the "
                    "model was trained on. It lacks "
                    + ", ".join(map(repr, missing[:5]))
                    + (f" and {len(missing) - 5} more." if len(missing) > 5 else ".")
                )
            console.print(table.found)
            for note in table.notes:
                console.print(f"Note: {note}", style="dim")
            write_csv(predictions(trained, table, id), output)
        typer.echo(f"Predictions: {output} ({len(table.data):,} rows)")
