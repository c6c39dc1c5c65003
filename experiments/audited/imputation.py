"""Groups of all rows, imputed from the few rows whose group was audited."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

# No row is taken to be certain.
LEAST = 0.005


class GroupModel(NamedTuple):
    """Chances of the groups.

    Parameters
    ----------
    names : ndarray of shape (n_groups,)
    clf : classifier or None
        None where all audited rows have one group.
    out_of_fold : ndarray of shape (n_val, n_groups)
        Of the audited rows, each by a model that did not see it.
    """

    names: np.ndarray
    clf: object
    out_of_fold: np.ndarray

    def chances(self, X):
        """P(group | x), an array of shape (n_samples, n_groups)."""
        if self.clf is None:
            return np.ones((len(X), 1))
        return _clipped(self.clf.predict_proba(X))


def fit_group_model(X, groups, seed):
    """Choose a model of the groups by its cross-validated log loss.

    A group with a single audited row is left out: no fold could be predicted from the
    others.

    Parameters
    ----------
    X : ndarray of shape (n_val, n_features)
    groups : ndarray of shape (n_val,)
    seed : int

    Returns
    -------
    model : GroupModel
    """
    names, codes, counts = np.unique(groups, return_inverse=True, return_counts=True)
    if (counts > 1).sum() < 2:
        return GroupModel(names[[counts.argmax()]], None, np.ones((len(X), 1)))
    if (counts == 1).any():
        kept = counts[codes] > 1
        model = fit_group_model(X[kept], groups[kept], seed)
        out_of_fold = model.chances(X)
        out_of_fold[kept] = model.out_of_fold
        return model._replace(out_of_fold=out_of_fold)
    candidates = (
        LogisticRegression(C=0.03, max_iter=500),
        DecisionTreeClassifier(max_depth=2, min_samples_leaf=5, random_state=seed),
        GradientBoostingClassifier(
            n_estimators=60, max_depth=2, subsample=0.7, random_state=seed
        ),
    )
    losses, predicted = [], []
    for candidate in candidates:
        with warnings.catch_warnings():
            # Other groups may have fewer rows than there are folds.
            warnings.simplefilter("ignore")
            chances = cross_val_predict(
                candidate, X, codes, cv=folds(codes, seed), method="predict_proba"
            )
        predicted.append(_clipped(chances))
        losses.append(log_loss(codes, predicted[-1], labels=range(len(names))))
    best = int(np.argmin(losses))
    return GroupModel(names, clone(candidates[best]).fit(X, codes), predicted[best])


def folds(codes, seed, most=5):
    """Five stratified folds, or as many as the smaller label has rows."""
    n_folds = max(2, min(most, np.bincount(codes).min()))
    return StratifiedKFold(n_folds, shuffle=True, random_state=seed)


def _clipped(chances):
    clipped = np.clip(chances, LEAST, 1)
    return clipped / clipped.sum(axis=1, keepdims=True)


def balanced_within(chances, y):
    """Weights that balance the labels within each imputed group, which keeps its size.

    These are the weights of Kamiran and Calders (2012), which make group and label
    independent, times those that balance the labels.

    Parameters
    ----------
    chances : ndarray of shape (n_samples, n_groups)
    y : ndarray of shape (n_samples,)
        0 or 1.

    Returns
    -------
    weights : ndarray of shape (n_samples,), mean 1
    """
    return _weights(chances, y, lambda group, cell: group / 2 / cell)


def balanced_cells(chances, y):
    """Weights by which each imputed group × label cell weighs the same; see above."""
    return _weights(chances, y, lambda group, cell: 1 / cell)


def _weights(chances, y, weight):
    of_label = np.eye(2)[y]
    # Labels × groups; none counts for less than a row, so that no weight is immense.
    cell = np.maximum(of_label.T @ chances, 1)
    group = chances.sum(axis=0, keepdims=True)
    weights = (chances * weight(group, cell)[y]).sum(axis=1)
    return weights / weights.mean()
