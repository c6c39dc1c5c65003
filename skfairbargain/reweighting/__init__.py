"""Train any classifier on the weights that ``NashMetaClassifier`` learned."""

from ._classifier import ReweightedClassifier

__all__ = ["ReweightedClassifier"]
