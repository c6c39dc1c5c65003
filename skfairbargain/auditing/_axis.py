"""Axes of the report's figures: values to places, and round ticks."""

import math


class Axis:
    """A linear axis.

    Parameters
    ----------
    values : iterable of float
        What it has to show.
    start, end : float
        Places of its lower and its upper end.
    within : (float, float), default=(0, 1)
        What values can be; the axis shows no more.
    """

    def __init__(self, values, start, end, within=(0.0, 1.0)):
        values = [value for value in values if value is not None and value == value]
        low, high = min(values, default=within[0]), max(values, default=within[1])
        step = _round_step(max(high - low, 0.05) / 4)
        self.low = max(math.floor(low / step - 1e-9) * step, within[0])
        self.high = min(math.ceil(high / step + 1e-9) * step, within[1])
        if self.high - self.low < step:
            self.low, self.high = max(self.high - step, within[0]), self.low + step
        self.start, self.end = start, end
        n_ticks = round((self.high - self.low) / step)
        self.ticks = [round(self.low + i * step, 10) for i in range(n_ticks + 1)]

    def at(self, value):
        """The place of a value, at most at the ends."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def _round_step(step):
    size = 10 ** math.floor(math.log10(step))
    return next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= step * 0.999)
