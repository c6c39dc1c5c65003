"""How many epochs stage 1 takes, and a warning where the goal is left none."""

from numbers import Integral

from .._utils import warn_user
from ..exceptions import UnusedGoalWarning
from ..protocols import get_protocol


def stage_1_epochs(bargain_epochs, max_epochs):
    """Return the number of epochs that bargain: an int as it is, or a share of all.

    Examples
    --------
    >>> stage_1_epochs(15, 20), stage_1_epochs(0.3, 50), stage_1_epochs(1.0, 20)
    (15, 15, 20)
    """
    if isinstance(bargain_epochs, Integral):
        return int(bargain_epochs)
    return round(float(bargain_epochs) * max_epochs)


def warn_of_unused_goal(estimator, rows):
    """Warn if a fit had no epoch of stage 2, or returned to one of stage 1.

    Parameters
    ----------
    estimator : NashMetaClassifier
    rows : list of dict
        The epochs of the fit, of `history_`.
    """
    bargaining, epochs = estimator.bargaining, estimator.max_epochs
    if not rows or bargaining is None:
        return
    if get_protocol(bargaining) == get_protocol(estimator.goal):
        return
    if stage_1_epochs(estimator.bargain_epochs, epochs) >= epochs:
        warn_user(
            f"The goal had no epochs: bargain_epochs={estimator.bargain_epochs!r} gives "
            f"stage 1 all {epochs} of max_epochs={epochs}, and stage 2 none. Set "
            "`bargain_epochs` to a smaller share, such as 0.3, or bargaining=None for the "
            "goal alone.",
            UnusedGoalWarning,
        )
    elif estimator.early_stopping:
        kept = min(rows, key=lambda row: row["worst_group_loss"])
        if kept["stage"] == 1:
            warn_user(
                f"Early stopping returned to epoch {kept['epoch']}, which is of stage 1, "
                "so the goal had no part in the model. Set a smaller `bargain_epochs`, or "
                "bargaining=None for the goal alone.",
                UnusedGoalWarning,
            )
