"""The audit: obvious alternatives trained and measured by group, and what to use."""

from ._audit import audit_report
from ._methods import METHODS, TODAY
from ._report import AuditReport

__all__ = ["METHODS", "TODAY", "AuditReport", "audit_report"]
