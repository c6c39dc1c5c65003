"""Worst-group AUC as a scorer that is made from lale's fairness information."""

import numpy as np
from lale.lib.aif360.util import _BaseInEstimatorImpl, _BasePostEstimatorImpl

from .. import metrics
from ._groups import fairness_groups, membership, named_attributes


def worst_group_auc(
    favorable_labels, protected_attributes, unfavorable_labels=None, undefined="raise"
):
    """Make a scorer of the ROC AUC in the group that is ranked worst.

    Like the scorers of ``lale.lib.aif360``, it is made from fairness information; unlike
    them, it evaluates scores and not predicted labels. Use it as the `scoring` of Hyperopt
    or of a scikit-learn search, or call ``scorer(estimator, X, y)``. Higher is better; 0.5
    is chance.

    Parameters
    ----------
    favorable_labels : list
        Labels, or ranges of labels, that count as positive.
    protected_attributes : list of dict
        The protected attributes in lale's format. The groups of several attributes are
        their intersections.
    unfavorable_labels : list, default=None
        Labels that count as negative; None: all other labels.
    undefined : {"raise", "warn"}, default="raise"
        What to do if a group has only favorable or only unfavorable labels: raise an
        error, or leave the group out with a warning.

    Returns
    -------
    scorer : WorstGroupAUC

    See Also
    --------
    skfairbargain.metrics.worst_group_auc : The metric, with its definition.
    lale.lib.aif360.disparate_impact : How often each group gets a favorable prediction.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skfairbargain.lale import worst_group_auc
    >>> X = pd.DataFrame({"sex": [0, 0, 0, 1, 1, 1], "score": [1, 2, 3, 1, 3, 2]})
    >>> y = [0, 0, 1, 0, 1, 1]
    >>> scorer = worst_group_auc([1], [{"feature": "sex", "reference_group": [1]}])
    >>> scorer(LogisticRegression().fit(X, y), X, y)
    1.0
    """
    return WorstGroupAUC(
        favorable_labels, protected_attributes, unfavorable_labels, undefined
    )


class WorstGroupAUC:
    """The scorer that `worst_group_auc` makes, with the methods of lale's scorers."""

    def __init__(
        self, favorable_labels, protected_attributes, unfavorable_labels, undefined
    ):
        self.favorable_labels = favorable_labels
        self.protected_attributes = protected_attributes
        self.unfavorable_labels = unfavorable_labels
        self.undefined = undefined

    def score_data(self, y_true, y_score, X):
        """Compute the metric from scores; a larger `y_score` means more favorable."""
        positive = membership(y_true, self.favorable_labels, self.unfavorable_labels)
        attributes = named_attributes(X, self.protected_attributes)
        groups, grouped = fairness_groups(X, attributes)
        rows = np.flatnonzero(grouped & (positive != 0.5))
        return metrics.worst_group_auc(
            positive[rows],
            np.asarray(y_score)[rows],
            sensitive_features=groups.iloc[rows],
            undefined=self.undefined,
        )

    def score_estimator(self, estimator, X, y):
        """Compute the metric of a fitted estimator on X."""
        proba = np.asarray(estimator.predict_proba(X))
        return self.score_data(y, proba @ self._is_favorable(estimator), X)

    def __call__(self, estimator, X, y):
        """Compute the metric of a fitted estimator on X."""
        return self.score_estimator(estimator, X, y)

    def _is_favorable(self, estimator):
        last = estimator.get_last() if hasattr(estimator, "get_last") else estimator
        if isinstance(
            getattr(last, "impl", None), _BaseInEstimatorImpl | _BasePostEstimatorImpl
        ):
            # lale's mitigators have the favorable label last, also where their `classes_`
            # have it first.
            return np.array([0.0, 1.0])
        side = membership(
            estimator.classes_, self.favorable_labels, self.unfavorable_labels
        )
        return (side == 1).astype(float)
