"""Fairness-aware training by Nash bargaining, for scikit-learn pipelines."""

__version__ = "0.1.0.dev0"
