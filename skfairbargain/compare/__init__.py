"""Plain training, the one-stage and the two-stage method, side by side on one data set."""

from ._methods import METHODS, METRICS
from ._preprocessor import make_preprocessor
from ._run import compare_methods
from ._summary import summarize

__all__ = ["METHODS", "METRICS", "compare_methods", "make_preprocessor", "summarize"]
