"""Warn of what went wrong in the epochs of a run."""

from .._utils import warn_user
from ..exceptions import NoAgreementWarning, SkippedStepWarning


def warn_of_skipped_steps(rows):
    """Warn if steps were skipped.

    Parameters
    ----------
    rows : list of dict
        Some of `history_`.
    """
    skipped = sum(row["skipped_steps"] for row in rows)
    if skipped:
        steps = "1 step was" if skipped == 1 else f"{skipped} steps were"
        warn_user(
            f"{steps} skipped, because every training weight was zero or a loss was not "
            "finite. Scale the features, lower `lr`, or set `anchor` above 0.",
            SkippedStepWarning,
        )


def warn_of_missing_agreement(rows):
    """Warn if there were bargaining epochs, and the players agreed in no step of them.

    Parameters
    ----------
    rows : list of dict
        Some of `history_`.
    """
    rates = [row["bargaining_success_rate"] for row in rows if row["stage"] == 1]
    if rates and not any(rates):
        warn_user(
            f"The players agreed in no step of the {len(rates)} bargaining epochs, so the "
            "goal decided every step. Set players='groups', or more validation samples per "
            "cell, or bargaining=None.",
            NoAgreementWarning,
        )
