"""The figure of the coloured images: the worst group by method, seed by seed."""

from skfairbargain.compare import summarize

from ..files import write_figure
from ..panels import make_panels
from .coloured import TASKS
from .coloured_methods import METHODS

WORST = "worst_group_accuracy"


def worst_groups(table, path):
    """Draw every method's accuracy in the worst group, a panel for each task and size.

    Parameters
    ----------
    table : DataFrame
        One row for each run: ``task``, ``per_cell``, ``method`` and
        ``worst_group_accuracy``.
    path : path-like
        File to write.
    """
    panels = list(table.groupby(["task", "per_cell"], sort=False))
    methods = [name for name in METHODS if name in set(table["method"])]
    places = {name: len(methods) - number for number, name in enumerate(methods)}
    figure, axes = make_panels(len(panels), columns=2)
    figure.set_figwidth(4.2 + 3.4 * min(len(panels), 2))
    for number, (axis, ((task, per_cell), rows)) in enumerate(
        zip(axes, panels, strict=False)
    ):
        axis.plot(rows[WORST], rows["method"].map(places), "o", color="0.75", markersize=4)
        for each in summarize(rows, "method", WORST).itertuples():
            told = METHODS[each.method].told
            axis.errorbar(
                each.mean,
                places[each.method],
                xerr=0 if each.n_seeds == 1 else each.ci95,
                marker="o",
                color="tab:blue" if "groups" in told else "black",
                capsize=3,
            )
        titles = [METHODS[name].title for name in methods] if number % 2 == 0 else []
        axis.set_yticks(list(places.values()) if titles else [], titles)
        axis.grid(axis="x", alpha=0.3)
        axis.set(
            title=f"{TASKS[task]}, {per_cell} a cell",
            xlabel="accuracy in the worst group",
            xlim=(0, 1),
        )
    for axis in axes[len(panels) :]:
        axis.set_axis_off()
    write_figure(figure, path)
