"""Display of a training run: agreement, conflict and bargaining weights by epoch."""

import numpy as np

from .._utils import fitted_attribute
from ._epochs import column, epoch_marker, legend, mark_stages, schedule
from ._style import GREY, color, line, make_axes, shown, tidy

# Number of players that the legend has room and colours for.
MOST_NAMED = 8


class BargainingHistoryDisplay:
    r"""Show agreement, conflict, and each player's bargaining weight by epoch.

    The first figure to look at after a fit. The filled area is the share of the steps whose
    applied weights worked against somebody; in steps with an agreement about these weights
    there is no such harm. If the players rarely agree, the goal decides most steps, also in
    stage 1, and bargaining has little effect.

    Parameters
    ----------
    epoch : ndarray of shape (n_epochs,)
    stage : ndarray of shape (n_epochs,)
        1 in epochs with bargaining, 2 in epochs in which the goal decided.
    success_rate : ndarray of shape (n_epochs,)
        Share of the steps in which the players agreed; NaN in stage 2.
    conflict_rate : ndarray of shape (n_epochs,)
        Share of the steps whose weights worked against at least one player.
    alpha : dict of ndarray of shape (n_epochs,)
        Mean bargaining weight of each player over the steps with an agreement; NaN in
        epochs without agreement. Empty if no epoch has one.
    agreement_rate : ndarray of shape (n_epochs,), default=None
        Share of the steps in which all players could gain by the weights applied; NaN
        where it is not known. None draws `success_rate`.

    Attributes
    ----------
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
        The panel of the rates.
    axes_ : list of matplotlib Axes
        All panels: the rates, and each player's share of the bargaining weights.

    See Also
    --------
    conflict_report : The same in words, for every player and every pair of players.
    GroupLossDisplay : The groups' losses over the same epochs.

    Notes
    -----
    The second panel shows :math:`\alpha_k / \sum_j \alpha_j`; the dotted line is an equal
    share. A large share does not mean that a player gains much. Players get large shares
    if their hypergradients are short or opposed to the others' (eq. 7), because without
    them they would not gain at all.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, Figures
    4 and 6, which show one minus the conflict rate and call it alignment.

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

    def __init__(
        self, *, epoch, stage, success_rate, conflict_rate, alpha, agreement_rate=None
    ):
        self.epoch = epoch
        self.stage = stage
        self.success_rate = success_rate
        self.conflict_rate = conflict_rate
        self.agreement_rate = agreement_rate
        self.alpha = alpha

    @classmethod
    def from_estimator(cls, estimator, *, ax=None):
        """Draw the history of a fitted estimator.

        Parameters
        ----------
        estimator : NashMetaClassifier
            A fitted estimator, or a fitted pipeline or search that ends in one.
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
            **schedule(history),
            success_rate=column(history, "bargaining_success_rate"),
            conflict_rate=column(history, "conflict_rate"),
            agreement_rate=column(
                [{"agreement_rate": None, **row} for row in history], "agreement_rate"
            ),
            alpha=alpha,
        ).plot(ax)

    def plot(self, ax=None):
        """Draw the rates and, if there was an agreement, the shares of α.

        Parameters
        ----------
        ax : matplotlib Axes or list of them, default=None
            Axes to draw on: one for the rates alone, two for both panels. None makes a new
            figure.

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
            mark_stages(panel, self.epoch, self.stage, named=panel is self.ax_)
            tidy(panel)
        self.axes_[-1].set_xlabel("epoch")
        return self

    def _draw_rates(self, ax):
        marker = epoch_marker(self.epoch)
        agreed, label = self.success_rate, "players agreed"
        if self.agreement_rate is not None and np.isfinite(self.agreement_rate).any():
            agreed, label = (
                self.agreement_rate,
                "all players could gain\nby what is applied",
            )
        if np.isfinite(agreed).any():
            ax.plot(self.epoch, agreed, color=color(0), marker=marker, label=label)
        # Filled, because the area is what the training did against somebody.
        ax.fill_between(
            self.epoch, 0, self.conflict_rate, color=color(1), alpha=0.15, linewidth=0
        )
        ax.plot(
            self.epoch,
            self.conflict_rate,
            color=color(1),
            marker=marker,
            label="weights worked\nagainst a player",
        )
        ax.set(ylabel="share of steps", ylim=(-0.04, 1.04))
        legend(ax)

    def _draw_shares(self, ax):
        total = sum(self.alpha.values())
        shares = {player: alpha / total for player, alpha in self.alpha.items()}
        named = sorted(shares, key=lambda player: -np.nanmean(shares[player]))[:MOST_NAMED]
        others = [player for player in shares if player not in named]
        for place, player in enumerate(player for player in shares if player in named):
            ax.plot(
                self.epoch,
                shares[player],
                label=shown(player),
                marker=epoch_marker(self.epoch),
                **line(place),
            )
        for place, player in enumerate(others):
            label = None if place else f"{len(others)} smaller shares"
            ax.plot(self.epoch, shares[player], color=GREY, linewidth=0.6, label=label)
        ax.axhline(1 / len(self.alpha), color=GREY, linewidth=0.8, linestyle=":")
        seen = np.array(list(shares.values()))
        ax.set_ylabel("share of the\nbargaining weights α")
        # On a linear scale, shares that differ by powers of ten would look like zero.
        if 0 < np.nanmin(seen) < np.nanmax(seen) / 30:
            ax.set_yscale("log")
            ax.set_ylabel(f"{ax.get_ylabel()} (log scale)")
        else:
            ax.set_ylim(0, None)
            # Ticks that depend on the panel's height change after its margins were set.
            ax.locator_params(axis="y", nbins=6)
        legend(ax)
