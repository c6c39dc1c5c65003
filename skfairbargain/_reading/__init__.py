"""Read users' files as they are: any separator, encoding, number format, and Parquet."""

from ._parse import Format, parse_file
from ._records import read_records

__all__ = ["Format", "parse_file", "read_records"]
