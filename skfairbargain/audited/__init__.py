"""Many recorded rows without groups, and a few audited ones with them."""

from ._classifier import AuditedClassifier

__all__ = ["AuditedClassifier"]
