"""Split off validation sets, and choose parameters on audited rows."""

from .._utils import encode_cells
from ._audited_folds import AuditedKFold
from ._balanced_split import balanced_validation_indices, balanced_validation_split
from ._partly_audited import PartlyAuditedClassifier

__all__ = [
    "AuditedKFold",
    "PartlyAuditedClassifier",
    "balanced_validation_indices",
    "balanced_validation_split",
    "encode_cells",
]
