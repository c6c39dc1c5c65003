"""What a quantity is: a number of some rows, and what they lack where it is undefined.

A quantity is computed from sums of weights over bins of rows that its formula cannot tell
apart, so that one definition serves the sample itself (one row of sums) and thousands of
its bootstrap resamples (many rows of sums) alike.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np


@dataclass
class Rows:
    """Labels, outputs and weights of some rows, checked and numbered."""

    y: np.ndarray  # (n,), position of each label in classes
    output: np.ndarray  # (n,) predicted positions, or (n,) or (n, n_classes) scores
    weight: np.ndarray  # (n,), float64
    classes: np.ndarray  # (n_classes,); of two, the positive one is last

    def __getitem__(self, mask):
        return replace(
            self, y=self.y[mask], output=self.output[mask], weight=self.weight[mask]
        )


class Bins(NamedTuple):
    """Rows numbered by bin, and what the formula and the bootstrap know of the bins.

    The formula depends on the shares of weight within each set of bins only. Pseudo-rows
    stand for what the sample might have missed; they count in resamples alone.
    """

    codes: np.ndarray  # (n,)
    n_bins: int
    context: object  # what the formula knows
    sets: np.ndarray  # (n_bins,), the number of each bin's set
    pseudo: np.ndarray  # (n_bins,), how many pseudo-rows it has

    def exponents(self, weight):
        """Exponent of two, of each bin, of the largest weight in the bin's set."""
        of_row = self.sets[self.codes]
        return exponents(of_row, self.sets.max() + 1, weight)[self.sets]

    def scaled(self, weight):
        """Weights over a power of two for each set: the largest lies between 1/2 and 1.

        Quantities do not change, to the last bit, and no sum or product of weights is
        too large or too small for a float.
        """
        return np.ldexp(weight, -self.exponents(weight)[self.codes])


def exponents(codes, n_codes, weight):
    """Exponent of two of the largest weight of each code."""
    largest = np.zeros(n_codes)
    np.maximum.at(largest, codes, weight)
    return np.frexp(largest)[1]


def always_defined(rows):
    """Say nothing: `lacks` of a quantity that is defined for any rows."""
    return None


@dataclass(frozen=True)
class Quantity:
    """A number that is measured in each group; called with rows, it is their number.

    Parameters
    ----------
    name : str
        As `group_metrics` takes it.
    title : str
        For people.
    reads : {"labels", "scores", "probabilities"}
        What the output of the rows is.
    bins : callable
        From `Rows` to a list of `Bins`; the quantity is the mean over the list.
    formula : callable
        From sums of weights, of shape (..., n_bins), and the context of the bins to values
        of shape (...).
    lacks : callable, default=always_defined
        From `Rows` to what they lack for the quantity to be defined, as in "no positive
        sample", or to None. It sees true labels and outputs.
    multiclass : bool, default=True
        Whether it is defined for three classes and more.
    greater_is_better : bool, default=True
    widen : callable, default=None
        From values of resamples, the `Rows` and a Generator to values that vary as much as
        the number of rows asks for, where pseudo-rows cannot see to that.
    """

    name: str
    title: str
    reads: str
    bins: Callable
    formula: Callable
    lacks: Callable = always_defined
    multiclass: bool = True
    greater_is_better: bool = True
    widen: Callable | None = None

    def __call__(self, rows):
        parts = [
            self.formula(
                np.bincount(part.codes, part.scaled(rows.weight), part.n_bins), part.context
            )
            for part in self.bins(rows)
        ]
        return float(np.mean(parts))


def no_positive(rows):
    """Say that no row is positive: `lacks` of a quantity of the positives."""
    return _no_sample(rows, [1])


def no_negative(rows):
    """Say that no row is negative: `lacks` of a quantity of the negatives."""
    return _no_sample(rows, [0])


def no_sample_of_a_class(rows):
    """Name a class without a row: `lacks` of a quantity that needs all classes."""
    if len(rows.classes) == 1:
        return "no sample of a second class"
    # The positives first: they are what a small group lacks most often.
    return _no_sample(rows, range(len(rows.classes) - 1, -1, -1))


def _no_sample(rows, places):
    for place in places:
        if not (rows.y == place).any():
            if len(rows.classes) == 2:
                return ("no negative sample", "no positive sample")[place]
            return f"no sample of class {rows.classes.tolist()[place]!r}"
    return None
