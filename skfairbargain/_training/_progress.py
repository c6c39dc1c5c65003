"""The progress of a net's training, step by step."""

from .._utils import FitProgress


class TrainingProgress(FitProgress):
    """Counts the steps, and says which epoch it is and how the worst group fares.

    Parameters
    ----------
    n_epochs : int
    n_steps : int
        Steps of an epoch.
    verbose : int
    """

    def __init__(self, n_epochs, n_steps, verbose):
        super().__init__("NashMetaClassifier", n_epochs * n_steps, verbose)
        self._n_epochs, self._n_steps = n_epochs, n_steps
        self._steps, self._loss = 0, ""

    def step(self):
        """Count a step that was taken."""
        epoch = self._steps // self._n_steps + 1
        self._steps += 1
        self.advance(f"epoch {epoch} of {self._n_epochs}{self._loss}")

    def end_epoch(self, worst_group_loss):
        """Show this loss from now on."""
        self._loss = f", worst group's loss {worst_group_loss:.3f}"
