"""Values of a quantity: of all rows, and of each group where it is defined."""

import numpy as np

from .._utils import encode_groups, group_names, warn_user
from ..exceptions import UndefinedGroupError

LEAVE_OUT = (
    "score more rows at a time (fewer folds, or folds stratified by group and label), or "
    "pass undefined='warn' to leave it out."
)


def group_values(quantity, rows, sensitive_features, undefined="raise", advice=LEAVE_OUT):
    """Value of a quantity in each group where it is defined, by group label.

    `advice` is what else to do where it is undefined than to merge groups.

    Raises
    ------
    UndefinedGroupError
        If it is undefined in some group and `undefined` is "raise", or in all groups.
    """
    rows, codes, labels = split(rows, sensitive_features, undefined)
    names = group_names(labels)
    values, reasons = {}, []
    for code, label in enumerate(labels):
        members = rows[codes == code]
        lack = quantity.lacks(members)
        if lack is None:
            values[label] = quantity(members)
            continue
        reason = f"Group {names[code]!r} has {lack}"
        if undefined == "raise":
            raise UndefinedGroupError(
                f"{reason}, so its {quantity.title} is undefined. Merge it with another "
                f"group, {advice}"
            )
        reasons.append(reason)
    if not values:
        raise UndefinedGroupError(
            f"No group has a defined {quantity.title}. {'. '.join(reasons)}. Score more "
            "rows at a time, or merge groups."
        )
    for reason in reasons:
        warn_user(
            f"{reason}, so its {quantity.title} is undefined and the group is left out."
        )
    return values


def overall_value(quantity, rows):
    """Value of a quantity for all rows together.

    Raises
    ------
    UndefinedGroupError
        If it is undefined.
    """
    rows = rows[rows.weight > 0]
    lack = quantity.lacks(rows)
    if lack is not None:
        raise UndefinedGroupError(
            f"The rows to score have {lack}, so their {quantity.title} is undefined. Score "
            "more rows at a time: fewer folds, or folds stratified by label."
        )
    return quantity(rows)


def split(rows, sensitive_features, undefined):
    """Rows of positive weight, the group code of each, and the groups that they form."""
    if undefined not in ("raise", "warn"):
        raise ValueError(f"`undefined` should be 'raise' or 'warn'. Got {undefined!r}.")
    if sensitive_features is None:
        raise ValueError(
            "`sensitive_features` should hold a group for each row. Got None. Pass the "
            "column, or the columns, that say which group a row belongs to."
        )
    codes, labels = encode_groups(
        sensitive_features, name="sensitive_features", like={"y_true": rows.y}
    )
    weighted = rows.weight > 0
    present, codes = np.unique(codes[weighted], return_inverse=True)
    return rows[weighted], codes, [labels[code] for code in present]
