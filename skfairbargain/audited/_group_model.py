"""A model of the group, learned from the audited rows, to impute that of other rows."""

from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

# With more groups boosting is not tried: it would grow 60 trees for each.
MOST_BOOSTED = 20
# Imputed probabilities are kept this far from 0: no row is known to be of no group.
LEAST = 0.005


class GroupModel(NamedTuple):
    """A model of the group.

    Parameters
    ----------
    name : str
        Which one was chosen: "prior" knows nothing.
    model : classifier
        Fitted on all audited rows; its classes are positions of groups.
    out_of_fold : ndarray of shape (n_val, n_groups)
        Its probabilities for the audited rows, each from a model that was not fitted on it.
    log_loss : dict of str to float
        Cross-validated log loss of every model that was tried, in nats.
    """

    name: str
    model: object
    out_of_fold: np.ndarray
    log_loss: dict

    @property
    def is_informative(self):
        """Whether it is better than the groups' shares."""
        return self.name != "prior"

    def probabilities(self, X):
        """Probabilities of the groups, of shape (n_samples, n_groups)."""
        return _clipped(self.model.predict_proba(X))


def fit_group_model(X, codes, folds, seed):
    """Choose by cross-validated log loss, and fit, a model of the group.

    Parameters
    ----------
    X : ndarray of shape (n_val, n_features)
    codes : ndarray of shape (n_val,), int
        Positions of the groups, all present in every training fold.
    folds : ndarray of shape (n_val,), int
        Fold of each row.
    seed : int

    Returns
    -------
    model : GroupModel
    """
    models = {
        "prior": DummyClassifier(),
        "logistic": LogisticRegression(C=0.03, max_iter=500),
        "tree": DecisionTreeClassifier(max_depth=2, min_samples_leaf=5, random_state=seed),
        "boosting": GradientBoostingClassifier(
            n_estimators=60, max_depth=2, subsample=0.7, random_state=seed
        ),
    }
    if codes.max() >= MOST_BOOSTED:
        del models["boosting"]
    if codes.max() == 0:  # one group, of which there is nothing to learn
        models = {"prior": models["prior"]}
    tried = {name: _out_of_fold(model, X, codes, folds) for name, model in models.items()}
    losses = {
        name: float(-np.log(found[np.arange(len(codes)), codes]).mean())
        for name, found in tried.items()
    }
    best = min(losses, key=losses.get)
    return GroupModel(best, clone(models[best]).fit(X, codes), tried[best], losses)


def _out_of_fold(model, X, codes, folds):
    n_groups = codes.max() + 1
    probabilities = np.zeros((len(codes), n_groups))
    for fold in np.unique(folds):
        inside, held_out = folds != fold, folds == fold
        fitted = clone(model).fit(X[inside], codes[inside])
        found = fitted.predict_proba(X[held_out])
        probabilities[np.ix_(held_out, fitted.classes_)] = found
    return _clipped(probabilities)


def _clipped(probabilities):
    clipped = np.clip(probabilities, LEAST, 1)
    return clipped / clipped.sum(axis=1, keepdims=True)
