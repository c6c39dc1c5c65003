"""Warn of what went wrong in the epochs of a run."""

from .._utils import warn_user
from ..exceptions import NoAgreementWarning, SkippedStepWarning

# Bargaining epochs after which players who would agree without the anchor should agree with
# it: in the first steps of a network equal weights serve the larger classes alone.
ENOUGH_EPOCHS = 5


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
    rows = [row for row in rows if row["stage"] == 1]
    rates = [row["bargaining_success_rate"] for row in rows]
    by_anchor = any(row.get("disputed_by_anchor_rate") for row in rows)
    if not rates or any(rates):
        return
    if by_anchor and len(rates) >= ENOUGH_EPOCHS:
        warn_user(
            f"The players agreed in no step of the {len(rates)} bargaining epochs, so the "
            "goal decided every step. Without the anchor's equal weights they would have "
            "agreed: lower `anchor`, or set bargaining=None.",
            NoAgreementWarning,
        )
    elif not by_anchor:
        warn_user(
            f"The players agreed in no step of the {len(rates)} bargaining epochs, so the "
            "goal decided every step. Set players='groups', or more validation samples per "
            "cell, or bargaining=None.",
            NoAgreementWarning,
        )
