"""Display of the training weights by group and label."""

import numpy as np
import pandas as pd

from .._utils import (
    cell_codes,
    check_same_length,
    distinct_names,
    encode_groups,
    fitted_attribute,
    group_names,
)
from ._style import GREY, color, make_axes, percent, shown, tidy


class SampleWeightDisplay:
    """Show the applied training weights of every group × label cell.

    The method acts through its weights; this figure shows which rows they favor. If
    weights differ more within a cell than between cells, the method distinguishes rows
    and not only groups.

    Parameters
    ----------
    table : DataFrame
        One row for each cell. Columns: cell, n (number of rows), share_of_rows,
        share_of_weight, mean, and the quantiles q10, q25, median, q75 and q90 of the
        weight. The average row has the weight 1.

    Attributes
    ----------
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
    axes_ : list of matplotlib Axes

    See Also
    --------
    conflict_report : The players that the weighted steps worked against.

    Notes
    -----
    Training does not need the groups of the training rows, but this figure does. If they
    are unknown, leave `groups` out: the weights are then shown by label.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skfairbargain.inspection import SampleWeightDisplay
    >>> display = SampleWeightDisplay.from_weights(
    ...     [1.0, 3.0, 1.0, 1.0], [0, 1, 0, 1], groups=list("FFMM")
    ... )
    >>> display.table[["cell", "n", "mean"]]
       cell  n      mean
    0  F, 0  1  0.666667
    1  F, 1  1  2.000000
    2  M, 0  1  0.666667
    3  M, 1  1  0.666667
    """

    def __init__(self, table):
        self.table = table

    @classmethod
    def from_estimator(cls, estimator, y, groups=None, *, ax=None):
        """Draw the weights that a fitted estimator gave its training rows.

        Rows that `fit` held out as validation rows are left out.

        Parameters
        ----------
        estimator : NashMetaClassifier
            A fitted estimator, or a fitted pipeline or search that ends in one.
        y : array-like of shape (n_samples,)
            Labels of the training rows.
        groups : array-like of shape (n_samples,) or (n_samples, n_columns), default=None
            Groups of the training rows, if they are known.
        ax : matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : SampleWeightDisplay
        """
        weight = fitted_attribute(estimator, "applied_weight_")
        check_same_length(applied_weight_=weight, y=y)
        trained = fitted_attribute(estimator, "cell_influence_").any(axis=1)
        codes, names = _named_cells(y, groups)
        return cls(_table(weight[trained], codes[trained], names)).plot(ax)

    @classmethod
    def from_weights(cls, weight, y, groups=None, *, ax=None):
        """Draw weights by group and label.

        Parameters
        ----------
        weight : array-like of shape (n_samples,)
            Non-negative weights in any unit, at least one of them above zero.
        y, groups, ax :
            As in `from_estimator`.

        Returns
        -------
        display : SampleWeightDisplay

        Raises
        ------
        ValueError
            If a weight is negative or all are zero.
        """
        weight = np.asarray(weight, dtype=np.float64)
        check_same_length(weight=weight, y=y)
        # `weight.min() < 0` would accept NaN.
        if not ((weight >= 0).all() and weight.sum() > 0):
            raise ValueError(
                "`weight` should have no negative values and at least one above zero. Got "
                f"weights from {weight.min():g} to {weight.max():g}."
            )
        return cls(_table(weight, *_named_cells(y, groups))).plot(ax)

    def plot(self, ax=None):
        """Draw the mean, the middle half and the middle 80 % of each cell's weights.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.

        Returns
        -------
        self : SampleWeightDisplay
        """
        n_cells = len(self.table)
        self.figure_, self.axes_ = make_axes(ax, size=(7.5, 1.5 + 0.55 * n_cells))
        (self.ax_,) = self.axes_
        places = np.arange(n_cells)
        table = self.table
        self.ax_.hlines(
            places,
            table["q10"],
            table["q90"],
            color=color(0),
            linewidth=1.2,
            label="middle 80 % of the rows",
        )
        self.ax_.hlines(
            places,
            table["q25"],
            table["q75"],
            color=color(0),
            linewidth=6,
            alpha=0.45,
            label="middle half",
        )
        self.ax_.plot(table["mean"], places, "o", color=color(0), label="mean")
        self.ax_.axvline(1, color=GREY, linewidth=1, linestyle="--", label="average row")
        for place, row in zip(places, table.itertuples(), strict=True):
            self.ax_.text(
                1.02,
                place,
                f"{percent(row.share_of_rows)} of rows\n"
                f"{percent(row.share_of_weight)} of weight",
                transform=self.ax_.get_yaxis_transform(),
                va="center",
                fontsize="small",
            )
        self.ax_.set_yticks(places, table["cell"].map(shown))
        self.ax_.set_ylim(n_cells - 0.4, -0.6)
        self.ax_.set_xlim(0, None)
        self.ax_.set_xlabel("weight of a training row (average row: 1)")
        self.ax_.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False,
            fontsize="small", columnspacing=1.2, handlelength=1.5, borderaxespad=0.2,
        )  # fmt: skip
        tidy(self.ax_)
        return self


def _named_cells(y, groups):
    """Cell of each row, and the names of all cells; of labels alone, without groups."""
    y_codes, labels = encode_groups(y, name="y")
    if groups is None:
        return y_codes, group_names(labels)
    codes, found = encode_groups(groups, like={"y": y})
    cells = [(group, label) for group in found for label in labels]
    names = [f"{name}, {label}" for name in group_names(found) for label in labels]
    return cell_codes(codes, y_codes, len(labels)), distinct_names(names, cells)


def _table(weight, codes, names):
    """Numbers of the weights in each cell that has rows."""
    frame = pd.DataFrame({"cell": codes, "weight": weight / weight.mean()})
    by_cell = frame.groupby("cell")["weight"]
    table = pd.DataFrame(
        {
            "n": by_cell.size(),
            "share_of_rows": by_cell.size() / len(frame),
            "share_of_weight": by_cell.sum() / len(frame),
            "mean": by_cell.mean(),
            "q10": by_cell.quantile(0.10),
            "q25": by_cell.quantile(0.25),
            "median": by_cell.median(),
            "q75": by_cell.quantile(0.75),
            "q90": by_cell.quantile(0.90),
        }
    )
    return table.set_axis([names[code] for code in table.index]).reset_index(names="cell")
