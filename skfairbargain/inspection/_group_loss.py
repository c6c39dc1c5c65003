"""Display of a training run: the validation loss of every group by epoch."""

import numpy as np

from .._utils import fitted_attribute
from ._epochs import column, epoch_marker, legend, mark_stages, schedule
from ._style import GREY, legend_height, line, make_axes, shown, tidy


class GroupLossDisplay:
    """Show the validation loss of every group, and the training loss, by epoch.

    It shows which groups' losses stay high, and when the training starts to overfit: the
    training loss keeps falling while the groups' losses, or the worst of them, rise.

    Parameters
    ----------
    epoch : ndarray of shape (n_epochs,)
    stage : ndarray of shape (n_epochs,)
    group_losses : dict of ndarray of shape (n_epochs,)
        Mean validation loss of each group's cells.
    train_loss : ndarray of shape (n_epochs,)
        Unweighted mean training loss of the epoch's minibatches, with dropout.

    Attributes
    ----------
    figure_ : matplotlib Figure
    ax_ : matplotlib Axes
    axes_ : list of matplotlib Axes

    See Also
    --------
    GroupMetricsDisplay : Metrics of the final model for each group, on unseen rows.

    Notes
    -----
    The validation set is small and takes part in the training, so these losses show the
    progress of the training and do not estimate the quality of the model.

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
            A fitted estimator, or a fitted pipeline or search that ends in one.
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
            **schedule(history),
            group_losses={
                group: np.array([row["group_losses"][group] for row in history])
                for group in groups
            },
            train_loss=column(history, "train_loss"),
        ).plot(ax)

    def plot(self, ax=None):
        """Draw a line per group, and the training loss in grey.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a new figure.

        Returns
        -------
        self : GroupLossDisplay
        """
        self.figure_, self.axes_ = make_axes(
            ax, size=(7.5, max(3.9, legend_height(self.group_losses)))
        )
        (self.ax_,) = self.axes_
        marker = epoch_marker(self.epoch)
        for place, (group, losses) in enumerate(self.group_losses.items()):
            self.ax_.plot(
                self.epoch, losses, label=shown(group), marker=marker, **line(place)
            )
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
        mark_stages(self.ax_, self.epoch, self.stage, named=True)
        legend(self.ax_, title="validation groups")
        tidy(self.ax_)
        return self
