"""Check the history in a model file, epoch by epoch."""

from .._model_file import is_number, require, require_type


def _is_none_or_number(value):
    return value is None or is_number(value)


def _is_by_name(value, is_entry=_is_none_or_number):
    return type(value) is dict and all(map(is_entry, value.values()))


def _is_by_pair(value):
    return _is_by_name(value, _is_by_name)


def _is_plain(value):
    return _is_none_or_number(value) or type(value) in (bool, str) or _is_nested(value)


def _is_nested(value):
    return _is_by_name(value, _is_plain)


# Entries that an epoch has in all versions, and what they are. Others, that later versions
# added, are numbers, text, None or dicts of such.
KINDS = {
    "train_loss": _is_none_or_number,
    "group_losses": lambda value: _is_by_name(value, is_number),
    "worst_group_loss": is_number,
    "bargaining_success_rate": _is_none_or_number,
    "conflict_rate": _is_none_or_number,
    "player_conflict_rates": _is_by_name,
    "opposed_rates": _is_by_pair,
    "opposed_agreed_rates": _is_by_pair,
    "alpha": lambda value: value is None or _is_by_name(value, is_number),
    "safe_meta_lr": _is_none_or_number,
    "skipped_steps": lambda value: type(value) is int and value >= 0,
    "seconds": is_number,
}


def check_history(history, n_iter):
    """Refuse a history with a key missing, a wrong type, or epochs out of order.

    Parameters
    ----------
    history : object
        What the file has as `history_`.
    n_iter : object
        What it has as `n_iter_`.

    Raises
    ------
    ValueError
        If they are not what a training leaves.
    """
    require_type(history, list, "`history_`")
    require(
        type(n_iter) is int and n_iter == len(history),
        f"`n_iter_` should be {len(history)}, the epochs of `history_`. Got {n_iter!r}",
    )
    for number, row in enumerate(history, start=1):
        name = f"epoch {number} of `history_`"
        require_type(row, dict, name)
        lacking = [key for key in ("epoch", "stage", *KINDS) if key not in row]
        require(not lacking, f"{name} lacks {', '.join(lacking)}")
        in_order = type(row["epoch"]) is int and row["epoch"] == number
        require(in_order, f"{name} is numbered {row['epoch']!r:.40}")
        in_stages = type(row["stage"]) is int and row["stage"] in (1, 2)
        require(in_stages, f"{name} has the stage {row['stage']!r:.40}")
        for key, value in row.items():
            is_right = KINDS.get(key, _is_plain)
            require(is_right(value), f"{name} has a `{key}` of the wrong type")
