"""What a user would train instead with scikit-learn and fairlearn.

Every function takes the training rows, the validation rows and a seed, and returns
``predict(X, groups) -> (scores, labels)``; scores are None where a method only decides.
"""

import warnings
from typing import NamedTuple

import numpy as np
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import EqualizedOdds, ExponentiatedGradient
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from skfairbargain.model_selection import encode_cells


class Rows(NamedTuple):
    """Rows to train or validate on.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32
    y : ndarray of shape (n_samples,), int64
        0 or 1.
    groups : ndarray of shape (n_samples,)
    """

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray


def logistic(balanced=False):
    """Logistic regression, not fitted."""
    weight = "balanced" if balanced else None
    return LogisticRegression(max_iter=2000, class_weight=weight)


def boosting(balanced=False):
    """Histogram gradient boosting, not fitted."""
    weight = "balanced" if balanced else None
    return HistGradientBoostingClassifier(class_weight=weight)


def fit_classifier(train, val, seed, *, model, sample_weight=None):
    """A scikit-learn classifier; `sample_weight` is a function of the rows."""
    clf = clone(model).set_params(random_state=seed)
    weights = None if sample_weight is None else sample_weight(train)
    return predictor_of(clf.fit(train.X, train.y, sample_weight=weights))


def reweighing(rows):
    """Weights that make group and label independent (Kamiran and Calders, 2012).

    The weight of a row is P(group) P(label) / P(group, label).
    """
    cells = encode_cells(rows.groups, rows.y)
    n_samples = len(rows.y)
    of_group = cells.counts.sum(axis=1, keepdims=True) / n_samples
    of_label = cells.counts.sum(axis=0) / n_samples
    of_cell = cells.counts / n_samples
    return (of_group * of_label).ravel()[cells.codes] / of_cell.ravel()[cells.codes]


def fit_threshold_optimizer(train, val, seed, *, model):
    """Thresholds by group for equalized odds, after training (Hardt et al., 2016).

    They are set on the rows that the model was trained on, biased labels included, which
    may cost it: the audited rows are too few for a threshold in each group.
    """
    clf = clone(model).set_params(random_state=seed).fit(train.X, train.y)
    optimizer = ThresholdOptimizer(
        estimator=clf,
        constraints="equalized_odds",
        objective="balanced_accuracy_score",
        prefit=True,
        predict_method="predict_proba",
    )
    optimizer.fit(train.X, train.y, sensitive_features=train.groups)

    def predict(X, groups):
        labels = optimizer.predict(X, sensitive_features=groups, random_state=seed)
        return None, np.asarray(labels)

    return predict


def fit_exponentiated_gradient(train, val, seed, *, model):
    """A randomised classifier under equalized odds (Agarwal et al., 2018).

    With at most 20 iterations where fairlearn's default is 50: each trains a model.
    """
    clf = clone(model).set_params(random_state=seed)
    mitigator = ExponentiatedGradient(clf, constraints=EqualizedOdds(), max_iter=20)
    with warnings.catch_warnings():
        # About fairlearn's own use of pandas.
        warnings.simplefilter("ignore", FutureWarning)
        mitigator.fit(train.X, train.y, sensitive_features=train.groups)
    return lambda X, groups: (None, np.asarray(mitigator.predict(X, random_state=seed)))


def fit_on_validation(train, val, seed):
    """Logistic regression on the validation set alone."""
    return fit_classifier(val, val, seed, model=logistic())


def fit_with_validation(train, val, seed, *, model):
    """Training and validation rows together, either with half of the weight."""
    n_train, n_val = len(train.y), len(val.y)
    weights = np.repeat([1.0, n_train / n_val], [n_train, n_val])
    clf = clone(model).set_params(random_state=seed)
    X, y = np.concatenate([train.X, val.X]), np.concatenate([train.y, val.y])
    return predictor_of(clf.fit(X, y, sample_weight=weights))


def fit_threshold_on_validation(train, val, seed, *, model):
    """The threshold with the best balanced accuracy on the validation set."""
    clf = clone(model).set_params(random_state=seed).fit(train.X, train.y)
    scores = clf.predict_proba(val.X)[:, 1]
    ascending = np.sort(scores)
    candidates = (ascending[1:] + ascending[:-1]) / 2
    reached = [
        balanced_accuracy_score(val.y, scores > threshold) for threshold in candidates
    ]
    threshold = candidates[int(np.argmax(reached))]

    def predict(X, groups):
        scores = clf.predict_proba(X)[:, 1]
        return scores, (scores > threshold).astype(np.int64)

    return predict


def predictor_of(clf):
    """Scores and labels of a fitted scikit-learn classifier."""
    return lambda X, groups: (clf.predict_proba(X)[:, 1], clf.predict(X))
