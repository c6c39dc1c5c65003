"""Summaries of repeated runs: means and confidence intervals."""

from ._summary import summarize

__all__ = ["summarize"]
