"""Any classifier, trained on the weights that ``NashMetaClassifier`` learned."""

from numbers import Real

import numpy as np
from sklearn import config_context
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    _fit_context,
    clone,
)
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils import check_array, check_random_state, get_tags
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from .._inputs import validation_codes
from .._utils import (
    NumberRange,
    check_instance,
    check_takes_audit,
    explains_keywords,
    fitted_attribute,
    scratch_copy,
    seeded,
    set_fitted,
)
from ._rows_for_both import rows_for_both
from ._train_weigher import train_weigher
from ._weight_routing import weight_name
from ._weighted_rows import is_finite, weighted_rows, with_shape

__all__ = ["ReweightedClassifier"]


def _network_class():
    # Imported for a training alone, because it takes torch, which predictions do without.
    from ..classifier import NashMetaClassifier

    return NashMetaClassifier


def _knows_probabilities(self):
    return hasattr(self._latest_estimator(), "predict_proba")


def _decides_by_margin(self):
    alone = getattr(self, "_share", self.weigher_share) == 0
    return alone and hasattr(self._latest_estimator(), "decision_function")


class ReweightedClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Train any classifier on learned weights and audited rows.

    On a table, boosting often beats a network. This trains a `NashMetaClassifier` first,
    takes how much each training row counted (`applied_weight_`) as ``sample_weight``, adds
    the audited rows, whose labels are the better ones, and trains `estimator` on both.
    Then network and classifier vote: predicted probabilities are a weighted mean of theirs
    (soft voting), because neither is the better one on every table.

    Parameters
    ----------
    estimator : classifier, default=None
        What to train; its ``fit`` takes ``sample_weight``, or that of the last step of a
        pipeline does, and it has ``predict_proba`` unless `weigher_share` is 0. None is a
        ``HistGradientBoostingClassifier``.
    weigher : NashMetaClassifier, Pipeline or search, default=None
        Where the weights come from: a `NashMetaClassifier`, or a pipeline or search that
        ends in one. A pipeline needs ``transform_input=["X_val"]``. None is a
        `NashMetaClassifier` with its defaults, which standardizes inside. One that is
        trained already, on the same rows in the same order, is not trained again where it
        comes as ``sklearn.frozen.FrozenEstimator(weigher)``. The order cannot be checked:
        do not shuffle or resample around it.
    audit_share : float, default=0.5
        Share of the audited rows in the weight of all, from 0 (left out) to below 1.
    weigher_share : float, default=0.5
        Share of the weigher in the vote, from 0 (`estimator` decides alone) to below 1.
        `estimator` alone was better on a small data set, and where the training rows of a
        group have few favorable labels: boosting learns more from few than a network does.
        Changing it counts from the next `fit` on.
    random_state : int, RandomState or None, default=None
        Seeds `estimator` and `weigher` and all within them. None leaves theirs.

    Attributes
    ----------
    estimator_ : classifier
        The trained classifier.
    weigher_ : NashMetaClassifier, Pipeline or search
        The trained weigher, with its history and influence; a frozen one as it was given.
    sample_weight_ : ndarray of shape (n_samples,)
        What each training row counted, 1 on average. 0 where the weigher held the row out,
        never drew it or never found it of use, and where the weight given was 0.
    classes_ : ndarray of shape (n_classes,)
        Class labels, in the order of `estimator_`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X has them.

    See Also
    --------
    skfairbargain.NashMetaClassifier : The network whose weights these are.

    Notes
    -----
    With s_i the weights that row i had in the network's training, summed over the steps,
    A the `audit_share` and n_val the number of audited rows, the rows count

    - s_i / mean(s) for a training row, and
    - A / (1 − A) · n_samples / n_val for an audited one,

    both then divided by their common mean. Rows of weight 0 are left out. With V the
    `weigher_share`, the probability of a class is (1 − V) · p_estimator + V · p_weigher.
    Margins have no such mean, so there is a ``decision_function`` for V = 0 alone.

    That this helps is a measurement (docs/evidence.md) and not a theorem: the weights were
    learned for the network, step by step, and may suit another model less. It is the idea
    of training in two passes that reweighing methods share, with weights that need the
    groups of the audited rows alone.

    References
    ----------
    Zeng et al., "Fairness-Aware Meta-Learning via Nash Bargaining", NeurIPS 2024, for the
    weights; Liu et al., "Just Train Twice", ICML 2021, for training twice.

    Examples
    --------
    >>> from skfairbargain import NashMetaClassifier, ReweightedClassifier
    >>> from skfairbargain.datasets import make_biased_classification
    >>> train = make_biased_classification(1000, label_bias=0.6, random_state=0)
    >>> audit = make_biased_classification(200, random_state=1)
    >>> clf = ReweightedClassifier(
    ...     weigher=NashMetaClassifier(bargain_epochs=3, max_epochs=10), random_state=0
    ... )
    >>> clf = clf.fit(
    ...     train.data,
    ...     train.target,
    ...     X_val=audit.data,
    ...     y_val=audit.target,
    ...     groups_val=audit.sensitive["group"],
    ... )
    >>> clf.predict_proba(audit.data).shape, clf.sample_weight_.shape
    ((200, 2), (1000,))
    """

    # Read by scikit-learn's metadata routing: the validation set travels with `fit`.
    __metadata_request__fit = dict.fromkeys(
        ("X_val", "y_val", "groups_val", "classes"), True
    )

    _parameter_constraints = {
        "estimator": [HasMethods(["fit"]), None],
        "weigher": [HasMethods(["fit"]), None],
        "audit_share": [NumberRange(Real, 0, 1, closed="left")],
        "weigher_share": [NumberRange(Real, 0, 1, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator=None,
        weigher=None,
        *,
        audit_share=0.5,
        weigher_share=0.5,
        random_state=None,
    ):
        self.estimator = estimator
        self.weigher = weigher
        self.audit_share = audit_share
        self.weigher_share = weigher_share
        self.random_state = random_state

    @explains_keywords
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        X,
        y,
        X_val=None,
        y_val=None,
        groups_val=None,
        sample_weight=None,
        classes=None,
    ):
        """Learn the weights, and train on them.

        X and X_val reach `weigher` and `estimator` as they are given, sparse ones as CSR.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Class labels.
        X_val : array-like of shape (n_val, n_features), default=None
            Audited rows, prepared as X was. None: the weigher holds rows of X out, and
            `estimator` trains on the others alone.
        y_val : array-like of shape (n_val,), default=None
            Their class labels.
        groups_val : array-like of shape (n_val,) or (n_val, n_columns), default=None
            Their groups.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights, which multiply the learned ones. Only their ratios count.
        classes : array-like of shape (n_classes,), default=None
            As of `NashMetaClassifier.fit`.

        Returns
        -------
        self : ReweightedClassifier

        Raises
        ------
        ValueError
            If an input is malformed, `estimator` does not take ``sample_weight`` or has no
            ``predict_proba`` to vote with, all rows of a class have a learned weight of
            zero, or a frozen weigher was trained on other rows, features or classes or
            should take `sample_weight`.
        UndefinedGroupError
            If a group of `groups_val` has rows of one class only.
        """
        scratch = scratch_copy(self)
        rng = check_random_state(scratch.random_state)
        check_instance(self.estimator, "estimator")
        check_takes_audit(self._unfitted_weigher(), "weigher", "a NashMetaClassifier")
        estimator = self._cloned(self._unfitted_estimator(), rng)
        name = weight_name(estimator)
        # Before the training, as far as the class shows it; not for a search or a stack.
        self._check_can_vote(type(estimator), estimator)
        bare = self.weigher is None or isinstance(self.weigher, _network_class())
        X, y, X_val = rows_for_both(scratch, X, y, X_val, y_val, groups_val, bare=bare)
        with config_context(enable_metadata_routing=True):
            weigher = self._cloned(self._unfitted_weigher(), rng)
            given = {"X_val": X_val, "y_val": y_val, "groups_val": groups_val}
            given |= {"sample_weight": sample_weight, "classes": classes}
            weigher = train_weigher(weigher, X, y, **given)
        learned = fitted_attribute(weigher, "applied_weight_")
        learned = learned / (learned.mean() or 1)
        known = fitted_attribute(weigher, "classes_")
        if X_val is not None:
            # As the weigher read them: 1 is True where the classes are False and True.
            named = known if classes is None else classes
            y_val = known[validation_codes(known, X_val, y_val, named)]
        X_all, y_all, weight = weighted_rows(
            X, y, learned, known, X_val, y_val, self.audit_share
        )
        with config_context(enable_metadata_routing=False):
            estimator = estimator.fit(X_all, y_all, **{name: weight})
        self._check_can_vote(estimator, estimator)
        # Together and last: a training that fails leaves the model there was.
        set_fitted(
            self,
            scratch,
            estimator_=estimator,
            weigher_=weigher,
            sample_weight_=learned,
            classes_=np.asarray(estimator.classes_),
            _share=self.weigher_share,
            _trained_on_nan=not is_finite(X),
        )
        return self

    def predict(self, X):
        """Return the most probable classes, or `estimator_`'s where `weigher_share` is 0.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        labels : ndarray of shape (n_samples,)
        """
        check_is_fitted(self, "estimator_")
        if self._share > 0:
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        X = self._rows(X)
        return self.estimator_.predict(X)

    @available_if(_knows_probabilities)
    def predict_proba(self, X):
        """Weighted mean of the probabilities by `estimator_` and `weigher_`.

        Available where `estimator` has ``predict_proba``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
        """
        X = self._rows(X)
        of_estimator = self.estimator_.predict_proba(X)
        if self._share == 0:
            return of_estimator
        # The weigher's classes are sorted; those of an estimator need not be.
        columns = np.searchsorted(
            fitted_attribute(self.weigher_, "classes_"), self.classes_
        )
        of_weigher = self.weigher_.predict_proba(X)[:, columns]
        return (1 - self._share) * of_estimator + self._share * of_weigher

    @available_if(_decides_by_margin)
    def decision_function(self, X):
        """Scores of the classes by `estimator_`.

        Available where it has them and decides alone: `weigher_share` is 0.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
        """
        X = self._rows(X)
        return self.estimator_.decision_function(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        parts = self._unfitted_estimator(), self._unfitted_weigher()
        accepted = [get_tags(part).input_tags for part in parts]
        tags.input_tags.sparse = all(each.sparse for each in accepted)
        tags.input_tags.allow_nan = all(each.allow_nan for each in accepted)
        return tags

    def _rows(self, X):
        check_is_fitted(self, "estimator_")
        X = with_shape(X)
        # Refused as in fit, and passed on as it came. Pipelines do not report that they
        # impute, but a model that was trained on NaN can predict it.
        allow_nan = self._trained_on_nan or get_tags(self).input_tags.allow_nan
        check_array(X, accept_sparse=True, dtype=None, ensure_all_finite=not allow_nan)
        return validate_data(self, X, reset=False, skip_check_array=True)

    def _check_can_vote(self, voter, shown):
        if self.weigher_share > 0 and not hasattr(voter, "predict_proba"):
            raise ValueError(
                "`estimator` should have `predict_proba`, to vote with the weigher. Got "
                f"{shown!r}. Set `weigher_share=0` to let it decide alone."
            )

    def _cloned(self, part, rng):
        part = clone(part)
        return (
            part
            if self.random_state is None
            else seeded(part, lambda: rng.randint(2**31 - 1))
        )

    def _latest_estimator(self):
        if hasattr(self, "estimator_"):
            return self.estimator_
        return self._unfitted_estimator()

    def _unfitted_estimator(self):
        if self.estimator is not None:
            return self.estimator
        return HistGradientBoostingClassifier()

    def _unfitted_weigher(self):
        if self.weigher is not None:
            return self.weigher
        return _network_class()()
