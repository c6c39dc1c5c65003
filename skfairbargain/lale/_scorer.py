"""Worst-group AUC as a scorer of lale's kind, made from fairness information."""

import numpy as np
from lale.lib.aif360.util import _BaseInEstimatorImpl, _BasePostEstimatorImpl

from .. import metrics
from ._groups import fairness_groups, membership, named_attributes


def worst_group_auc(
    favorable_labels, protected_attributes, unfavorable_labels=None, undefined="raise"
):
    """Scorer of the ROC AUC in the group that is ranked worst.

    Made from fairness information like the scorers of ``lale.lib.aif360``, which has none
    that looks at scores: for the `scoring` of Hyperopt, of a search of scikit-learn, or to
    call as ``scorer(estimator, X, y)``. Higher is better; 0.5 is chance.

    Parameters
    ----------
    favorable_labels : list
        Labels, or ranges of labels, that count as positive.
    protected_attributes : list of dict
        In lale's format. Several attributes intersect.
    unfavorable_labels : list, default=None
        Labels that count as negative; None: all the others.
    undefined : {"raise", "warn"}, default="raise"
        What to do where a group has labels of one kind only: an error, or leave the group
        out with a warning.

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
    """What `worst_group_auc` makes; its methods are those of lale's fairness scorers."""

    def __init__(
        self, favorable_labels, protected_attributes, unfavorable_labels, undefined
    ):
        self.favorable_labels = favorable_labels
        self.protected_attributes = protected_attributes
        self.unfavorable_labels = unfavorable_labels
        self.undefined = undefined

    def score_data(self, y_true, y_score, X):
        """Score of these rows, where larger scores mean favorable."""
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
        """Score of a fitted estimator on X."""
        proba = np.asarray(estimator.predict_proba(X))
        return self.score_data(y, proba @ self._is_favorable(estimator), X)

    def __call__(self, estimator, X, y):
        """Score of a fitted estimator on X."""
        return self.score_estimator(estimator, X, y)

    def _is_favorable(self, estimator):
        last = estimator.get_last() if hasattr(estimator, "get_last") else estimator
        if isinstance(
            getattr(last, "impl", None), _BaseInEstimatorImpl | _BasePostEstimatorImpl
        ):
            # lale's mitigators put the favorable label last, whatever their `classes_` say.
            return np.array([0.0, 1.0])
        side = membership(
            estimator.classes_, self.favorable_labels, self.unfavorable_labels
        )
        return (side == 1).astype(float)
