"""The forms of a quantity: decorators that make public metrics of it.

A public metric is declared by its signature and docstring and has no body of its own:
``@worst_group(PRECISION)`` gives it one, and enters it in the table of all metrics.
"""

import functools
import inspect
import types
from typing import NamedTuple

from ._inputs import read_rows
from ._parameters import with_sections
from ._quantity import Quantity
from ._values import group_values, overall_value


class GroupMetric(NamedTuple):
    """A public metric, and what a scorer or a display needs to know of it."""

    function: object
    reads: str  # "labels", "scores" or "probabilities"
    greater_is_better: bool
    quantity: Quantity | None  # None where there are several


GROUP_METRICS = {}


def overall(quantity):
    """Form of all rows together, whatever their group."""

    def compute(given):
        return overall_value(quantity, read_rows(quantity, given))

    return _form(quantity, compute, quantity.greater_is_better)


def worst_group(quantity):
    """Form of the smallest value of a group; the largest of a loss."""
    worst = min if quantity.greater_is_better else max

    def compute(given):
        return worst(values_by_group(quantity, given).values())

    return _form(quantity, compute, quantity.greater_is_better)


def difference(quantity):
    """Form of the largest value of a group less the smallest."""

    def compute(given):
        return largest_difference(values_by_group(quantity, given))

    return _form(quantity, compute, greater_is_better=False)


def ratio(quantity):
    """Form of the smallest value of a group over the largest."""

    def compute(given):
        return smallest_ratio(values_by_group(quantity, given))

    return _form(quantity, compute, greater_is_better=True)


def public_metric(compute, *, reads, greater_is_better, quantity=None):
    """Decorator that makes a public metric of a signature and a docstring.

    Parameters
    ----------
    compute : callable
        From the arguments, a dict by name with the defaults filled in, to the value.
    reads : {"labels", "scores", "probabilities"}
    greater_is_better : bool
    quantity : Quantity, default=None

    Returns
    -------
    decorate : callable
    """

    def decorate(declared):
        signature = inspect.signature(declared)

        def metric(*args, **kwargs):
            declared(*args, **kwargs)  # Python's own error, where arguments do not fit
            given = signature.bind(*args, **kwargs)
            given.apply_defaults()
            return compute(given.arguments)

        # doctest runs a function's examples only in the module whose globals it has.
        metric = types.FunctionType(
            metric.__code__, declared.__globals__, closure=metric.__closure__
        )
        functools.update_wrapper(metric, declared)
        metric.__doc__ = with_sections(declared)
        entry = GroupMetric(metric, reads, greater_is_better, quantity)
        GROUP_METRICS[declared.__name__] = entry
        return metric

    return decorate


def _form(quantity, compute, greater_is_better):
    return public_metric(
        compute,
        reads=quantity.reads,
        greater_is_better=greater_is_better,
        quantity=quantity,
    )


def values_by_group(quantity, given):
    """Value of a quantity in each group, from a metric's arguments."""
    rows = read_rows(quantity, given)
    return group_values(quantity, rows, given["sensitive_features"], given["undefined"])


def largest_difference(values):
    """Largest value less the smallest."""
    return max(values.values()) - min(values.values())


def smallest_ratio(values):
    """Smallest value over the largest; 1 where all are zero, for they are equal."""
    largest = max(values.values())
    return min(values.values()) / largest if largest else 1.0
