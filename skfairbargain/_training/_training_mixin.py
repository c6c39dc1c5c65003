"""What the estimator has of its training."""

from ._epoch_tasks import EpochTasksMixin
from ._facts import TrainingFactsMixin
from ._named_protocols import NamedProtocolsMixin
from ._stage_lengths import StageLengthsMixin


class TrainingMixin(
    NamedProtocolsMixin, TrainingFactsMixin, EpochTasksMixin, StageLengthsMixin
):
    """Protocols by name, facts for notebooks, callbacks, and fits that share epochs."""
