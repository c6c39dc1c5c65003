"""The columns of a skorch history: numbers for loggers, beside what `history_` has."""

import re
from numbers import Number

from ._history import EPOCH_KEYS

# skorch's loggers leave out the columns that begin so; they would choke on dicts.
ROW = "event_row"


def columns(row):
    """Return the columns of an epoch.

    Parameters
    ----------
    row : dict
        The epoch, as in `history_`.

    Returns
    -------
    columns : dict
        Its numbers, NaN where there is none; ``loss_<group>`` of each group, in letters
        that MLflow takes; and the whole row.
    """
    numbers = {
        key: float("nan") if value is None else value
        for key, value in row.items()
        if isinstance(value, Number | None) and key != "alpha"
    }
    names = [re.sub(r"[^\w\-. :/]", "_", name) for name in row["group_losses"]]
    if len(set(names)) < len(names):
        names = range(len(names))
    losses = zip(names, row["group_losses"].values(), strict=True)
    return {**numbers, **{f"loss_{name}": loss for name, loss in losses}, ROW: row}


def history_of(epochs):
    """Return a skorch history's rows for the epochs of a `history_`."""
    return [{**columns(row), "batches": []} for row in epochs]


def finished_epochs(history):
    """Return the finished epochs of a skorch history, a plain dict each."""
    return [
        {key: row[ROW][key] for key in EPOCH_KEYS if key in row[ROW]} for row in history
    ]
