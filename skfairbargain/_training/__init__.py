"""The training behind the estimator: inputs, the net, the step and its records."""

from ._inputs import class_indices, training_rows
from ._make_net import make_net
from ._modules import MLP, module_dtype, predict_logits
from ._parameters import PARAMETER_CONSTRAINTS
from ._prefitted import check_trained_weigher
from ._run import RECORDS, record_of_rows, train
from ._validation_set import (
    check_given_together,
    given_validation_set,
    prepared_alike,
    validation_codes,
    validation_set,
)
from ._validation_warnings import (
    warn_of_cut_validation_set,
    warn_of_names,
    warn_of_untransformed_validation_set,
)
