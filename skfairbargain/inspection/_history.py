"""Displays of a training run: how the bargain went, and what every group lost or won."""

import numpy as np

from .._utils import fitted_attribute
from ._style import GREY, color, line, make_axes, tidy

# Players that a legend has room and colours for.
MOST_NAMED = 8


class BargainingHistoryDisplay:
    r"""How often the players agreed, whom the steps worked against, and who had what say.

    The first picture to look at after a fit. Bargaining that hardly ever succeeds is not
    doing its work: the goal then decides alone, whatever the stage is called.

    Parameters
    ----------
    epoch : ndarray of shape (n_epochs,)
    stage : ndarray of shape (n_epochs,)
        1 where there was bargaining, 2 where the goal decided.
    success_rate : ndarray of shape (n_epochs,)
        Share of the steps in which the players agreed; NaN in stage 2.
    conflict_rate : ndarray of shape (n_epochs,)
        Share of the steps whose weights worked against some player.
    alpha : dict of ndarray of shape (n_epochs,)
        Mean bargaining weight of each player over the steps with an agreement; NaN in
        epochs without one. Empty if there was never one.

    Attributes
    ----------
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
        The panel of the rates.
    axes_ : list of matplotlib Axes
        All panels: the rates, and each player's share of the bargaining weights.

    See Also
    --------
    conflict_report : The same in words, player by player.
    GroupLossDisplay : What the groups' losses did meanwhile.

    Notes
    -----
    The second panel shows :math:`\alpha_k / \sum_j \alpha_j`, and as a dotted line what an
    equal share would be. A large share does not mean that a player gains much: it goes to
    those whose hypergradients are short, or opposed by the others' (eq. 7), so that they
    gain at all.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, Figures
    4 and 6, which draw one minus the conflict rate and call it alignment.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skfairbargain.inspection import BargainingHistoryDisplay
    >>> history = [
    ...     {"epoch": 1, "stage": 1, "bargaining_success_rate": 0.75,
    ...      "conflict_rate": 0.25, "alpha": {"F": 2.0, "M": 6.0}},
    ...     {"epoch": 2, "stage": 2, "bargaining_success_rate": None,
    ...      "conflict_rate": 0.5, "alpha": None},
    ... ]
    >>> display = BargainingHistoryDisplay.from_history(history)
    >>> display.success_rate
    array([0.75,  nan])
    >>> len(display.axes_)
    2
    """

    def __init__(self, *, epoch, stage, success_rate, conflict_rate, alpha):
        self.epoch = epoch
        self.stage = stage
        self.success_rate = success_rate
        self.conflict_rate = conflict_rate
        self.alpha = alpha

    @classmethod
    def from_estimator(cls, estimator, *, ax=None):
        """Draw the history of a fitted estimator.

        Parameters
        ----------
        estimator : NashMetaClassifier
            Fitted; or a pipeline or search that ends in one.
        ax : matplotlib Axes or list of them, default=None
            As in `plot`.

        Returns
        -------
        display : BargainingHistoryDisplay
        """
        return cls.from_history(fitted_attribute(estimator, "history_"), ax=ax)

    @classmethod
    def from_history(cls, history, *, ax=None):
        """Draw a history.

        Parameters
        ----------
        history : list of dict
            An estimator's ``history_``.
        ax : matplotlib Axes or list of them, default=None
            As in `plot`.

        Returns
        -------
        display : BargainingHistoryDisplay
        """
        players = next((list(row["alpha"]) for row in history if row["alpha"]), [])
        alpha = {
            player: np.array([(row["alpha"] or {}).get(player, np.nan) for row in history])
            for player in players
        }
        return cls(
            **_schedule(history),
            success_rate=_column(history, "bargaining_success_rate"),
            conflict_rate=_column(history, "conflict_rate"),
            alpha=alpha,
        ).plot(ax)

    def plot(self, ax=None):
        """Draw the rates and, where there was an agreement, the shares of α.

        Parameters
        ----------
        ax : matplotlib Axes or list of them, default=None
            Where to draw: one Axes for the rates alone, two for both panels. None makes a
            new figure.

        Returns
        -------
        self : BargainingHistoryDisplay
        """
        n_panels = 1 + bool(self.alpha) if ax is None else np.size(ax)
        n_panels = min(n_panels, 1 + bool(self.alpha))
        height = 2.0 + 1.9 * n_panels
        self.figure_, self.axes_ = make_axes(ax, n_panels, size=(7.5, height), stacked=True)
        self.ax_ = self.axes_[0]
        self._draw_rates(self.ax_)
        if n_panels == 2:
            self._draw_shares(self.axes_[1])
        for panel in self.axes_:
            _mark_stages(panel, self.epoch, self.stage, named=panel is self.ax_)
            tidy(panel)
        self.axes_[-1].set_xlabel("epoch")
        return self

    def _draw_rates(self, ax):
        marker = _marker(self.epoch)
        if np.isfinite(self.success_rate).any():
            ax.plot(
                self.epoch,
                self.success_rate,
                color=color(0),
                marker=marker,
                label="players agreed",
            )
        ax.plot(
            self.epoch,
            self.conflict_rate,
            color=color(1),
            marker=marker,
            label="weights worked\nagainst a player",
        )
        ax.set(ylabel="share of steps", ylim=(-0.04, 1.04))
        _legend(ax)

    def _draw_shares(self, ax):
        total = sum(self.alpha.values())
        shares = {player: alpha / total for player, alpha in self.alpha.items()}
        named = sorted(shares, key=lambda player: -np.nanmean(shares[player]))[:MOST_NAMED]
        others = [player for player in shares if player not in named]
        for place, player in enumerate(player for player in shares if player in named):
            ax.plot(
                self.epoch,
                shares[player],
                label=player,
                marker=_marker(self.epoch),
                **line(place),
            )
        for place, player in enumerate(others):
            label = None if place else f"{len(others)} with less"
            ax.plot(self.epoch, shares[player], color=GREY, linewidth=0.6, label=label)
        ax.axhline(1 / len(self.alpha), color=GREY, linewidth=0.8, linestyle=":")
        seen = np.array(list(shares.values()))
        ax.set_ylabel("share of the\nbargaining weights α")
        # Where the shares differ by powers of ten, the small ones would all look like zero.
        if 0 < np.nanmin(seen) < np.nanmax(seen) / 30:
            ax.set_yscale("log")
            ax.set_ylabel(f"{ax.get_ylabel()} (log scale)")
        else:
            ax.set_ylim(0, None)
        _legend(ax)


