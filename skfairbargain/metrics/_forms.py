"""The forms of a quantity: decorators that make public metrics of it.

A public metric is declared by its signature and docstring and has no body of its own:
``@worst_group(PRECISION)`` gives it one, and enters it in the table of all metrics.
"""

import functools
import inspect
import types
from collections.abc import Callable
from typing import NamedTuple

from ._form_intervals import (
    interval_of_all,
    interval_of_difference,
    interval_of_ratio,
    interval_of_smallest,
)
from ._inputs import read_rows
from ._parameters import with_sections
from ._values import group_values, overall_value


class Form(NamedTuple):
    """How the values of all groups become one number, and their draws an interval."""

    value: Callable  # of a list of values by group, one dict for each quantity
    interval: Callable  # of a list of draws, one for each quantity; the level; the value
    by_group: bool = True


class GroupMetric(NamedTuple):
    """A public metric, and what a scorer or a display needs to know of it."""

    function: object
    reads: str  # "labels", "scores" or "probabilities"
    greater_is_better: bool
    quantities: tuple
    form: Form

    @property
    def quantity(self):
        """The only quantity; None where there are several."""
        return self.quantities[0] if len(self.quantities) == 1 else None


GROUP_METRICS = {}


def _smallest_ratio(values):
    """Smallest value over the largest; 1 where all are zero, for they are equal."""
    largest = max(values.values())
    return min(values.values()) / largest if largest else 1.0


def _largest_difference(values):
    return max(values.values()) - min(values.values())


OVERALL = Form(
    value=lambda of_quantities: of_quantities[0],
    interval=lambda draws, level, value: interval_of_all(draws[0], level, value),
    by_group=False,
)
SMALLEST = Form(
    value=lambda of_quantities: min(of_quantities[0].values()),
    interval=lambda draws, level, value: interval_of_smallest(draws[0], level, value),
)
LARGEST = Form(
    value=lambda of_quantities: max(of_quantities[0].values()),
    interval=lambda draws, level, value: tuple(
        -end for end in reversed(interval_of_smallest(-draws[0], level, -value))
    ),
)
DIFFERENCE = Form(
    value=lambda of_quantities: max(map(_largest_difference, of_quantities)),
    interval=interval_of_difference,
)
RATIO = Form(
    value=lambda of_quantities: min(map(_smallest_ratio, of_quantities)),
    interval=interval_of_ratio,
)


def overall(quantity):
    """Form of all rows together, whatever their group."""
    return _metric_of(OVERALL, quantity, quantity.greater_is_better)


def worst_group(quantity):
    """Form of the smallest value of a group; the largest of a loss."""
    form = SMALLEST if quantity.greater_is_better else LARGEST
    return _metric_of(form, quantity, quantity.greater_is_better)


def difference(quantity):
    """Form of the largest value of a group less the smallest."""
    return _metric_of(DIFFERENCE, quantity, greater_is_better=False)


def ratio(quantity):
    """Form of the smallest value of a group over the largest."""
    return _metric_of(RATIO, quantity, greater_is_better=True)


def public_metric(compute, *, form, quantities, greater_is_better):
    """Decorator that makes a public metric of a signature and a docstring.

    Parameters
    ----------
    compute : callable
        From the arguments, a dict by name with the defaults filled in, to the value.
    form : Form
    quantities : tuple of Quantity
        All of them read the same.
    greater_is_better : bool

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
        GROUP_METRICS[declared.__name__] = GroupMetric(
            metric, quantities[0].reads, greater_is_better, quantities, form
        )
        return metric

    return decorate


def values_by_group(quantity, given):
    """Value of a quantity in each group, from a metric's arguments."""
    rows = read_rows(quantity, given)
    return group_values(quantity, rows, given["sensitive_features"], given["undefined"])


def _metric_of(form, quantity, greater_is_better):
    def compute(given):
        if form.by_group:
            return form.value([values_by_group(quantity, given)])
        return form.value([overall_value(quantity, read_rows(quantity, given))])

    return public_metric(
        compute, form=form, quantities=(quantity,), greater_is_better=greater_is_better
    )
