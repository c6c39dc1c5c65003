"""The trained base models and the group model: what makes views of rows."""

from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed

from ._balance import balanced_within_groups, class_balanced
from ._base_models import REFERENCE, fit_base_model, scores_of
from ._reference import reference_logits
from ._views import Views, centered_logits


class Scorers(NamedTuple):
    """All that scores rows before a candidate sees them.

    Parameters
    ----------
    models : list of BaseModel
    estimators : list of classifier
        Fitted, in the order of `models`.
    group_model : GroupModel or None
    reference : classifier or None
        A fitted model that is in use.
    reference_shift : ndarray of shape (n_classes,)
        What is added to the reference's logits, so that they are for the audit's shares.
    """

    models: list
    estimators: list
    group_model: object
    reference: object
    reference_shift: np.ndarray

    def _shape(self, X):
        return len(X), len(self.reference_shift)

    def views(self, rows, X, group_probabilities=None):
        """Make views of rows.

        Parameters
        ----------
        rows : DataFrame or array-like of shape (n_samples, n_features)
            Rows as they came, for the reference.
        X : ndarray of shape (n_samples, n_features_out), float32
            Rows encoded.
        group_probabilities : ndarray of shape (n_samples, n_groups), default=None
            Where they are known better than by the group model.
        """
        scores = {}
        for model, estimator in zip(self.models, self.estimators, strict=True):
            scores[model.name] = scores_of(estimator, X, self._shape(X), model.name)
        if self.reference is not None:
            logits = reference_logits(self.reference, rows, self._shape(X))
            logits = logits + self.reference_shift
            scores[REFERENCE] = logits - logits.mean(axis=1, keepdims=True)
        if self.group_model is None:
            group_logits = np.zeros((len(X), 1))
        else:
            if group_probabilities is None:
                group_probabilities = self.group_model.probabilities(X)
            group_logits = centered_logits(group_probabilities)
        return Views(X, scores, group_logits)


def fit_scorers(
    models, X, y, n_classes, sample_weight, group_model, *, n_jobs, seed, advance
):
    """Train the base models; `advance` is called with the name of each.

    Parameters
    ----------
    models : list of BaseModel
    X : ndarray of shape (n_samples, n_features_out), float32
    y : ndarray of shape (n_samples,), int
    n_classes : int
    sample_weight : ndarray of shape (n_samples,)
    group_model : GroupModel or None
    n_jobs : int or None
    seed : int
    advance : callable

    Returns
    -------
    estimators : list of classifier
        Fitted, in the order of `models`.
    """
    weights = {False: class_balanced(y, n_classes, sample_weight)}
    if any(model.by_group for model in models):
        groups = group_model.probabilities(X)
        weights[True] = balanced_within_groups(y, n_classes, groups, sample_weight)
    fitted = []
    tasks = (
        delayed(fit_base_model)(model, X, y, weights[model.by_group], seed)
        for model in models
    )
    for model, estimator in zip(
        models, Parallel(n_jobs=n_jobs, return_as="generator")(tasks), strict=True
    ):
        fitted.append(estimator)
        advance(model.name)
    return fitted
