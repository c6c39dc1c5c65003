"""From recorded and audited rows to base models, candidates and their mix."""

from numbers import Integral

import numpy as np
from sklearn.model_selection import check_cv

from .._inputs import (
    check_given_together,
    check_labels,
    relative,
    validation_codes,
    weighted_labels,
)
from .._utils import check_same_length, group_names, scratch_copy, warn_user
from ..exceptions import NoAgreementWarning
from ..tables import TableEncoder, checked_table
from ._agreement import group_means, row_losses, serves_every_group
from ._audit import make_audit
from ._base_models import base_models, default_estimators
from ._candidates import Score
from ._folds import folds_by_cell, folds_of_splits
from ._group_model import fit_group_model
from ._library import ENTROPY, candidate_library
from ._mixture import cross_fit, mix
from ._prior import read_prior
from ._progress import progress
from ._reference import check_reference
from ._report import candidate_table
from ._scorers import REFERENCE, Scorers, fit_scorers

# Rows of a memory map that are drawn to train on, where it has more.
MOST_MAPPED = 200_000
# Weights beyond these are divided by their mean: gradients of boosting are float32.
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
    encoder = TableEncoder().fit(table, sample_weight=weight)
    encoded = encoder.transform(table)
    seed = rng.randint(2**31 - 1)
    estimators = estimator.estimators
    if isinstance(estimators, str):
        estimators = default_estimators(len(encoded))
    check_reference(estimator.reference, known)
    shift = np.zeros(n_classes) if prior is None else np.log(prior * n_classes)
    audit = group_model = None
    if X_val is not None:
        table_val = _audited_table(estimator, X_val)
        y_val = validation_codes(known, X_val, y_val, classes)
        balanced = not isinstance(estimator.audit, str) or estimator.audit == "balanced"
        audit = make_audit(y_val, groups_val, known, balanced=balanced)
        X_val = encoder.transform(table_val)
        folds = _folds(estimator.cv, audit, rng)
        group_model = fit_group_model(X_val, audit.groups, folds, seed)
    by_group = group_model is not None and group_model.is_informative
    models = base_models(estimators, by_group)
    if audit is None and estimator.estimators == "auto":
        models = [model for model in models if model.name in WITHOUT_AUDIT]
    candidates = {} if audit is None else candidate_library(models, audit.fewest)
    if estimator.reference is not None:
        candidates[REFERENCE] = Score(REFERENCE)
    advance = progress(estimator.verbose, len(models) + len(candidates))
    how = {"n_jobs": estimator.n_jobs, "seed": seed, "advance": advance}
    fitted = fit_scorers(
        models, encoded, codes, n_classes, weight, group_model, **how
    )
    scorers = Scorers(models, fitted, group_model, estimator.reference, -shift)
    learned = {
        "classes_": known,
        "encoder_": encoder,
        "group_model_": group_model,
        "n_rows_trained_": len(encoded),
        "_scorers": scorers,
        "_shift": shift,
    }
    if audit is None:
        advance(None)
        return learned | _average(models)
    views = scorers.views(table_val, X_val, group_model.out_of_fold)
    found = cross_fit(candidates, views, audit, folds, **how)
    advance(None)
    return learned | _agree(estimator, found, audit, folds)


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
        drawn = np.sort(rng.choice(len(rows), MOST_MAPPED, replace=False))
        codes, rows = codes[drawn], rows[drawn]
        weight = None if weight is None else weight[drawn]
    if len(rows) < len(table):
        table = table.iloc[rows]
    weight = np.ones(len(rows)) if weight is None else weight
    if not SMALLEST < weight.max() < LARGEST:
        weight = relative(weight)
    return table, codes, classes, weight


def _audited_table(estimator, X_val):
    try:
        return checked_table(scratch_copy(estimator), X_val, "X_val", reset=False)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`X_val` should have the columns of `X`. {str(error).rstrip()}"
        ) from error


def _folds(cv, audit, rng):
    if isinstance(cv, Integral):
        return folds_by_cell(audit.y, audit.groups, cv, rng)
    splits = list(check_cv(cv).split(np.zeros(len(audit.y)), audit.cells, audit.groups))
    return folds_of_splits(splits, len(audit.y))


def _average(models):
    """Without audited rows there is nothing to weigh by."""
    names = [model.name for model in models]
    return {
        "weights_": dict.fromkeys(names, 1 / len(names)),
        "_candidates": {name: Score(name) for name in names},
        "agreed_": False,
        "groups_": [],
        "merged_groups_": [],
    }


def _agree(estimator, found, audit, folds):
    """Mix the candidates, or keep the reference."""
    in_use = REFERENCE in found.names
    apart = _without_agreement(found, audit)
    weights, mixed = mix(
        found.logits,
        audit,
        folds,
        combine=estimator.combine,
        disagreement=group_means(apart, audit.groups, audit.weight),
        entropy=ENTROPY,
    )
    gains = apart - row_losses(mixed, audit.y)
    if in_use:
        agreed = serves_every_group(gains, audit.groups, audit.weight)
    else:
        agreed = bool((group_means(gains, audit.groups, audit.weight) > 0).all())
    if not agreed:
        _warn(gains, audit, in_use)
        if in_use:
            weights = np.array([name == REFERENCE for name in found.names], float)
    return {
        "weights_": dict(zip(found.names, weights.tolist(), strict=True)),
        "candidates_": candidate_table(found, weights, mixed, audit),
        "agreed_": agreed,
        "groups_": audit.names,
        "merged_groups_": audit.merged,
        "_candidates": {
            name: candidate
            for name, candidate, weight in zip(
                found.names, found.candidates, weights, strict=True
            )
            if weight > 0
        },
    }


def _without_agreement(found, audit):
    """Loss of each audited row by the reference, or by a constant guess."""
    if REFERENCE in found.names:
        return row_losses(found.logits[:, found.names.index(REFERENCE)], audit.y)
    shares = np.bincount(audit.y, audit.weight) / audit.weight.sum()
    return -np.log(shares)[audit.y]


def _warn(gains, audit, in_use):
    gained = group_means(gains, audit.groups, audit.weight)
    worst = group_names(audit.names)[int(gained.argmin())]
    if in_use:
        message = (
            "No mix of the candidates serves every group better than `reference` beyond the "
            f"noise of the audited rows: group {worst!r} gains {gained.min():.3f} nats. "
            "Predictions stay the reference's. More audited rows can tell more."
        )
    else:
        message = (
            "No mix of the candidates serves every group better than a constant guess: "
            f"group {worst!r} gains {gained.min():.3f} nats on rows that were left out. "
            "Check the labels, or audit more rows."
        )
    warn_user(message, NoAgreementWarning)
