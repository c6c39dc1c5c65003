"""Axes, colours and texts that the displays share."""

import textwrap

import numpy as np

from .._utils import import_optional

# The palette of Okabe and Ito, which colour-blind people can distinguish, without its
# yellow, which is hard to see on white.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES = ("-", "--", ":")
MARKERS = "osD^vPX"
GREY = "#6b6b6b"
# Characters in a line of a name.
WIDTH = 32


def make_axes(ax, n_panels=1, *, size, stacked=False):
    """Return a figure and its Axes: the given Axes, or new ones, side by side or stacked.

    Raises
    ------
    ValueError
        If the number of given Axes is not the number of panels.
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
    """Return the colour of the element at a position in a list."""
    return COLORS[place % len(COLORS)]


def line(place):
    """Return colour and line style, which differ for the first 21 elements."""
    dashes = LINES[place // len(COLORS) % len(LINES)]
    return {"color": color(place), "linestyle": dashes}


def tidy(ax):
    """Hide the upper and the right side of the frame."""
    ax.spines[["top", "right"]].set_visible(False)


def shown(name):
    """Write a user's name so that matplotlib shows it as it is, and not too wide.

    It reads "$x$" as mathematics, and leaves what begins with "_" out of a legend.
    """
    text = "\n".join(textwrap.wrap(str(name), WIDTH)) or str(name)
    text = text.replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def legend_height(names):
    """Inches that a legend of these names and a few other lines takes."""
    return 0.21 * (4 + sum(shown(name).count("\n") + 1 for name in names))


def marker(place):
    """Return the marker, which with the colour differs for the first 49 elements."""
    return MARKERS[(place + place // len(COLORS)) % len(MARKERS)]


def percent(share):
    """Write a share as text. A small share above zero is not written as 0 %."""
    if 0 < share < 0.01:
        return "< 1 %"
    if 0.99 < share < 1:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")


def counted(n, noun):
    """Write a number with its noun: 1 group, 2 groups."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def metric_title(name):
    """Write a metric's name as text: ``worst_group_auc`` becomes "worst group AUC"."""
    return name.replace("_", " ").replace("auc", "AUC")


def text_table(columns):
    """Write columns as text, the first one aligned left and the others right."""
    blocks = []
    for place, (title, values) in enumerate(columns.items()):
        cells = [title, *values]
        width = max(map(len, cells))
        blocks.append([c.ljust(width) if place == 0 else c.rjust(width) for c in cells])
    return "\n".join(
        "  " + "  ".join(cells).rstrip() for cells in zip(*blocks, strict=True)
    )
