"""Candidates: models that are fitted on the audited rows, from what the base models say.

They are dataclasses, by which files know that restoring them runs no code.
"""

from dataclasses import KW_ONLY, dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.preprocessing import StandardScaler

from ._views import centered_logits, free_columns

# Penalties that cross-validation chooses from where there are many columns.
PENALTIES = np.logspace(-4, 0, 5)
# A mean score counts three times as much as another column before the ridge penalty, and
# a group's log-odds two fifths: from the study of the library.
SCORE_SCALE, GROUP_SCALE = 3.0, 0.4


@dataclass(eq=False)
class ScoreStack:
    """Ridge logistic regression on scores of base models, and on the imputed group.

    Its columns: the mean of the standardized scores, each score's distance from it, and,
    with groups, the groups' log-odds and their products with the mean.

    Parameters
    ----------
    names : list of str
        The base models.
    groups : bool
        Whether the imputed group has a part.
    C : float, default=0.3
        Inverse penalty.
    """

    names: list
    _: KW_ONLY
    groups: bool
    C: float = 0.3

    def fit(self, views, y, weight, seed):
        self.scaler_ = StandardScaler().fit(self._scores(views))
        self.model_ = LogisticRegression(C=self.C, max_iter=1000)
        self.model_.fit(self._columns(views), y, sample_weight=weight)
        return self

    def logits(self, views):
        return _logits(self.model_, self._columns(views))

    def _scores(self, views):
        return np.hstack([free_columns(views.scores[name]) for name in self.names])

    def _columns(self, views):
        scores = self.scaler_.transform(self._scores(views))
        by_model = scores.reshape(len(scores), len(self.names), -1)
        mean = by_model.mean(axis=1)
        parts = [SCORE_SCALE * mean]
        if len(self.names) > 1:
            parts.append((by_model - mean[:, None]).reshape(len(scores), -1))
        if self.groups:
            group = GROUP_SCALE * free_columns(views.group_logits)
            products = group[:, :, None] * mean[:, None, :]
            parts += [group, products.reshape(len(scores), -1)]
        return np.hstack(parts)


@dataclass(eq=False)
class TetheredStack(ScoreStack):
    """A correction of the mean score that few rows cannot move far.

    The columns of a `ScoreStack` and a constant add to the mean of the base models' logits,
    and the ridge penalty draws the sum to that mean: what the recorded rows taught stands
    until the audited rows say otherwise.

    Parameters
    ----------
    names : sequence of str
        The base models.
    groups : bool
        Whether the imputed group has a part.
    C : float, default=0.015
        Inverse penalty.
    free_constant : bool, default=False
        Whether the constant is not penalized. Base models are trained for equal class
        shares, and a plain sample has others.
    """

    C: float = 0.015
    free_constant: bool = False

    def fit(self, views, y, weight, seed):
        self.scaler_ = StandardScaler().fit(self._scores(views))
        columns, start = self._columns(views), self._mean_logits(views)
        shape = columns.shape[1], start.shape[1]
        right = np.eye(shape[1])[y]

        def penalized_loss(flat):
            slopes = flat.reshape(shape)
            log_p = log_softmax(start + columns @ slopes, axis=1)
            value = -(weight @ log_p[np.arange(len(y)), y])
            held = slopes.copy()
            if self.free_constant:
                held[-1] = 0
            value += held.ravel() @ held.ravel() / (2 * self.C)
            excess = weight[:, None] * (np.exp(log_p) - right)
            return value, (columns.T @ excess + held / self.C).ravel()

        found = minimize(
            penalized_loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B"
        )
        self.slopes_ = found.x.reshape(shape)
        return self

    def logits(self, views):
        logits = self._mean_logits(views) + self._columns(views) @ self.slopes_
        return logits - logits.mean(axis=1, keepdims=True)

    def _columns(self, views):
        columns = super()._columns(views)
        return np.hstack([columns, np.ones((len(columns), 1))])

    def _mean_logits(self, views):
        return np.mean([views.scores[name] for name in self.names], axis=0)


@dataclass(eq=False)
class FeatureRegression:
    """Logistic regression on the features, its penalty chosen by cross-validation.

    Parameters
    ----------
    start : candidate, default=None
        Its score is one more column, four deviations wide, so that it is penalized little.
    """

    start: object = None

    def fit(self, views, y, weight, seed):
        if self.start is not None:
            self.start.fit(views, y, weight, seed)
        self.scaler_ = StandardScaler().fit(self._raw(views))
        n_folds = min(5, np.bincount(y)[np.unique(y)].min())
        model = LogisticRegression(C=0.01, max_iter=500)
        if n_folds > 1:
            folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
            search = GridSearchCV(model, {"C": PENALTIES}, scoring="neg_log_loss", cv=folds)
            # Weights go to the model, whatever an outer pipeline routes.
            with config_context(enable_metadata_routing=False):
                search.fit(self._scaled(views), y, sample_weight=weight)
            model = search.best_estimator_
        else:
            model.fit(self._scaled(views), y, sample_weight=weight)
        self.model_ = model
        return self

    def logits(self, views):
        return _logits(self.model_, self._scaled(views))

    def _raw(self, views):
        if self.start is None:
            return views.X.astype(np.float64)
        return np.hstack([views.X, free_columns(self.start.logits(views))])

    def _scaled(self, views):
        scaled = self.scaler_.transform(self._raw(views))
        scaled[:, views.X.shape[1] :] *= 4
        return scaled


@dataclass(eq=False)
class Boosting:
    """A few shallow trees on the features of the audited rows.

    Parameters
    ----------
    start : candidate, default=None
        Boosting continues where it ends; its score is a column for the trees as well.
    """

    start: object = None

    def fit(self, views, y, weight, seed):
        init = None
        if self.start is not None:
            self.start.fit(views, y, weight, seed)
            init = GivenLogits(len(np.unique(y)))
        self.model_ = GradientBoostingClassifier(
            init=init,
            n_estimators=60,
            learning_rate=0.05,
            max_depth=2,
            subsample=0.7,
            min_samples_leaf=5,
            random_state=seed,
        ).fit(self._columns(views), y, sample_weight=weight)
        return self

    def logits(self, views):
        return centered_logits(self.model_.predict_proba(self._columns(views)))

    def _columns(self, views):
        if self.start is None:
            return views.X
        return np.hstack([views.X, self.start.logits(views)])


class GivenLogits(ClassifierMixin, BaseEstimator):
    """A classifier whose last columns are the logits: where boosting continues from."""

    def __init__(self, n_classes=2):
        self.n_classes = n_classes

    def fit(self, X, y, sample_weight=None):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return softmax(X[:, -self.n_classes :].astype(np.float64), axis=1)


def _logits(model, columns):
    return centered_logits(model.predict_proba(columns))


@dataclass(eq=False)
class Score:
    """A score as it is: of a base model, or of the reference.

    Parameters
    ----------
    name : str
    """

    name: str

    def fit(self, views, y, weight, seed):
        return self

    def logits(self, views):
        return views.scores[self.name]