class GroupLossDisplay:
    """Validation loss of every group by epoch, beside the training loss.

    It shows whom the training leaves behind and when it begins to learn the validation set
    by heart: the training loss falls on while the groups' losses, or the worst one, rise.

    Parameters
    ----------
    epoch : ndarray of shape (n_epochs,)
    stage : ndarray of shape (n_epochs,)
    group_losses : dict of ndarray of shape (n_epochs,)
        Mean validation loss of each group's cells.
    train_loss : ndarray of shape (n_epochs,)
        Mean training loss of the epoch's minibatches, with dropout, unweighted.

    Attributes
    ----------
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
    axes_ : list of matplotlib Axes

    See Also
    --------
    GroupMetricsDisplay : How the finished model serves each group, on unseen rows.

    Notes
    -----
    The validation set is small and steers the training, so these losses say how the
    training goes and not how the model will do.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skfairbargain.inspection import GroupLossDisplay
    >>> before = {"epoch": 1, "stage": 1, "train_loss": 0.7}
    >>> after = {"epoch": 2, "stage": 2, "train_loss": 0.6}
    >>> history = [
    ...     {**before, "group_losses": {"F": 0.7, "M": 0.6}},
    ...     {**after, "group_losses": {"F": 0.5, "M": 0.5}},
    ... ]
    >>> GroupLossDisplay.from_history(history).group_losses["F"]
    array([0.7, 0.5])
    """

    def __init__(self, *, epoch, stage, group_losses, train_loss):
        self.epoch = epoch
        self.stage = stage
        self.group_losses = group_losses
        self.train_loss = train_loss

    @classmethod
    def from_estimator(cls, estimator, *, ax=None):
        """Draw the losses of a fitted estimator.

        Parameters
        ----------
        estimator : NashMetaClassifier
            Fitted; or a pipeline or search that ends in one.
        ax : matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : GroupLossDisplay
        """
        return cls.from_history(fitted_attribute(estimator, "history_"), ax=ax)

    @classmethod
    def from_history(cls, history, *, ax=None):
        """Draw the losses of a history.

        Parameters
        ----------
        history : list of dict
            An estimator's ``history_``.
        ax : matplotlib Axes, default=None
            As in `plot`.

        Returns
        -------
        display : GroupLossDisplay
        """
        groups = list(history[0]["group_losses"])
        return cls(
            **_schedule(history),
            group_losses={
                group: np.array([row["group_losses"][group] for row in history])
                for group in groups
            },
            train_loss=_column(history, "train_loss"),
        ).plot(ax)

    def plot(self, ax=None):
        """Draw a line per group, and the training loss in grey.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw. None makes a new figure.

        Returns
        -------
        self : GroupLossDisplay
        """
        self.figure_, self.axes_ = make_axes(ax, size=(7.5, 3.9))
        (self.ax_,) = self.axes_
        marker = _marker(self.epoch)
        for place, (group, losses) in enumerate(self.group_losses.items()):
            self.ax_.plot(self.epoch, losses, label=group, marker=marker, **line(place))
        self.ax_.plot(
            self.epoch,
            self.train_loss,
            color=GREY,
            linewidth=1,
            linestyle="-.",
            marker=marker,
            label="training rows",
        )
        self.ax_.set(xlabel="epoch", ylabel="loss")
        self.ax_.set_ylim(0, None)
        _mark_stages(self.ax_, self.epoch, self.stage, named=True)
        _legend(self.ax_, title="validation groups")
        tidy(self.ax_)
        return self


def _schedule(history):
    return {
        "epoch": np.array([row["epoch"] for row in history]),
        "stage": np.array([row["stage"] for row in history]),
    }


def _column(history, key):
    """Numbers of a history, NaN where an epoch has none."""
    return np.array([row[key] for row in history], dtype=np.float64)


def _marker(epoch):
    """A line of few epochs shows each of them; a single one would be invisible."""
    return "o" if len(epoch) <= 10 else None


def _legend(ax, title=None):
    ax.legend(
        loc="upper left",
        bbox_to_anchor=(1.01, 1),
        frameon=False,
        title=title,
        alignment="left",
        borderaxespad=0,
    )


def _mark_stages(ax, epoch, stage, *, named):
    """Shade stage 1, draw the boundaries, and name each stretch above the panel."""
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
