"""Check the numbers that `audit_size` and `detectable_gap` are given."""

from numbers import Integral

import numpy as np

from .._utils import check_numbers, shortly
from ._gap_sizes import MOST_EXACT_ROWS

# What a number may be, by its name: smallest and largest value, and words for them.
ALLOWED = {
    "gap": (-1, 1, "between -1 and 1, as 0.1 is"),
    "rate": (0, 1, "between 0 and 1, as 0.8 is"),
    "power": (1e-6, 1 - 1e-6, "above 0 and below 1, as 0.8 is"),
    "alpha": (1e-6, 1 - 1e-6, "above 0 and below 1, as 0.05 is"),
    "ratio": (1e-3, 1e3, "between 0.001 and 1000, as 2 is"),
    "n": (1, 1e12, "a number of rows, 1 or more"),
    "n_other": (1, 1e12, "a number of rows, 1 or more"),
}
# Rows for a smaller gap would be hundreds of millions.
SMALLEST_GAP = 1e-4
MOST_COMPARISONS = 10_000


def checked_arrays(method, n_comparisons, **arguments):
    """Arrays of one shape, each with numbers that its argument may have.

    The arrays by name; `alpha` is the level of one comparison.
    """
    if not isinstance(method, str) or method not in ("normal", "exact"):
        raise ValueError(f"`method` should be 'normal' or 'exact'. Got {shortly(method)}.")
    is_count = isinstance(n_comparisons, Integral) and not isinstance(n_comparisons, bool)
    if not is_count or not 1 <= n_comparisons <= MOST_COMPARISONS:
        raise ValueError(
            f"`n_comparisons` should be a whole number from 1 to {MOST_COMPARISONS:,}. Got "
            f"{shortly(n_comparisons)}."
        )
    arrays = {name: _checked(values, name) for name, values in arguments.items()}
    try:
        together = np.broadcast_arrays(*arrays.values())
    except ValueError as error:
        shapes = {name: array.shape for name, array in arrays.items() if array.ndim}
        listed = ", ".join(f"`{name}` {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"Arguments that are arrays should have shapes that fit. Got {listed}."
        ) from error
    arrays = dict(zip(arrays, together, strict=True))
    too_weak = arrays["power"] <= arrays["alpha"]
    if too_weak.any():
        raise ValueError(
            "`power` should be larger than `alpha`, the power without any gap. Got "
            f"{arrays['power'][too_weak][0]:g} and {arrays['alpha'][too_weak][0]:g}."
        )
    arrays["alpha"] = arrays["alpha"] / n_comparisons
    return arrays


def check_gaps(gap, rate):
    """Refuse gaps that are too small, or that the other group's rate cannot have."""
    small = np.abs(gap) < SMALLEST_GAP
    if small.any():
        raise ValueError(
            f"`gap` should be {SMALLEST_GAP:g} or more in size. Got {gap[small][0]:g}."
        )
    outside = np.abs(rate - gap - 0.5) > 0.5 + 1e-12
    if outside.any():
        raise ValueError(
            "`rate` less `gap`, the other group's rate, should lie between 0 and 1. Got "
            f"{rate[outside][0]:g} less {gap[outside][0]:g}. A negative `gap` lies above "
            "`rate`."
        )


def check_counts(method, **counts):
    """Refuse numbers of rows that are not whole, or more than the method can count."""
    for name, array in counts.items():
        fractions = array != np.rint(array)
        if fractions.any():
            raise ValueError(
                f"`{name}` should be a whole number of rows. Got {array[fractions][0]:g}."
            )
        if method == "exact" and (array > MOST_EXACT_ROWS).any():
            raise ValueError(
                f"`{name}` should be at most {MOST_EXACT_ROWS:,} with method='exact'. Got "
                f"{array.max():g}. Use method='normal', which differs little for so many."
            )


def is_upwards(direction):
    """Whether the gap lies above the rate."""
    if not isinstance(direction, str) or direction not in ("down", "up"):
        raise ValueError(f"`direction` should be 'down' or 'up'. Got {shortly(direction)}.")
    return direction == "up"


def _checked(values, name):
    check_numbers(values, name)
    low, high, words = ALLOWED[name]
    try:
        array = np.asarray(values)
        numbers = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`{name}` should be a number or an array of numbers. Got {shortly(values)}."
        ) from error
    strange = ~((numbers >= low) & (numbers <= high)) | (array.dtype == bool)
    if strange.any():
        raise ValueError(
            f"`{name}` should be {words}. Got {shortly(array[strange].tolist()[0])}."
        )
    return numbers
