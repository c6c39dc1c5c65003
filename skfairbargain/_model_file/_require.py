"""Say what is wrong with a value in a model file."""

import math


def require(condition, reason):
    """Raise a ValueError with the reason, unless the condition holds."""
    if not condition:
        raise ValueError(reason)


def require_type(value, kind, name):
    """Raise a ValueError unless a value is of exactly this type."""
    require(
        type(value) is kind,
        f"{name} should be of type {kind.__name__}. Got {type(value).__name__}",
    )


def is_number(value):
    """Whether a value is an int or a float, NaN and infinity included, and no bool."""
    return type(value) in (int, float)


def is_length(value):
    """Whether a value is a finite number of 0 or more, an int one that torch takes."""
    most = 2**63 if type(value) is int else math.inf
    return is_number(value) and 0 <= value < most
