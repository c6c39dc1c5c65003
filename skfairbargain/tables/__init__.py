"""Tables of any columns as numbers: text, categories, dates, booleans, missing values."""

from ._encoder import TableEncoder

__all__ = ["TableEncoder"]
