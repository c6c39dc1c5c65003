"""What the candidates see of rows: features, scores of base models, group probabilities."""

from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax

# Probabilities are read no closer to 0 than this, so that logits stay small numbers.
SMALLEST = 1e-5


class Views(NamedTuple):
    """Rows as the candidates see them.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features_out), float32
        Encoded features.
    scores : dict of str to ndarray of shape (n_samples, n_classes)
        Logits by each base model, of sum 0 a row.
    group_logits : ndarray of shape (n_samples, n_groups), float64
        Logarithms of the groups' probabilities by the group model, of sum 0 a row.
    """

    X: np.ndarray
    scores: dict
    group_logits: np.ndarray

    def take(self, rows):
        """Return some of the rows."""
        return Views(
            self.X[rows],
            {name: scores[rows] for name, scores in self.scores.items()},
            self.group_logits[rows],
        )


def centered_logits(probabilities):
    """Logarithms of probabilities, of sum 0 a row."""
    logits = np.log(np.clip(probabilities, SMALLEST, 1))
    return logits - logits.mean(axis=1, keepdims=True)


def probabilities_of(logits):
    """Probabilities that have these logits."""
    return np.exp(log_softmax(logits, axis=1))


def free_columns(logits):
    """Columns of centered logits that say all: of two classes one, the difference."""
    return logits[:, 1:] - logits[:, :1] if logits.shape[1] == 2 else logits
