"""Columns of plain numbers, which pandas reads many times faster than texts."""

import io

import pandas as pd


def read_texts(text, **options):
    """Read a table as texts, its header line included, as the first row."""
    return _read(text, header=None, dtype=object, **options)


def plain_numbers(head):
    """Columns of several different numbers, told by the first rows as texts.

    Those of one value are read as texts, because a note shows how it is written.
    """
    return [
        name
        for name, column in head.items()
        if (column != column.iloc[0]).any()
        and pd.to_numeric(column[column != ""], errors="coerce").notna().all()
    ]


def read_numbers(text, columns, *, names, **options):
    """Read the rows below the header line; texts, but where a whole column is numbers.

    Parameters
    ----------
    text : str
    columns : list of int
        Those that are probably numbers.
    names : sequence of int
        All columns.

    Returns
    -------
    frame : DataFrame
        Columns of texts, where empty fields are "", and of int64 or float64, where they
        are NaN.
    """
    options = {"names": names, "header": 0, **options}
    frame = _read(
        text,
        dtype={name: object for name in names if name not in columns},
        na_values={name: [""] for name in columns},
        **options,
    )
    others = [name for name in columns if frame[name].dtype not in ("int64", "float64")]
    if others:
        frame[others] = _read(text, dtype=object, usecols=others, **options)
    return frame


def _read(text, **options):
    return pd.read_csv(
        io.StringIO(text), keep_default_na=False, index_col=False, skipinitialspace=True,
        low_memory=False, **options,
    )  # fmt: skip
