"""What stands in an archive for objects that skops does not store."""

from dataclasses import dataclass


@dataclass
class StoredNetwork:
    """A trained network.

    Parameters
    ----------
    data : bytes
        As `save` writes them to a file of its own.
    """

    data: bytes


@dataclass
class StoredParameters:
    """A `NashMetaClassifier` that is not trained.

    Parameters
    ----------
    text : str
        Its parameters, as JSON.
    module : str or None
        Name of the network of the user's own.
    """

    text: str
    module: str | None


@dataclass
class StoredLabel:
    """A date, timestamp or interval, as JSON."""

    text: str


@dataclass
class StoredTable:
    """A DataFrame, as JSON."""

    text: str
