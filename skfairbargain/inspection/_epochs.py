"""Parts shared by the displays that have the epochs on their horizontal axis."""

import numpy as np

from ._style import GREY, color


def schedule(history):
    return {
        "epoch": np.array([row["epoch"] for row in history]),
        "stage": np.array([row["stage"] for row in history]),
    }


def column(history, key):
    """Collect one value of every epoch; NaN if it is None."""
    return np.array([row[key] for row in history], dtype=np.float64)


def epoch_marker(epoch):
    """Choose markers if there are few epochs: the line of a single one is invisible."""
    return "o" if len(epoch) <= 10 else None


def legend(ax, title=None):
    ax.legend(
        loc="upper left",
        bbox_to_anchor=(1.01, 1),
        frameon=False,
        title=title,
        alignment="left",
        borderaxespad=0,
    )


def mark_stages(ax, epoch, stage, *, named):
    """Shade stage 1, draw the stage boundaries, and name the stages above the panel."""
    starts = np.flatnonzero(np.diff(stage, prepend=0))
    ends = [*starts[1:], len(stage)]
    for start, end in zip(starts, ends, strict=True):
        left, right = epoch[start] - 0.5, epoch[end - 1] + 0.5
        if stage[start] == 1:
            ax.axvspan(left, right, color=color(0), alpha=0.07, linewidth=0, zorder=0)
        if start:
            ax.axvline(left, color=GREY, linewidth=1, linestyle="--", zorder=0.5)
        if named:
            words = "stage 1: bargain" if stage[start] == 1 else "stage 2: goal"
            ax.text(
                (left + right) / 2,
                1.02,
                words,
                transform=ax.get_xaxis_transform(),
                ha="center",
                color=GREY,
                fontsize="small",
            )
    ax.set_xlim(epoch[0] - 0.5, epoch[-1] + 0.5)
    ax.xaxis.get_major_locator().set_params(integer=True)
