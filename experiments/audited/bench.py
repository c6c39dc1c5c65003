"""What the methods of one problem share: arrays, base models, imputed groups."""

from typing import NamedTuple

import numpy as np
import torch
from scipy.special import logit
from sklearn.base import clone

from skfairbargain import NashMetaClassifier

from ..networks import AS_THEY_ARE, N_EPOCHS, PLAIN_NETWORK, fit_quietly, shortened
from ..plain_training import predict_logits, train_plainly
from ..rivals import Rows, boosting, logistic
from .encoding import encode_tables
from .imputation import balanced_cells, balanced_within, fit_group_model
from .pieces import Pieces, piece

# On a few hundred rows more epochs, for this many steps.
MIN_STEPS = 1000


class Scores(NamedTuple):
    """Log-odds of the favorable label; 0 is the threshold.

    Parameters
    ----------
    val, test : ndarray
        Of the audited and of the test rows.
    """

    val: np.ndarray
    test: np.ndarray


class Bench(Pieces):
    """A problem and what was made of it.

    Parameters
    ----------
    problem : AuditedProblem
    seed : int
    epochs : int or None, default=None
        Of the networks; None is the usual number.

    Attributes
    ----------
    X, X_val, X_test : ndarray of float32
        The tables as numbers; see `encode_tables`.
    """

    def __init__(self, problem, seed, epochs=None):
        super().__init__()
        self.problem, self.seed, self.epochs = problem, seed, epochs
        self.y, self.y_val, self.groups_val = problem.y, problem.y_val, problem.groups_val
        tables = problem.X, problem.X_val, problem.X_test
        self.X, self.X_val, self.X_test = encode_tables(*tables)

    def fit(self, model, X, y, sample_weight=None):
        """A copy of a scikit-learn model, fitted with the seed of the problem."""
        clf = clone(model).set_params(random_state=self.seed)
        return clf.fit(X, y, sample_weight=sample_weight)

    def scores(self, clf):
        """Log-odds of audited and test rows by a classifier of arrays."""
        return Scores(log_odds(clf, self.X_val), log_odds(clf, self.X_test))

    def trained(self, model, sample_weight=None):
        """Scores of a model of the training rows."""
        return self.scores(self.fit(model, self.X, self.y, sample_weight))

    @piece
    def boosting_balanced(self):
        return self.trained(boosting(True))

    @piece
    def logistic_balanced(self):
        return self.trained(logistic(True))

    @piece
    def network(self):
        """The network of `networks.PLAIN_NETWORK` by Adam, classes balanced."""
        counts = np.maximum(np.bincount(self.y, minlength=2), 1)
        return self.train_network((len(self.y) / (2 * counts))[self.y])

    @piece
    def network_balanced(self):
        return self.network_scores(self.network())

    @piece
    def group_model(self):
        return fit_group_model(self.X_val, self.groups_val, self.seed)

    @piece
    def training_chances(self):
        return self.group_model().chances(self.X)

    @piece
    def test_chances(self):
        return self.group_model().chances(self.X_test)

    @piece
    def boosting_within(self):
        return self.trained(boosting(), balanced_within(self.training_chances(), self.y))

    @piece
    def boosting_cells(self):
        return self.trained(boosting(), balanced_cells(self.training_chances(), self.y))

    @piece
    def logistic_within(self):
        return self.trained(logistic(), balanced_within(self.training_chances(), self.y))

    @piece
    def network_within(self):
        weights = balanced_within(self.training_chances(), self.y)
        return self.network_scores(self.train_network(weights))

    @piece
    def nash_meta(self):
        """`NashMetaClassifier` with its defaults, fitted."""
        parameters = shortened(AS_THEY_ARE, self.epochs)
        clf = NashMetaClassifier(**parameters, random_state=self.seed)
        return fit_quietly(clf, Rows(self.X, self.y, None), self.audited_rows())

    def audited_rows(self):
        return Rows(self.X_val, self.y_val, self.groups_val)

    def train_network(self, weights, rows=None):
        """Train the plain network by the weighted loss of all training rows, or of some."""
        rows = slice(None) if rows is None else rows
        X, y = self.X[rows], self.y[rows]
        weights = torch.tensor(weights[rows], dtype=torch.float32)
        batch_size = min(256, max(32, len(y) // 20))
        usual = max(N_EPOCHS, MIN_STEPS // max(1, len(y) // batch_size))
        parameters = {
            **PLAIN_NETWORK,
            "batch_size": batch_size,
            "max_epochs": self.epochs or usual,
        }

        def loss(logits, target, rows):
            losses = torch.nn.functional.cross_entropy(logits, target, reduction="none")
            return (losses * weights[rows]).mean()

        def adam(parameters_of_module):
            return torch.optim.Adam(
                parameters_of_module,
                lr=PLAIN_NETWORK["lr"],
                weight_decay=PLAIN_NETWORK["weight_decay"],
            )

        return train_plainly(
            X, y, loss, parameters=parameters, seed=self.seed, optimizer=adam
        )

    def network_scores(self, module):
        """Log-odds of audited and test rows by a network."""
        logits = [predict_logits(module, X) for X in (self.X_val, self.X_test)]
        return Scores(*(each[:, 1] - each[:, 0] for each in logits))


def log_odds(clf, X):
    """Log-odds of the favorable label, never infinite."""
    return logit(np.clip(clf.predict_proba(X)[:, 1].astype(np.float64), 1e-5, 1 - 1e-5))
