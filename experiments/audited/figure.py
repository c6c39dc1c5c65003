"""The figure of ``audited``: how much of the damage each method repairs."""

import numpy as np

from ..panels import colors_of, finish, make_panels
from .methods import OURS
from .pooled import POOLED
from .runs import ALL
from .scoring import SCORES


def draw_repaired(repaired, path):
    """Draw a dot with its interval for each method, a panel for each measure.

    Parameters
    ----------
    repaired : DataFrame
        As of `damage_repaired`, of one kind of injustice, share and audit; numbers of
        audited rows a cell differ in color.
    path : path-like
    """
    first = repaired[repaired["measure"] == POOLED[0]]
    most = first[first["per_cell"] == first["per_cell"].max()]
    methods = most.sort_values("value")["method"].tolist()
    sizes = sorted(repaired["per_cell"].unique(), reverse=True)
    colors = dict(zip(sizes, colors_of(len(sizes)), strict=True))
    figure, axes = make_panels(len(POOLED))
    figure.set_size_inches(11, 1.5 + 0.3 * len(methods))
    drawn = {}
    for axis, measure in zip(axes, POOLED, strict=False):
        for number, size in enumerate(sizes):
            rows = repaired[
                (repaired["measure"] == measure) & (repaired["per_cell"] == size)
            ].set_index("method")
            rows = rows.loc[[method for method in methods if method in rows.index]]
            ticks = np.array([methods.index(method) for method in rows.index])
            value = rows["value"].to_numpy()
            ends = [value - rows["low"].to_numpy(), rows["high"].to_numpy() - value]
            drawn[f"{size} audited rows a cell"] = axis.errorbar(
                value,
                ticks - 0.2 * number,
                xerr=ends,
                fmt="o",
                color=colors[size],
                markersize=5,
                elinewidth=1,
            )
        axis.set_yticks(range(len(methods)), [ALL[method].title for method in methods])
        for method, label in zip(methods, axis.get_yticklabels(), strict=True):
            label.set_fontweight("bold" if method in OURS else "normal")
        axis.axvline(0, color="0.6", linewidth=0.8)
        axis.axvline(1, color="0.6", linewidth=0.8, linestyle="--")
        axis.set(xlabel="damage repaired", title=SCORES[measure])
        axis.set_xlim(max(-1.5, axis.get_xlim()[0]), min(1.5, axis.get_xlim()[1]))
        axis.label_outer()
    finish(figure, axes, len(POOLED), drawn, path)
