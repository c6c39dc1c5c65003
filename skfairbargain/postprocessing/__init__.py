"""Decide by thresholds that were chosen on audited rows of their own."""

from ._bounded_threshold import BoundedThresholdClassifier

__all__ = ["BoundedThresholdClassifier"]
