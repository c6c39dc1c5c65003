"""The methods that are compared: all have the training rows and the audited rows."""

import warnings

import numpy as np
from sklearn.frozen import FrozenEstimator

from skfairbargain import AuditedClassifier, NoAgreementWarning, ReweightedClassifier
from skfairbargain.exceptions import SmallGroupWarning

from ..registry import Rival
from ..rivals import boosting
from . import audited_rows, stacks, worst_group
from .bench import log_odds
from .imputation import balanced_within

ROWS, ROWS_GROUPS = "audited rows", "audited rows, their groups"
# Counted up when a problem is drawn or a method trained in another way: results of each
# are kept apart.
REVISION = 1
# What damage is measured between: balanced boosting on recorded and on true labels.
BIASED, CLEAN = "boosting_balanced", "boosting_clean"
AUDITED = "audited"


def _shared(name):
    """A base model that other methods use as well."""
    return lambda bench: getattr(bench, name)().test


def _clean_labels(bench):
    return bench.scores(bench.fit(boosting(True), bench.X, bench.problem.y_clean)).test


def _true_groups(bench):
    names = bench.problem.groups
    chances = (names[:, None] == np.unique(names)).astype(np.float64)
    return bench.trained(boosting(), balanced_within(chances, bench.y)).test


def _network(bench):
    return bench.nash_meta().decision_function(bench.X_test)


def _vote(bench):
    """`ReweightedClassifier`, by the network that was trained for the others."""
    clf = ReweightedClassifier(
        boosting().set_params(random_state=bench.seed), FrozenEstimator(bench.nash_meta())
    )
    rows = bench.audited_rows()
    clf.fit(bench.X, bench.y, X_val=rows.X, y_val=rows.y, groups_val=rows.groups)
    return log_odds(clf, bench.X_test)


# Each takes a `Bench` and returns log-odds for its test rows.
METHODS = {
    BIASED: Rival("boosting, balanced", _shared("boosting_balanced")),
    "logistic_balanced": Rival(
        "logistic regression, balanced", _shared("logistic_balanced")
    ),
    "network_balanced": Rival("network, balanced", _shared("network_balanced")),
    "imputed_cells": Rival(
        "imputed groups, all cells equal, boosting",
        _shared("boosting_cells"),
        ROWS_GROUPS,
    ),
    "imputed_reweighing": Rival(
        "imputed groups, reweighing, balanced classes, boosting",
        _shared("boosting_within"),
        ROWS_GROUPS,
    ),
    "rows_logistic": Rival(
        "audited rows alone, logistic", audited_rows.rows_logistic, ROWS
    ),
    "rows_boosting": Rival(
        "audited rows alone, boosting", audited_rows.rows_boosting, ROWS
    ),
    "added": Rival("audited rows added, boosting", audited_rows.added_rows, ROWS),
    "fine_tuned": Rival("network, fine-tuned", audited_rows.fine_tuned, ROWS),
    "dfr": Rival("last layer retrained (DFR)", audited_rows.last_layer_retrained, ROWS),
    "irbl": Rival(
        "labels weighed by two models (IRBL)",
        audited_rows.importance_by_two_models,
        ROWS,
    ),
    "jtt": Rival("JTT, boosting", worst_group.just_train_twice, ROWS_GROUPS),
    "afr": Rival("AFR", worst_group.automatic_feature_reweighting, ROWS_GROUPS),
    "continued": Rival(
        "boosting continued on audited rows", audited_rows.continued_boosting, ROWS
    ),
    "ridge_stack": Rival("ridge stack of seven models", stacks.ridge_stack, ROWS_GROUPS),
    "features_stack": Rival(
        "features and the ridge stack", stacks.features_and_stack, ROWS_GROUPS
    ),
    "network": Rival("NashMetaClassifier", _network, ROWS_GROUPS),
    "vote": Rival("ReweightedClassifier", _vote, ROWS_GROUPS),
}
# What nobody has who holds audited rows alone.
REFERENCES = {
    CLEAN: Rival("boosting, balanced, on true labels", _clean_labels, "true labels"),
    "true_groups": Rival(
        "training groups told, reweighing, balanced classes, boosting",
        _true_groups,
        "training groups",
    ),
}


def audited(bench, **parameters):
    """`AuditedClassifier`, fitted to the raw tables.

    Its warnings about a single run are left out: that groups are small or do not agree is
    what is measured.
    """
    problem = bench.problem
    told = {"X_val": problem.X_val, "y_val": problem.y_val}
    clf = AuditedClassifier(**parameters, random_state=bench.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoAgreementWarning)
        warnings.simplefilter("ignore", SmallGroupWarning)
        return clf.fit(problem.X, problem.y, **told, groups_val=problem.groups_val)


def _audited(bench):
    clf, X_test = audited(bench), bench.problem.X_test
    return log_odds(clf, X_test), clf.predict(X_test)


# Each returns log-odds and labels.
OURS = {AUDITED: Rival("AuditedClassifier", _audited, ROWS_GROUPS)}
