"""What every part of the package may use: groups, files, extras, random numbers."""

from ._files import whole_file, write_at_once, write_csv, write_figure
from ._fitted import learned
from ._groups import encode_groups, group_name
from ._lengths import check_same_length
from ._optional import import_optional
from ._random import seeded_torch

__all__ = [
    "check_same_length",
    "encode_groups",
    "group_name",
    "import_optional",
    "learned",
    "seeded_torch",
    "whole_file",
    "write_at_once",
    "write_csv",
    "write_figure",
]
