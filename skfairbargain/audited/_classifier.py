"""The estimator to meet first: many recorded rows, corrected by a few audited ones."""

from numbers import Integral

import numpy as np
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.validation import check_is_fitted

from .._inputs import checked_table
from .._utils import (
    FittedHtmlMixin,
    LogitsMixin,
    VersionedPickleMixin,
    explains_keywords,
    facts_of_cells,
    group_names,
    scratch_copy,
    set_fitted,
    shown_names,
)
from ._training import train

__all__ = ["AuditedClassifier"]

# Rows that are predicted at once.
CHUNK = 50_000


class AuditedClassifier(
    LogitsMixin, ClassifierMixin, VersionedPickleMixin, FittedHtmlMixin, BaseEstimator
):
    """A model of many recorded rows, corrected by a few audited ones as their groups agree.

    For a team that has many rows whose recorded labels may be unjust, and whose groups are
    unknown, and a few *audited* rows with right labels and groups. Base models (boosting, a
    forest, logistic regression, a network) learn from the recorded rows. Candidates correct
    them by the audited rows, in several ways that are each best somewhere. The mix of the
    candidates is what the groups of the audited rows agree on, by Nash bargaining over
    losses that each row has where it was left out.

    Tables come as they are: text, categories, dates, booleans and missing values are
    encoded inside, by `skfairbargain.tables.TableEncoder`.

    Parameters
    ----------
    estimators : "auto" or list of (str, classifier), default="auto"
        Base models. Each is trained with class-balanced weights, and where the audited rows
        tell groups apart once more with weights that balance the classes within imputed
        groups; one that takes no ``sample_weight`` (of a pipeline, the last step) without
        either. "auto" is boosting twice, with small trees and as scikit-learn has it, a
        random forest, logistic regression and a network. List the best first: two
        candidates correct the mean of the first few.
    combine : {"nash", "minimax", "mean", "select"}, default="nash"
        How the mix is found: the groups bargain over it; it serves the worst group, or
        their mean; or one candidate is taken, that with the lowest mean loss. The first
        three are drawn to equal weights, the more the fewer rows the smallest cell has.
    reference : classifier, default=None
        A fitted model that is in use today: with one, no group may lose against it. Where
        the mix does not serve every group better beyond its noise, predictions stay the
        reference's. With ``audit="balanced"`` it is compared at the class shares that serve
        it best, since those it was trained for are not known. It sees rows as they are
        given. Inside a search or cross-validation, which clone, wrap it in
        ``sklearn.frozen.FrozenEstimator``.
    audit : {"balanced", "sample"}, dict or array-like of shape (n_classes,), \
            default="balanced"
        Which class shares probabilities are for. "balanced": equal ones, and every group ×
        class cell of the audited rows counts alike, however many rows it has; `predict`
        then weighs errors of all classes alike. "sample": those of the audited rows, which
        are a plain sample, and count alike. Or the shares among the rows that will be
        predicted, by class (a dict, or what ``value_counts(normalize=True)`` returns) or in
        the order of the sorted classes.
    cv : int, cross-validation splitter or iterable of (train, test), default=5
        Folds by which candidates are cross-fitted: a number of them, with rows of every
        cell in each, or what splits the audited rows, stratified by cell where it is a
        splitter. None is 5.
    n_jobs : int, default=None
        Base models and candidates trained at once, by joblib. None is 1, unless a joblib
        backend says more.
    random_state : int, RandomState or None, default=None
        Seeds base models, those of `estimators` whatever their own ``random_state`` is,
        candidates and folds.
    verbose : int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    groups_ : list
        Groups of the audited rows that bargained; tuples of several sensitive columns.
        Those with fewer than two rows of a class are together in "other groups".
    merged_groups_ : list
        The groups in "other groups".
    weights_ : dict of str to float
        Weight of each candidate in the mix.
    candidates_ : DataFrame
        For the mix and each candidate its weight, seconds, mean log loss over the groups,
        and by group log loss, AUC and balanced accuracy with intervals. All are
        cross-fitted: a row's come from candidates and weights that were fitted without it.
        Base models with balanced groups have seen its features and its group, never its
        label.
    agreed_ : bool
        Whether every group is better off with the mix: than with `reference` beyond the
        noise, and without one than by a constant guess. False without audited rows.
    group_model_ : GroupModel or None
        What imputes groups: its ``name``, ``model`` and cross-validated ``log_loss`` by
        name. "prior" says that groups cannot be told apart.
    encoder_ : TableEncoder
        What encodes tables.
    n_rows_trained_ : int
        Rows that the base models were trained on.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has them.

    See Also
    --------
    skfairbargain.NashMetaClassifier : One network, steered by the audited rows.
    skfairbargain.model_selection.balanced_validation_split : Draw rows to audit.
    skfairbargain.inspection.audit_size : How many to audit.
    skfairbargain.inspection.CandidatesDisplay : A figure of ``candidates_``.

    Notes
    -----
    With z_c the logits of candidate c, L_g(w) the mean log loss of group g by
    softmax(Σ_c w_c z_c) and d_g what it loses by the reference, or without one by a
    constant guess, "nash" is the w of the simplex that maximizes Σ_g log(d_g − L_g(w)),
    plus 0.3 √(50 / n) times the entropy of w, with n the rows of the smallest cell: Nash's
    bargain (1950) with what is in use as the point of disagreement. It is concave. Below a
    gain of 0.07 √(50 / n) nats over a constant guess, which is within the noise, the
    logarithm goes on as its tangent; over a model in use every gain counts.

    A group gains beyond the noise where its mean cross-fitted gain is above its standard
    error times the 0.95 quantile of Student's distribution.

    Leave the audited rows out of X. Of a memory map with more than 200,000 rows about as
    many are drawn to train on, of every class its share. Without audited rows nothing can
    tell how far a model follows unjust labels: then class-balanced logistic regression is
    trained alone, or all that `estimators` lists are averaged.

    References
    ----------
    Nash, "The Bargaining Problem", Econometrica 18(2), 1950.

    van der Laan, Polley, Hubbard, "Super Learner", Statistical Applications in Genetics and
    Molecular Biology 6(1), 2007, for mixes by cross-fitted losses.

    Kirichenko, Izmailov, Wilson, "Last Layer Re-Training is Sufficient for Robustness to
    Spurious Correlations", ICLR 2023, for correcting a model by few balanced rows.

    Examples
    --------
    >>> from skfairbargain import AuditedClassifier
    >>> from skfairbargain.datasets import make_biased_classification
    >>> train = make_biased_classification(1000, label_bias=0.6, random_state=0)
    >>> audit = make_biased_classification(100, random_state=1)
    >>> clf = AuditedClassifier(random_state=0).fit(
    ...     train.data,
    ...     train.target,
    ...     X_val=audit.data,
    ...     y_val=audit.target,
    ...     groups_val=audit.sensitive["group"],
    ... )
    >>> clf.agreed_, sorted(clf.weights_)[:2]
    (True, ['audited_boosting', 'boosting_on_stack'])
    >>> clf.predict_proba(audit.data).shape
    (100, 2)
    """

    # Read by scikit-learn's metadata routing: the audited rows travel with `fit`.
    __metadata_request__fit = dict.fromkeys(
        ("X_val", "y_val", "groups_val", "classes"), True
    )

    _parameter_constraints = {
        "estimators": [StrOptions({"auto"}), list, tuple],
        "combine": [StrOptions({"nash", "minimax", "mean", "select"})],
        # Of one that only predicts, `check_reference` says more.
        "reference": [HasMethods(["predict_proba"]), HasMethods(["predict"]), None],
        "audit": "no_validation",  # `read_prior` says more
        "cv": ["cv_object"],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimators="auto",
        *,
        combine="nash",
        reference=None,
        audit="balanced",
        cv=5,
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
        self.estimators = estimators
        self.combine = combine
        self.reference = reference
        self.audit = audit
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

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
        """Train base models on the recorded rows, and correct them by the audited ones.

        Parameters
        ----------
        X : DataFrame (pandas or polars) or array-like of shape (n_samples, n_features)
            Recorded rows, without the audited ones.
        y : array-like of shape (n_samples,)
            Recorded labels.
        X_val : DataFrame or array-like of shape (n_val, n_features), default=None
            Audited rows, with the columns of X.
        y_val : array-like of shape (n_val,), default=None
            Their right labels, two or more of every class.
        groups_val : array-like of shape (n_val,) or (n_val, n_columns), default=None
            Their groups; several columns become intersections. None: the classes are the
            groups.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights of the recorded rows: 2 counts as two copies where the base
            model counts it so, and 0 leaves the row out.
        classes : array-like of shape (n_classes,), default=None
            As of `NashMetaClassifier.fit`.

        Returns
        -------
        self : AuditedClassifier

        Raises
        ------
        ValueError
            If an input is malformed, lengths or columns differ, `y_val` has fewer than two
            rows of a class, `cv` does not leave every audited row out once, or a base model
            or `reference` predicts no probabilities of the classes for these rows.
        TypeError
            If a base model or `reference` has no ``predict_proba``.
        NotFittedError
            If `reference` is not fitted.
        """
        scratch = scratch_copy(self)
        rng = check_random_state(scratch.random_state)
        audited = {"X_val": X_val, "y_val": y_val, "groups_val": groups_val}
        learned = train(scratch, X, y, sample_weight, classes, rng, **audited)
        set_fitted(self, scratch, **learned)
        return self

    def predict_proba(self, X):
        """Return probabilities of the classes, for the class shares that `audit` names.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
        """
        return np.exp(log_softmax(self._logits(X), axis=1))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def _fitted_facts(self):
        if not hasattr(self, "weights_"):
            return []
        by_weight = sorted(self.weights_, key=self.weights_.get, reverse=True)
        mix = [f"{name} {self.weights_[name]:.2f}" for name in by_weight]
        agreed = "yes" if self.agreed_ else "no: see agreed_ in the documentation"
        return [
            ("Groups", shown_names(group_names(self.groups_))),
            *facts_of_cells("Audited rows", getattr(self, "_cell_rows", None)),
            ("Rows trained on", f"{self.n_rows_trained_:,}"),
            ("Mix", shown_names(mix, most=4)),
            ("Every group is better off", agreed),
        ]

    def _logits(self, X):
        check_is_fitted(self)
        table = checked_table(self, X, reset=False)  # the whole, so that one error tells
        rows = table if self.reference is None else X
        parts = [slice(at, at + CHUNK) for at in range(0, len(table), CHUNK)]
        return np.concatenate(
            [
                self._logits_of(_safe_indexing(rows, part), table.iloc[part])
                for part in parts
            ]
        )

    def _logits_of(self, rows, table):
        views = self._scorers.views(rows, self.encoder_.transform(table))
        return self._shift + sum(
            self.weights_[name] * candidate.logits(views)
            for name, candidate in self._candidates.items()
        )
