"""The training behind the estimator: the net, its steps, and what they record."""

from ._history_columns import history_of
from ._make_net import make_net, run_settings
from ._named_optimizers import OPTIMIZERS
from ._parameters import PARAMETER_CONSTRAINTS
from ._records import RECORDS
from ._run import train
from ._training_mixin import TrainingMixin
