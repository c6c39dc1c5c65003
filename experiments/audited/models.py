"""Models of a few rows, and the last layer of a network."""

import numpy as np
import torch
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegressionCV
from sklearn.utils.class_weight import compute_sample_weight

from .bench import log_odds
from .imputation import folds

PENALTIES = np.logspace(-4, 0, 9)


def fit_ridge(X, y, seed):
    """Logistic regression with balanced classes, its penalty chosen by log loss."""
    clf = LogisticRegressionCV(
        Cs=PENALTIES,
        cv=folds(y, seed),
        scoring="neg_log_loss",
        class_weight="balanced",
        max_iter=1000,
    )
    return clf.fit(X, y)


def ridge_scores(X_val, y_val, X_test, seed):
    """Test scores of `fit_ridge`."""
    return fit_ridge(X_val, y_val, seed).decision_function(X_test)


def small_boosting(bench, X_val, X_test, init=None):
    """Test scores of boosting with few shallow trees on the audited rows."""
    clf = GradientBoostingClassifier(
        init=init,
        n_estimators=60,
        learning_rate=0.05,
        max_depth=2,
        subsample=0.7,
        min_samples_leaf=min(5, max(1, len(X_val) // 8)),
        random_state=bench.seed,
    )
    weights = compute_sample_weight("balanced", bench.y_val)
    clf.fit(X_val.astype(np.float64), bench.y_val, sample_weight=weights)
    return log_odds(clf, X_test.astype(np.float64))


def hidden_features(module, X):
    """What enters the last layer of a network."""
    module.eval()
    with torch.no_grad():
        return module[:-1](torch.from_numpy(X)).numpy().astype(np.float64)


class LastColumn(ClassifierMixin, BaseEstimator):
    """Takes the last column for the log-odds, to begin boosting with."""

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        favorable = expit(X[:, -1])
        return np.column_stack([1 - favorable, favorable])
