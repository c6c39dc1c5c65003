"""The command line."""

from ._csv import read_csv
from ._errors import one_sentence_errors
