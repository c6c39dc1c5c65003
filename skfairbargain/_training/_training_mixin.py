"""What the estimator has of its training."""

from ._epoch_tasks import EpochTasksMixin
from ._facts import TrainingFactsMixin
from ._named_protocols import NamedProtocolsMixin


class TrainingMixin(NamedProtocolsMixin, TrainingFactsMixin, EpochTasksMixin):
    """Protocols by name, facts for notebooks, and scikit-learn's callbacks."""
