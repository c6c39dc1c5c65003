"""Groups and favorable labels, from lale's fairness information."""

import numpy as np
import pandas as pd

from .._utils import distinct_names
from ..exceptions import UndefinedGroupError

COLUMN_WAS_CHANGED = (
    "If an earlier step scaled, encoded or redacted the column, its values no longer match "
    "`protected_attributes`: do this in `preparation` instead, as in "
    "NashMeta(**fairness_info, preparation=StandardScaler())."
)


def named_attributes(X, protected_attributes):
    """Replace the positions of protected attributes by names if X has column names.

    Examples
    --------
    >>> X = pd.DataFrame({"sex": ["F"], "age": [40]})
    >>> named_attributes(X, [{"feature": 1, "reference_group": [[25, 64]]}])
    [{'feature': 'age', 'reference_group': [[25, 64]]}]
    """
    if not hasattr(X, "columns"):
        return protected_attributes
    return [
        {**attribute, "feature": _name(attribute["feature"], list(X.columns))}
        for attribute in protected_attributes
    ]


def fairness_groups(X, protected_attributes):
    """Assign every row to a group by its protected attributes.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_features)
    protected_attributes : list of dict
        In lale's format, as `named_attributes` returns them.

    Returns
    -------
    groups : DataFrame of shape (n_samples, n_attributes)
        For each attribute, a name such as ``"sex=female"`` or ``"sex!=female"``.
    grouped : ndarray of shape (n_samples,), bool
        Whether the row has a group. It has none if an attribute has both a reference and a
        monitored group, and the row's value is in neither.

    Raises
    ------
    UndefinedGroupError
        If one of the two groups of an attribute is empty.
    ValueError
        If a column is missing in X, or a value is missing in a column.

    Examples
    --------
    >>> X = pd.DataFrame({"age": [19, 30, 70]})
    >>> groups, _ = fairness_groups(X, [{"feature": "age", "reference_group": [[25, 64]]}])
    >>> groups["age"].tolist()
    ['age!=25..64', 'age=25..64', 'age!=25..64']
    """
    names, grouped = {}, np.ones(len(X), dtype=bool)
    for attribute in protected_attributes:
        feature, reference = attribute["feature"], attribute["reference_group"]
        monitored = attribute.get("monitored_group")
        side = membership(protected_column(X, feature), reference, monitored)
        for which, lacking in (
            (1, f"in its reference group {reference}"),
            (
                0,
                f"in its monitored group {monitored}"
                if monitored
                else f"outside its reference group {reference}",
            ),
        ):
            if not (side == which).any():
                raise UndefinedGroupError(
                    f"The protected attribute {feature!r} should divide the rows into two "
                    f"groups. No row is {lacking}. {values_seen(X, [attribute])} "
                    f"{COLUMN_WAS_CHANGED}"
                )
        one = other = _group_text(reference)
        if monitored:  # [1] and ["1"] would read the same
            texts = [one, _group_text(monitored)]
            one, other = distinct_names(texts, [reference, monitored])
        sign = "=" if monitored else "!="
        names[feature] = np.where(side == 1, f"{feature}={one}", f"{feature}{sign}{other}")
        grouped &= side != 0.5
    return pd.DataFrame(names, index=getattr(X, "index", None)), grouped


def membership(values, reference, other=None):
    """Return 1 for values in `reference`, 0 for values in `other`, 0.5 for all others.

    This is the rule of lale's ``ProtectedAttributesEncoder`` for whole columns: a list of
    two values is a range that includes both; if `other` is None, it contains all values
    that are not in `reference`.

    Examples
    --------
    >>> membership([3, 8, 12], [[10, 20]], [[0, 5]]).tolist()
    [0.0, 0.5, 1.0]
    """
    values = np.asarray(values, dtype=object)
    rest = 0.0 if other is None else np.where(_among(values, other), 0.0, 0.5)
    return np.where(_among(values, reference), 1.0, rest)


def protected_column(X, feature):
    """Return the column of one protected attribute; refuse missing values."""
    columns = list(X.columns) if hasattr(X, "columns") else list(range(X.shape[1]))
    if feature not in columns:
        raise ValueError(
            f"X should have the protected attribute {feature!r} as a column. Its columns "
            f"are {_first_values(columns)}. If an earlier step of a pipeline dropped or "
            "renamed it, do this in `preparation` instead."
        )
    column = X[feature] if hasattr(X, "columns") else pd.Series(X[:, feature])
    n_missing = column.isna().sum()
    if n_missing:
        raise ValueError(
            f"The protected attribute {feature!r} should have a value in every row. Got "
            f"missing values in {n_missing} of {len(column)} rows. Give these rows a value "
            "of their own, such as 'unknown', or leave them out."
        )
    return column


def values_seen(X, protected_attributes):
    """Describe the values of these columns in one sentence, for an error message."""
    seen = []
    for attribute in protected_attributes:
        feature = attribute["feature"]
        values = sorted(set(protected_column(X, feature).tolist()), key=_type_and_value)
        if len(values) > 8 and not isinstance(values[0], str):
            seen.append(f"{feature!r} is between {values[0]:g} and {values[-1]:g}")
        else:
            seen.append(f"{feature!r} has the values {_first_values(values)}")
    return f"In the data, {' and '.join(seen)}."


def _name(feature, columns):
    by_position = isinstance(feature, int) and feature not in columns
    return columns[feature] if by_position and feature < len(columns) else feature


def _among(values, groups):
    found = np.zeros(len(values), dtype=bool)
    for group in groups:
        if isinstance(group, list | tuple):
            found |= ((values >= group[0]) & (values <= group[1])).astype(bool)
        else:
            found |= (values == group).astype(bool)
    return found


def _type_and_value(value):
    return isinstance(value, str), value


def _group_text(groups):
    return "|".join(
        f"{group[0]}..{group[1]}" if isinstance(group, list | tuple) else str(group)
        for group in groups
    )


def _first_values(values, n_shown=8):
    more = f" and {len(values) - n_shown} more" if len(values) > n_shown else ""
    return f"{values[:n_shown]}{more}"
