"""From what a user passes to checked training rows and a validation set."""

from ._dtypes import computing_dtype, readable_dtypes
from ._images import (
    RowForm,
    are_bytes,
    as_stack,
    bytes_scaled,
    channels_last,
    check_bytes,
    check_not_empty,
)
from ._labels import check_classes, check_labels, class_indices, label_column
from ._players import Players
from ._preparation import prepared_alike, warn_of_preparation
from ._relative_weights import relative
from ._rows import checked_rows
from ._standardizer import Standardizer, as_features
from ._tables import checked_table
from ._training_rows import training_rows, weighted_labels
from ._validation_inputs import (
    audited_set,
    check_given_together,
    check_same_cells,
    validation_codes,
    validation_set,
)
