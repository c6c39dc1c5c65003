"""What the displays share: axes, colours that colour-blind people tell apart, names."""

import numpy as np

from .._utils import import_optional

# Okabe and Ito's, without the yellow that is lost on white.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES = ("-", "--", ":")
MARKERS = "osD^vPX"
GREY = "#6b6b6b"


def make_axes(ax, n_panels=1, *, size, stacked=False):
    """The figure and a list of Axes: those given, or new ones side by side or stacked.

    Raises
    ------
    ValueError
        If as many Axes as panels were not given.
    """
    if ax is not None:
        axes = list(np.ravel(ax))
        if len(axes) != n_panels:
            raise ValueError(
                f"`ax` should be {n_panels} Axes, one per panel, or None. Got {len(axes)}."
            )
        return axes[0].figure, axes
    pyplot = import_optional("matplotlib.pyplot", extra="plot")
    shape = (n_panels, 1) if stacked else (1, n_panels)
    figure, axes = pyplot.subplots(
        *shape, figsize=size, sharex=stacked, sharey=not stacked, layout="constrained"
    )
    return figure, list(np.ravel(axes))


def color(place):
    """Colour of the element at a place in a list."""
    return COLORS[place % len(COLORS)]


def line(place):
    """Colour and dashes: different for 21 elements."""
    dashes = LINES[place // len(COLORS) % len(LINES)]
    return {"color": color(place), "linestyle": dashes}


def tidy(ax):
    """Leave out the frame's upper and right side."""
    ax.spines[["top", "right"]].set_visible(False)


def percent(share):
    """Write a share for people; what is small but not nothing does not become 0 %."""
    if 0 < share < 0.01:
        return "< 1 %"
    if 0.99 < share < 1:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")


def counted(n, noun):
    """Write a number of things: 1 group, 2 groups."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def metric_title(name):
    """Write a metric's name for people: ``worst_group_auc`` is worst group AUC."""
    return name.replace("_", " ").replace("auc", "AUC")
