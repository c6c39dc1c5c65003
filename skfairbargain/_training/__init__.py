"""The training behind the estimator: inputs, the net, the step and its records."""

from ._device import available_device
from ._history_columns import history_of
from ._inputs import training_rows
from ._labels import check_labels
from ._make_net import make_net, run_settings
from ._modules import MLP, checked_sizes
from ._named_protocols import NamedProtocolsMixin
from ._parameters import OPTIMIZERS, PARAMETER_CONSTRAINTS
from ._players import Players
from ._predictions import LogitsClassifierMixin
from ._preparation import prepared_alike, warn_of_preparation
from ._records import RECORDS
from ._rows import checked_rows
from ._run import train
from ._standardizer import Standardizer
from ._train_weigher import train_weigher
from ._validation_inputs import (
    check_given_together,
    check_same_cells,
    validation_codes,
    validation_set,
)
from ._weight_routing import check_instance, check_takes_audit, weight_name
from ._weighted_rows import is_finite, weighted_rows, with_shape
