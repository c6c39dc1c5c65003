"""A classifier whose thresholds keep a rate of every group on its side of a bound."""

from numbers import Real

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    _fit_context,
)
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.validation import check_is_fitted

from .._utils import (
    NumberRange,
    check_column,
    encode_groups,
    group_names,
    shortly,
)
from ..exceptions import UndefinedGroupError
from ._rate_thresholds import (
    rows_needed,
    threshold_for_false_positives,
    threshold_for_true_positives,
)

__all__ = ["BoundedThresholdClassifier"]


class BoundedThresholdClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Choose thresholds of a trained classifier that keep a promise to every group.

    A classifier ranks people; a threshold decides. This chooses it on audited rows that the
    classifier was *not* trained on, so that in every group at least a given share of those
    who deserve the favorable label get it (``rate="true_positive_rate"``), or at most a
    given share of those who do not (``rate="false_positive_rate"``). The bound holds for
    the people that the rows are a sample of, for all groups at once, with the probability
    `confidence`.

    By default there is one threshold for all, and the group of a person is not asked for
    when the classifier decides. Thresholds by group (``by_group=True``) treat people
    differently because of their group. In hiring, credit, housing and insurance that is
    unlawful in many countries even where it helps a group that was treated worse: ask a
    lawyer first. See "Thresholds" in the user guide.

    Parameters
    ----------
    estimator : classifier
        A trained one of two classes, with ``predict_proba`` or ``decision_function``. It is
        not trained again. As ``sklearn.frozen.FrozenEstimator(clf)``, it stays trained
        where this classifier is cloned.
    rate : {"true_positive_rate", "false_positive_rate"}, default="true_positive_rate"
        The rate that is bounded.
    bound : float, default=0.8
        The least true-positive rate, or the largest false-positive rate, above 0 and below
        1.
    confidence : float, default=0.95
        Probability with which the bound holds in all groups, above 0 and below 1.
    by_group : bool, default=False
        Whether every group gets a threshold of its own.
    pos_label : object, default=None
        The favorable class. None: the second of `classes_`.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        Class labels, as of `estimator`.
    groups_ : list
        The groups of the audited rows, sorted.
    thresholds_ : ndarray of shape (n_groups,)
        Scores from which on a person of each group gets the favorable label. All the same
        unless `by_group`.
    n_features_in_, feature_names_in_ :
        As of `estimator`.

    See Also
    --------
    sklearn.model_selection.TunedThresholdClassifierCV : One threshold that is best by a
        score, such as the worst group's balanced accuracy, without a bound.
    skfairbargain.metrics.group_metrics : Rates by group, with intervals.

    Notes
    -----
    Scores are probabilities of the favorable class, or margins where there are none. With
    n positive audited rows of a group and S_(k) their k-th lowest score, the true-positive
    rate of the threshold S_(k) is at least r with the probability
    P(Binomial(n, 1 − r) ≥ k), whatever the distribution of the scores (Wilks 1941). The
    highest threshold is taken for which this is at least 1 − (1 − `confidence`) /
    n_groups, the bound of Bonferroni; of several groups that share one, the lowest. For
    the false-positive rate, it is the other way round.

    References
    ----------
    Wilks, "Determination of Sample Sizes for Setting Tolerance Limits", Annals of
    Mathematical Statistics 12, 1941. Hardt, Price and Srebro, "Equality of Opportunity in
    Supervised Learning", NeurIPS 2016, for thresholds by group.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skfairbargain.datasets import make_biased_classification
    >>> from skfairbargain.postprocessing import BoundedThresholdClassifier
    >>> train = make_biased_classification(1000, label_bias=0.6, random_state=0)
    >>> audit = make_biased_classification(400, random_state=1)
    >>> ranking = LogisticRegression().fit(train.data, train.target)
    >>> clf = BoundedThresholdClassifier(ranking, bound=0.7).fit(
    ...     audit.data, audit.target, sensitive_features=audit.sensitive["group"]
    ... )
    >>> clf.groups_, clf.thresholds_.round(2)
    (['g0', 'g1'], array([0.28, 0.28]))
    """

    # Read by scikit-learn's metadata routing: the groups travel with `fit`.
    __metadata_request__fit = {"sensitive_features": True}

    _parameter_constraints = {
        "estimator": [HasMethods(["predict"])],
        "rate": [StrOptions({"true_positive_rate", "false_positive_rate"})],
        "bound": [NumberRange(Real, 0, 1, closed="neither")],
        "confidence": [NumberRange(Real, 0, 1, closed="neither")],
        "by_group": ["boolean"],
        "pos_label": "no_validation",
    }

    def __init__(
        self,
        estimator,
        *,
        rate="true_positive_rate",
        bound=0.8,
        confidence=0.95,
        by_group=False,
        pos_label=None,
    ):
        self.estimator = estimator
        self.rate = rate
        self.bound = bound
        self.confidence = confidence
        self.by_group = by_group
        self.pos_label = pos_label

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sensitive_features):
        """Choose the thresholds.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Audited rows that neither trained nor steered `estimator`.
        y : array-like of shape (n_samples,)
            Their labels.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_columns)
            Their groups; several columns become intersections.

        Returns
        -------
        self : BoundedThresholdClassifier

        Raises
        ------
        UndefinedGroupError
            If a group has too few rows for the bound; the message says how many it takes.
        ValueError
            If `estimator` has other than two classes, or an input is malformed.
        NotFittedError
            If `estimator` is not trained.
        """
        check_is_fitted(self.estimator)
        classes = self._checked_classes()
        labels = self._checked_labels(y, classes)
        codes, groups = encode_groups(
            sensitive_features, name="sensitive_features", like={"X": X, "y": labels}
        )
        scores = self._scores(X, classes)
        thresholds = self._thresholds(scores, labels, codes, groups, classes)
        if not self.by_group:
            lowest = self.rate == "true_positive_rate"
            shared = thresholds.min() if lowest else thresholds.max()
            thresholds = np.full(len(groups), shared)
        self.classes_, self.groups_, self.thresholds_ = classes, groups, thresholds
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator, name):
                setattr(self, name, getattr(self.estimator, name))
        return self

    def predict(self, X, sensitive_features=None):
        """Decide by the thresholds.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        sensitive_features : array-like, default=None
            The groups of the rows. Needed with ``by_group=True``, and not looked at
            otherwise.

        Returns
        -------
        labels : ndarray of shape (n_samples,)

        Raises
        ------
        ValueError
            If groups are needed and are not given, or are others than those of `fit`.
        """
        check_is_fitted(self, "thresholds_")
        scores = self._scores(X, self.classes_)
        threshold = self.thresholds_[0]
        if self.by_group:
            threshold = self.thresholds_[self._codes(X, sensitive_features)]
        favorable = self._favorable(self.classes_)
        return self.classes_[np.where(scores >= threshold, favorable, 1 - favorable)]

    def predict_proba(self, X):
        """Return the probabilities by `estimator`, which thresholds do not change.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, 2)
        """
        return self.estimator.predict_proba(X)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "thresholds_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        tags.classifier_tags.multi_class = False
        return tags

    def _thresholds(self, scores, labels, codes, groups, classes):
        at_least = self.rate == "true_positive_rate"
        choose = threshold_for_true_positives if at_least else threshold_for_false_positives
        favorable = labels == classes[self._favorable(classes)]
        counted = favorable if at_least else ~favorable
        # All groups at once, by Bonferroni.
        confidence = 1 - (1 - self.confidence) / len(groups)
        thresholds = []
        for code, name in enumerate(group_names(groups)):
            of_group = scores[counted & (codes == code)]
            threshold = choose(of_group, self.bound, confidence)
            if threshold is None:
                kind = "of the favorable class" if at_least else "of the other class"
                needed = rows_needed(self.bound, confidence, at_least)
                raise UndefinedGroupError(
                    f"Group {name} should have at least {needed} rows {kind} for a "
                    f"{self.rate} of {self.bound:g} with confidence {self.confidence:g} in "
                    f"all of {len(groups)} groups. Got {len(of_group)}. Audit more rows, "
                    f"or choose a {'lower' if at_least else 'higher'} `bound` or a lower "
                    "`confidence`."
                )
            thresholds.append(threshold)
        return np.array(thresholds)

    def _checked_classes(self):
        classes = np.asarray(self.estimator.classes_)
        if len(classes) != 2:
            raise ValueError(
                f"`estimator` should have two classes. Got {len(classes)}: "
                f"{', '.join(map(repr, classes.tolist()))}."
            )
        if self.pos_label is not None and self.pos_label not in classes.tolist():
            raise ValueError(
                f"`pos_label` should be one of {classes.tolist()}. Got {self.pos_label!r}."
            )
        return classes

    def _checked_labels(self, y, classes):
        check_column(y, "y")
        labels = np.asarray(y)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        known = set(classes.tolist())
        strange = [label for label in labels.ravel().tolist() if label not in known]
        if labels.ndim != 1 or strange:
            found = f"shape {labels.shape}" if labels.ndim != 1 else shortly(strange[0])
            raise ValueError(
                "`y` should have one label for each row, of the classes "
                f"{classes.tolist()}. Got {found}."
            )
        return labels

    def _favorable(self, classes):
        """The place of the favorable class."""
        return 1 if self.pos_label is None else classes.tolist().index(self.pos_label)

    def _scores(self, X, classes):
        favorable = self._favorable(classes)
        if hasattr(self.estimator, "predict_proba"):
            return self.estimator.predict_proba(X)[:, favorable]
        scores = self.estimator.decision_function(X)
        return scores if favorable == 1 else -scores

    def _codes(self, X, sensitive_features):
        if sensitive_features is None:
            raise ValueError(
                "`sensitive_features` should have the group of every row, because the "
                "thresholds are those of groups. Got None."
            )
        codes, groups = encode_groups(
            sensitive_features, name="sensitive_features", like={"X": X}
        )
        places = {group: place for place, group in enumerate(self.groups_)}
        unknown = [group for group in groups if group not in places]
        if unknown:
            raise ValueError(
                f"`sensitive_features` should have groups of the audited rows, "
                f"{', '.join(group_names(self.groups_))}. Got {shortly(unknown[0])}."
            )
        return np.array([places[group] for group in groups])[codes]
