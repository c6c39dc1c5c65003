"""A classifier of rows of which some are audited: those steer the training."""

from copy import deepcopy

import numpy as np
from sklearn import config_context, get_config
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    _fit_context,
    clone,
)
from sklearn.utils import Bunch, _safe_indexing, get_tags, indexable
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_method_params, check_is_fitted

from .._utils import check_same_length, check_takes_audit, known_groups

__all__ = ["PartlyAuditedClassifier"]

AUDIT = ("X_val", "y_val", "groups_val")


def _has(method):
    """Whether the fitted estimator has a method, or else the one to fit."""
    return lambda self: hasattr(getattr(self, "estimator_", self.estimator), method)


class PartlyAuditedClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Train a classifier on rows of which some are audited.

    `NashMetaClassifier` takes training rows and audited rows apart. This takes them
    together, as one X, y and groups, in which training rows have no group: rows whose group
    is known become `X_val`, `y_val` and `groups_val` of `estimator`, and it trains on the
    others. So scikit-learn and others can split both kinds of rows at once, with
    `AuditedKFold`.

    Parameters
    ----------
    estimator : NashMetaClassifier, ReweightedClassifier or Pipeline
        What to train, or a pipeline that ends in it and has
        ``transform_input=["X_val"]``.

    Attributes
    ----------
    estimator_ : classifier
        The trained estimator.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the features, where X has them.

    See Also
    --------
    AuditedKFold : Folds of the audited rows.

    Notes
    -----
    This and `AuditedKFold` keep the rows that score out of the training, as steering rows
    too. As the last step of a pipeline, it needs no ``transform_input``, but then the
    earlier steps learn from the audited rows as well.

    Metadata routing is enabled within `fit`, so that a pipeline transforms `X_val`. A
    meta-estimator around this one has to pass `sensitive_features` on, which scikit-learn's
    do where routing is enabled.

    Examples
    --------
    >>> import pandas as pd
    >>> from skfairbargain import NashMetaClassifier
    >>> from skfairbargain.datasets import make_biased_classification
    >>> from skfairbargain.model_selection import PartlyAuditedClassifier
    >>> train = make_biased_classification(1000, label_bias=0.6, random_state=0)
    >>> audit = make_biased_classification(200, random_state=1)
    >>> X = pd.concat([train.data, audit.data], ignore_index=True)
    >>> y = pd.concat([train.target, audit.target], ignore_index=True)
    >>> groups = pd.Series([None] * 1000 + audit.sensitive["group"].tolist())
    >>> clf = PartlyAuditedClassifier(
    ...     NashMetaClassifier(bargain_epochs=3, max_epochs=5, random_state=0)
    ... ).fit(X, y, sensitive_features=groups)
    >>> clf.estimator_.sample_influence_.shape
    (1000, 2)
    """

    # Read by scikit-learn's metadata routing: the groups travel with `fit`.
    __metadata_request__fit = {"sensitive_features": True}

    _parameter_constraints = {"estimator": [HasMethods(["fit"])]}

    def __init__(self, estimator):
        self.estimator = estimator

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sensitive_features=None, **fit_params):
        """Train the estimator on the rows without a group, steered by those with one.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows and audited rows, in any order.
        y : array-like of shape (n_samples,)
            Class labels.
        sensitive_features : array-like or DataFrame of shape (n_samples,) or \
                (n_samples, n_columns), default=None
            Groups of the audited rows; missing (None or NaN) for training rows. Required.
        **fit_params : dict
            Further arguments of the estimator's fit, such as `sample_weight`. Of what has
            n_samples rows, it gets those of the training rows.

        Returns
        -------
        self : PartlyAuditedClassifier

        Raises
        ------
        TypeError
            If `estimator` does not take audited rows.
        ValueError
            If `sensitive_features` are not given, all known or all missing, lengths differ,
            or as the estimator's fit does.
        """
        check_takes_audit(
            self.estimator, "estimator", "a NashMetaClassifier or ReweightedClassifier"
        )
        _check_given(sensitive_features, fit_params)
        known = known_groups(sensitive_features, "sensitive_features")
        check_same_length(X=X, y=y, sensitive_features=sensitive_features)
        train, audited = np.flatnonzero(~known), np.flatnonzero(known)
        X, y, groups = indexable(X, y, sensitive_features)
        audit = [_safe_indexing(each, audited) for each in (X, y, groups)]
        given = self._routed(fit_params).estimator.fit
        given = _check_method_params(X, given, train)
        given |= dict(zip(AUDIT, audit, strict=True))
        with config_context(enable_metadata_routing=True):
            estimator = clone(self.estimator)
            estimator.fit(_safe_indexing(X, train), _safe_indexing(y, train), **given)
        self.estimator_ = estimator
        return self

    def predict(self, X):
        """Predict class labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        labels : ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        return self.estimator_.predict(X)

    @available_if(_has("predict_proba"))
    def predict_proba(self, X):
        """Predict probabilities of the classes, where the estimator does.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @available_if(_has("decision_function"))
    def decision_function(self, X):
        """Compute the scores of the classes, where the estimator does.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    def get_metadata_routing(self):
        """Return which metadata scikit-learn passes on to `fit` and to the estimator's.

        Returns
        -------
        routing : MetadataRouter
        """
        to_fit = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=type(self).__name__).add_self_request(self)
        return router.add(estimator=self.estimator, method_mapping=to_fit)

    @property
    def classes_(self):
        return self.estimator_.classes_

    @property
    def n_features_in_(self):
        return self.estimator_.n_features_in_

    @property
    def feature_names_in_(self):
        return self.estimator_.feature_names_in_

    def __sklearn_tags__(self):
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.input_tags = deepcopy(inner.input_tags)
        tags.classifier_tags = deepcopy(inner.classifier_tags)
        return tags

    def _routed(self, fit_params):
        if get_config()["enable_metadata_routing"]:
            return process_routing(self, "fit", **fit_params)
        return Bunch(estimator=Bunch(fit=fit_params))


def _check_given(sensitive_features, fit_params):
    if sensitive_features is None:
        raise ValueError(
            "`sensitive_features` should have the group of every audited row, and be "
            "missing (None or NaN) for the rows to train on. Got None."
        )
    twice = [name for name in AUDIT if name in fit_params]
    if twice:
        raise TypeError(
            f"PartlyAuditedClassifier.fit takes no `{twice[0]}`. Audited rows are the rows "
            "of X whose `sensitive_features` are known."
        )
