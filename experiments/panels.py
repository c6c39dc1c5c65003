"""What the figures share: panels, colors, and the legend below them."""

from matplotlib import colormaps
from matplotlib.figure import Figure

from .files import write_figure

COLUMNS = 3
PANEL = (4.2, 3.4)
# Of the lines of a panel.
DASHES = ("-", "--", ":", "-.")


def make_panels(n_panels, columns=COLUMNS):
    """A figure of its own, without pyplot and a window, and its panels row by row."""
    columns = min(columns, n_panels)
    n_rows = -(-n_panels // columns)
    size = (PANEL[0] * columns, PANEL[1] * n_rows)
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(n_rows, columns, squeeze=False).ravel()


def colors_of(n_colors):
    """As many colors that people can tell apart as the palettes have."""
    palette = colormaps["tab20" if n_colors > 10 else "tab10"]
    return [palette(number % palette.N) for number in range(n_colors)]


def finish(figure, axes, n_panels, drawn, path):
    """Hide the panels that are left over, add the legend, and write the figure."""
    for axis in axes[n_panels:]:
        axis.set_axis_off()
    columns = max(1, min(5, int(figure.get_figwidth() / 2.3)))
    figure.set_figheight(figure.get_figheight() + 0.2 * -(-len(drawn) // columns))
    figure.legend(
        drawn.values(),
        drawn.keys(),
        loc="outside lower center",
        ncols=columns,
        fontsize="small",
        handlelength=3,
    )
    write_figure(figure, path)
