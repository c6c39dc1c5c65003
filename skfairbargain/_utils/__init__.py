"""Helpers for every part of the package: cells, groups, files, intervals, extras."""

from ._cells import cell_codes, cell_counts, encode_cells
from ._columns import check_column, check_unmasked, shortly
from ._counts import n_rows
from ._files import write_at_once, write_csv
from ._fitted import FEATURES, fitted_attribute, scratch_copy, set_fitted
from ._fitted_html import FittedHtmlMixin, facts_of_cells, shown_names
from ._group_names import distinct_names, group_names
from ._groups import are_labels, encode_groups
from ._intervals import mean_and_margin
from ._keywords import explains_keywords
from ._known_groups import known_groups
from ._lengths import check_same_length
from ._logits import LogitsMixin
from ._module_copies import copy_module
from ._module_errors import first_line, layer_name, layer_of_error
from ._number_ranges import NumberRange
from ._numbers import check_numbers
from ._optional import import_optional
from ._progress import FitProgress
from ._random import global_states, restore_globals, seeded_globals
from ._seeds import seeded
from ._sklearn_callbacks import CallbackSupportMixin, torn_down
from ._small_cells import small_cells, way_out
from ._takes_audit import check_instance, check_takes_audit
from ._versioned import VersionedPickleMixin
from ._warnings import warn_user

__all__ = [
    "FEATURES",
    "CallbackSupportMixin",
    "FitProgress",
    "FittedHtmlMixin",
    "LogitsMixin",
    "NumberRange",
    "VersionedPickleMixin",
    "are_labels",
    "cell_codes",
    "cell_counts",
    "check_column",
    "check_instance",
    "check_numbers",
    "check_same_length",
    "check_takes_audit",
    "check_unmasked",
    "copy_module",
    "distinct_names",
    "encode_cells",
    "encode_groups",
    "explains_keywords",
    "facts_of_cells",
    "first_line",
    "fitted_attribute",
    "global_states",
    "group_names",
    "import_optional",
    "known_groups",
    "layer_name",
    "layer_of_error",
    "mean_and_margin",
    "n_rows",
    "restore_globals",
    "scratch_copy",
    "seeded",
    "seeded_globals",
    "set_fitted",
    "shortly",
    "shown_names",
    "small_cells",
    "torn_down",
    "warn_user",
    "way_out",
    "write_at_once",
    "write_csv",
]
