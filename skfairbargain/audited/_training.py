"""From recorded and audited rows to base models, candidates and their mix."""

from numbers import Integral

import numpy as np
from sklearn.model_selection import check_cv

from .._inputs import (
    check_given_together,
    check_labels,
    checked_table,
    relative,
    validation_codes,
    weighted_labels,
)
from .._utils import FitProgress, check_same_length, scratch_copy
from ..tables import TableEncoder
from ._audit import make_audit
from ._base_models import REFERENCE, base_models, read_estimators
from ._folds import folds_by_cell, folds_of_splits
from ._group_model import fit_group_model
from ._library import candidate_library
from ._mixture import cross_fit
from ._outcome import agree, average
from ._prior import read_prior
from ._reference import best_shift, check_reference, reference_logits
from ._scorers import Scorers, fit_scorers

# About so many rows of a memory map are drawn to train on, where it has more.
MOST_MAPPED = 200_000
# Weights beyond these are divided by their mean, and none counts less than the first times
# the largest: gradients of boosting are float32, and so is the sum of a network's batch.
SMALLEST, LARGEST = 1e-20, 1e20
# What is left without audited rows, where nothing can tell how far a model that bends
# more follows unjust labels.
WITHOUT_AUDIT = ("logistic",)


def train(estimator, X, y, sample_weight, classes, rng, *, X_val, y_val, groups_val):
    """Train, and return what is to be set on the estimator.

    Parameters
    ----------
    estimator : AuditedClassifier
        A scratch copy, which gets the features of X.
    X, y, sample_weight, classes, X_val, y_val, groups_val : array-like
        As of `AuditedClassifier.fit`.
    rng : RandomState

    Returns
    -------
    learned : dict of str to object
        Fitted attributes.
    """
    check_given_together(X_val, y_val, groups_val)
    table, codes, known, weight = _recorded(estimator, X, y, sample_weight, rng)
    n_classes = len(known)
    prior = read_prior(estimator.audit, known)
    # Logistic regression alone, without audited rows, is exact to the last digits.
    dtype = "float64" if X_val is None else "float32"
    encoder = TableEncoder(dtype=dtype).fit(table, sample_weight=weight)
    encoded = encoder.transform(table)
    seed = rng.randint(2**31 - 1)
    estimators = read_estimators(estimator.estimators, len(encoded))
    check_reference(estimator.reference, known)
    shift = np.zeros(n_classes) if prior is None else np.log(prior * n_classes)
    audit = group_model = None
    reference_shift = np.zeros(n_classes)
    if X_val is not None:
        encoded_val = _encoded_audit(estimator, encoder, X_val)
        y_val = validation_codes(known, encoded_val, y_val, classes)
        balanced = not isinstance(estimator.audit, str) or estimator.audit == "balanced"
        audit = make_audit(y_val, groups_val, known, balanced=balanced)
        folds = _folds(estimator.cv, audit, rng)
        group_model = fit_group_model(encoded_val, audit.groups, folds, seed)
        reference_shift = _reference_shift(estimator, X_val, audit, shift)
    by_group = group_model is not None and group_model.is_informative
    models = base_models(estimators, by_group)
    if audit is None and estimator.estimators == "auto":
        models = [model for model in models if model.name in WITHOUT_AUDIT]
    others = [] if estimator.reference is None else [REFERENCE]
    candidates = {}
    if audit is not None:
        candidates = candidate_library(models, others, audit.fewest, balanced=balanced)
    n_parts = len(models) + len(candidates)
    with FitProgress("AuditedClassifier", n_parts, estimator.verbose) as progress:
        how = {"n_jobs": estimator.n_jobs, "seed": seed, "advance": progress.advance}
        fitted = fit_scorers(models, encoded, codes, n_classes, weight, group_model, **how)
        scorers = Scorers(models, fitted, group_model, estimator.reference, reference_shift)
        if audit is not None:
            views = scorers.views(X_val, encoded_val, group_model.out_of_fold)
            found = cross_fit(candidates, views, audit, folds, **how)
    learned = {
        "classes_": known,
        "encoder_": encoder,
        "group_model_": group_model,
        "n_rows_trained_": len(encoded),
        "_scorers": scorers,
        "_shift": shift,
    }
    if audit is None:
        return learned | average(models)
    learned["_cell_rows"] = audit.rows_by_cell(known)
    in_use = views.scores.get(REFERENCE)
    learned |= agree(estimator.combine, found, audit, folds, in_use)
    if in_use is not None and not learned["agreed_"]:
        learned["_shift"] = -reference_shift  # predictions stay as they were
    return learned


def _reference_shift(estimator, X_val, audit, shift):
    """What brings the reference from its class shares to those of the audit."""
    told = not isinstance(estimator.audit, str) or estimator.audit == "sample"
    if estimator.reference is None or told:
        return -shift
    logits = reference_logits(estimator.reference, X_val, (len(audit.y), len(shift)))
    return best_shift(logits, audit.y, audit.weight)


def _recorded(estimator, X, y, sample_weight, rng):
    """The recorded rows that are trained on, as a table with class indices and weights."""
    mapped = isinstance(X, np.memmap)
    table = checked_table(estimator, X, reset=True)
    if y is None:
        # scikit-learn's checks look for the first words.
        raise ValueError(
            "This AuditedClassifier requires y to be passed, but the target y is None."
        )
    check_labels(y, "y")
    check_same_length(X=table, y=y)
    codes, weight, rows, classes = weighted_labels(table, y, sample_weight)
    if mapped and len(rows) > MOST_MAPPED:
        drawn = _drawn_by_class(codes, MOST_MAPPED, rng)
        codes, rows = codes[drawn], rows[drawn]
        weight = None if weight is None else weight[drawn]
    if len(rows) < len(table):
        table = table.iloc[rows]
    weight = np.ones(len(rows)) if weight is None else weight
    if not SMALLEST < weight.max() < LARGEST:
        weight = relative(weight)
    weight = np.maximum(weight, SMALLEST * weight.max())
    return table, codes, classes, weight


def _drawn_by_class(codes, most, rng):
    """Draw rows at random, of every class its share, and one at the least."""
    share = most / len(codes)
    drawn = [
        rng.choice(members, int(np.ceil(share * len(members))), replace=False)
        for members in (np.flatnonzero(codes == label) for label in np.unique(codes))
    ]
    return np.sort(np.concatenate(drawn))


def _encoded_audit(estimator, encoder, X_val):
    """The audited rows, encoded."""
    if (isinstance(X_val, list) and not X_val) or getattr(X_val, "shape", ())[:1] == (0,):
        raise ValueError(
            "`X_val` should be the audited rows, two of every class. Got none."
        )
    try:
        table = checked_table(scratch_copy(estimator), X_val, "X_val", reset=False)
    except ValueError as error:
        if str(error).startswith("`X_val`"):
            raise
        raise ValueError(
            f"`X_val` should have the columns of `X`. {str(error).rstrip()}"
        ) from error
    try:
        return encoder.transform(table)
    except (TypeError, ValueError) as error:
        # The encoder calls what it is given X.
        raise ValueError(f"`X_val{str(error).removeprefix('`X')}") from error


def _folds(cv, audit, rng):
    if isinstance(cv, Integral):
        return folds_by_cell(audit.y, audit.groups, cv, rng)
    return folds_of_splits(check_cv(cv), audit.y, audit.groups, audit.cells)
