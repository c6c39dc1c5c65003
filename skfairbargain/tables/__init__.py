"""Tables of any columns as numbers: text, categories, dates, booleans, missing values."""

from ._encoder import TableEncoder
from ._frames import checked_table

__all__ = ["TableEncoder", "checked_table"]
