"""A user's file as a table of texts, whatever its format, and how it was read."""

import io
from typing import NamedTuple

import pandas as pd

from .._utils import import_optional
from ._source import read_source
from ._table import parse_table, separator_name
from ._text import decode

PARQUET = b"PAR1"


class Format(NamedTuple):
    """What the user says of the files; None is guessed.

    Parameters
    ----------
    separator, encoding : str or None, default=None
    decimal : {",", "."} or None, default=None
    day_first : bool or None, default=None
        Whether the day stands before the month in 01/02/2020.
    """

    separator: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    day_first: bool | None = None


class File(NamedTuple):
    """A file as it was parsed.

    Parameters
    ----------
    name, sha256 : str
    frame : DataFrame
        Columns of texts, where empty fields are "", and of plain numbers or dates.
    decimal_comma : bool
    notes : list of str
    found : str
        How it was read, in one line.
    """

    name: str
    sha256: str
    frame: pd.DataFrame
    decimal_comma: bool
    notes: list
    found: str


def parse_file(path, as_text=(), options=None):
    """Read a file as a table.

    Parameters
    ----------
    path : str or Path
        CSV, compressed or not, or Parquet; "-" is standard input.
    as_text : collection of str, default=()
        Columns to read as texts even where they are plainly numbers.
    options : Format, default=None

    Returns
    -------
    file : File

    Raises
    ------
    ValueError
        If there is no such file, or it cannot be read as a table.
    ImportError
        If it is a Parquet file and pyarrow is not installed.
    """
    options = options or Format()
    source = read_source(path)
    if source.data.startswith(PARQUET):
        frame = _parquet(source, as_text)
        found = f"{source.name}: {_shape(frame)}, Parquet."
        return File(source.name, source.sha256, frame, False, [], found)
    text = decode(source, options.encoding)
    parsed = parse_table(
        text.text,
        source.name,
        as_text=as_text,
        separator=options.separator,
        decimal=options.decimal,
    )
    marks = "decimal commas" if parsed.decimal_comma else "decimal points"
    between = separator_name(parsed.separator)
    found = f"{source.name}: {_shape(parsed.frame)}, {text.found}, {between}, {marks}."
    notes = [*text.notes, *parsed.notes]
    return File(
        source.name, source.sha256, parsed.frame, parsed.decimal_comma, notes, found
    )


def _shape(frame):
    return f"{len(frame):,} rows × {frame.shape[1]:,} columns"


def _parquet(source, as_text):
    import_optional("pyarrow", extra="parquet")
    try:
        frame = pd.read_parquet(io.BytesIO(source.data))
    except (ValueError, OSError) as error:
        raise ValueError(
            f"{source.name!r} cannot be read as Parquet: {str(error).rstrip('.')}."
        ) from error
    if frame.empty:
        raise ValueError(f"{source.name!r} has no row.")
    frame = frame.reset_index(drop=True)
    frame.columns = [str(name).strip() for name in frame.columns]
    return pd.DataFrame(
        {name: _texts_or_numbers(frame[name], name in as_text) for name in frame}
    )


def _texts_or_numbers(column, as_text):
    """A column as of a CSV file: texts, or plain numbers or dates."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("integer", "floating", "mixed-integer-float", "decimal") and not as_text:
        numbers = pd.to_numeric(column).astype("float64" if column.isna().any() else None)
        return numbers if numbers.dtype.kind in "iuf" else numbers.astype("float64")
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    if pd.api.types.is_datetime64_any_dtype(column) and not as_text:
        return column
    if column.dtype.kind == "f":  # whole numbers where some are missing
        column = column.map("{:.15g}".format, na_action="ignore")
    return column.astype(object).where(column.notna(), "").astype(str).astype(object)
