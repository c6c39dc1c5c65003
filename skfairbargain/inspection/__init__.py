"""Inspect a validation set, a training run, and a model's results for each group.

=================================  ========================================================
Question                           Answer
=================================  ========================================================
How many rows to audit?            `audit_size`, `detectable_gap`
What is wrong with the labels?     `label_bias_report`
Which rows to check next?          `audit_next`
Is this validation set usable?     `validation_report`
Did the groups agree?              `BargainingHistoryDisplay`, `conflict_report`
Does a group's loss stay high?     `GroupLossDisplay`
Which rows had high weights?       `SampleWeightDisplay`
What is the mix made of?           `CandidatesDisplay`
How does the model do per group?   `GroupMetricsDisplay`
Which model to choose?             `FairnessFrontierDisplay`
=================================  ========================================================

Displays work as in scikit-learn: a class method draws the figure and returns an object
that holds the numbers and can ``plot`` them again. Figures need matplotlib, which the
extra ``skfairbargain[plot]`` installs.
"""

from ._audit_next import audit_next
from ._audit_size import audit_size, detectable_gap
from ._bargaining_history import BargainingHistoryDisplay
from ._candidates import CandidatesDisplay
from ._conflict_report import ConflictReport, conflict_report
from ._frontier import FairnessFrontierDisplay
from ._group_loss import GroupLossDisplay
from ._group_metrics import GroupMetricsDisplay
from ._label_bias_report import LabelBiasReport, label_bias_report
from ._sample_weight import SampleWeightDisplay
from ._validation_report import ValidationReport, validation_report

__all__ = [
    "BargainingHistoryDisplay",
    "CandidatesDisplay",
    "ConflictReport",
    "FairnessFrontierDisplay",
    "GroupLossDisplay",
    "GroupMetricsDisplay",
    "LabelBiasReport",
    "SampleWeightDisplay",
    "ValidationReport",
    "audit_next",
    "audit_size",
    "conflict_report",
    "detectable_gap",
    "label_bias_report",
    "validation_report",
]
