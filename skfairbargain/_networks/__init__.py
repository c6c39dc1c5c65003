"""Networks: made and tried, given standardized features, and asked for logits."""

from ._build_module import build_module
from ._constant_predictions import warn_of_constant_predictions
from ._device import available_device
from ._divergence import warn_of_divergence
from ._dropout import dropout_draws_from, dropout_generator
from ._mlp import MLP, checked_sizes, module_dtype, predict_logits
from ._network_size import check_fits_memory
from ._predictions import LogitsClassifierMixin
from ._scaling import new_scaler
