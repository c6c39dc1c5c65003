"""Archives of skops: any estimator of scikit-learn, with networks in it."""

import datetime
import io
import json
import pickle
import zipfile

import pandas as pd

from ..exceptions import ModelFileError
from ._exchange import exchanged
from ._header import parse
from ._plain import from_plain, to_plain
from ._stored import StoredLabel, StoredTable
from ._tables import table_of_text, table_text
from ._trusted import is_trusted

LABELS = (datetime.date, datetime.datetime, pd.Timestamp, pd.Interval)
# What is stored in place of them and of tables, and what reads that.
EXCHANGE = {
    **dict.fromkeys(LABELS, lambda label: StoredLabel(json.dumps(to_plain(label)))),
    pd.DataFrame: lambda table: StoredTable(table_text(table)),
}
READERS = {
    StoredLabel: lambda stored: from_plain(parse(stored.text)),
    StoredTable: lambda stored: table_of_text(stored.text),
}
SCHEMA = "schema.json"
# What pickle and skops raise where they cannot store an object.
UNSTORABLE = (
    *(AttributeError, NotImplementedError, RecursionError, TypeError),
    *(pickle.PicklingError, ValueError),
)


def archive_of(estimator, exchange, trusted):
    """Return the bytes of an archive.

    Parameters
    ----------
    estimator : object
    exchange : dict of type to callable
        What is stored in place of objects that skops cannot store.
    trusted : collection of str
        Types beside our own that `object_in_archive` will be told to trust.

    Returns
    -------
    data : bytes

    Raises
    ------
    ValueError
        If something is there that only code could bring back, or of a type that would not
        be trusted.
    """
    import skops.io  # late: it takes a quarter of a second

    try:
        data = skops.io.dumps(exchanged(estimator, {**EXCHANGE, **exchange}))
    except UNSTORABLE as error:
        raise ValueError(
            "a file that runs no code cannot bring back an object that it has "
            f"({type(error).__name__}: {str(error).rstrip('.')})"
        ) from error
    unknown = _unknown_types(data, trusted)
    if unknown:
        raise ValueError(
            f"it has objects of types that `load` does not trust: {', '.join(unknown)}. If "
            "they run no code of others when they are loaded, pass these names as "
            "`trusted`, here and to `load`"
        )
    return data


def is_archive(data):
    """Whether bytes are those of an archive of skops."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        return SCHEMA in zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError):
        return False


def object_in_archive(data, exchange, trusted):
    """Return what an archive holds, all of whose types are known to be harmless.

    Parameters
    ----------
    data : bytes
    exchange : dict of type to callable
        What is put in the place of objects that were exchanged.
    trusted : collection of str

    Returns
    -------
    value : object

    Raises
    ------
    ModelFileError
        If there are objects of other types.
    ValueError
        If the archive is damaged.
    """
    try:
        return _object_in_archive(data, exchange, trusted)
    except ModelFileError:
        raise
    except (
        Exception
    ) as error:  # damage makes zipfile, skops and scikit-learn raise anything
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _object_in_archive(data, exchange, trusted):
    import skops.io

    _check_sizes(data)
    unknown = _unknown_types(data, trusted)
    if unknown:
        raise ModelFileError(
            "it has objects of types that may run code when they are loaded: "
            f"{', '.join(unknown)}; if you trust its author, pass these names as `trusted`"
        )
    value = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    return exchanged(value, {**READERS, **exchange})


def _unknown_types(data, trusted):
    import skops.io

    names = skops.io.get_untrusted_types(data=data)
    return [name for name in names if name not in trusted and not is_trusted(name)]


def _check_sizes(data):
    """Refuse archives whose parts are larger than they: none is compressed by `save`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > len(data):
            raise ValueError("it is compressed")
        broken = archive.testzip()
    if broken is not None:
        raise ValueError(f"its part {broken} does not match its checksum")
