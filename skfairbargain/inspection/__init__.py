"""See what a training run did, and whether a validation set can carry the method.

=============================  ============================================================
Question                       Answer
=============================  ============================================================
Can this validation set do?    `validation_report`
Did the groups agree?          `BargainingHistoryDisplay`, `conflict_report`
Is a group left behind?        `GroupLossDisplay`
Who was up-weighted?           `SampleWeightDisplay`
How is each group served?      `GroupMetricsDisplay`
Which model to take?           `FairnessFrontierDisplay`
=============================  ============================================================

Displays keep scikit-learn's manner: a class method draws and returns an object that holds
the numbers and can ``plot`` again. Pictures need matplotlib, which the extra
``skfairbargain[plot]`` installs.
"""

from ._conflict_report import ConflictReport, conflict_report
from ._frontier import FairnessFrontierDisplay
from ._group_metrics import GroupMetricsDisplay
from ._history import BargainingHistoryDisplay, GroupLossDisplay
from ._sample_weight import SampleWeightDisplay
from ._validation_report import ValidationReport, validation_report

__all__ = [
    "BargainingHistoryDisplay",
    "ConflictReport",
    "FairnessFrontierDisplay",
    "GroupLossDisplay",
    "GroupMetricsDisplay",
    "SampleWeightDisplay",
    "ValidationReport",
    "conflict_report",
    "validation_report",
]
