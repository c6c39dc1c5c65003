"""Models of the audited rows over scores of models of the training rows."""

import numpy as np

from .models import fit_ridge, ridge_scores

# Models of the training labels that the stack is over, by their names in `Bench`.
STACKED = (
    "boosting_balanced",
    "logistic_balanced",
    "network_balanced",
    "boosting_within",
    "logistic_within",
    "network_within",
    "boosting_cells",
)


def ridge_stack(bench):
    """Ridge regression on the audited rows over seven models' scores and imputed groups."""
    return bench.take("stack", lambda: _stack(bench))[1]


def features_and_stack(bench):
    """Ridge regression on the audited rows over the features and the stack's score."""
    val, test = bench.take("stack", lambda: _stack(bench))
    scale = 4 / (val.std() + 1e-6)
    X_val = np.column_stack([bench.X_val, scale * val])
    X_test = np.column_stack([bench.X_test, scale * test])
    return ridge_scores(X_val, bench.y_val, X_test, bench.seed)


def _stack(bench):
    """Scores of the stack for audited rows (not out of fold) and test rows.

    Its columns are the mean of the standardized scores, each one's deviation from it, the
    log-odds of the imputed groups, and their products with the mean.
    """
    scores = [getattr(bench, name)() for name in STACKED]
    val, test = (
        np.column_stack([getattr(score, part) for score in scores])
        for part in ("val", "test")
    )
    center, scale = val.mean(axis=0), val.std(axis=0) + 1e-6
    columns = [
        _stack_columns((values - center) / scale, chances)
        for values, chances in (
            (val, bench.group_model().out_of_fold),
            (test, bench.test_chances()),
        )
    ]
    fitted = fit_ridge(columns[0], bench.y_val, bench.seed)
    return [fitted.decision_function(each) for each in columns]


def _stack_columns(standardized, chances):
    mean = standardized.mean(axis=1, keepdims=True)
    # Of all groups but one, whose chance follows.
    told = chances[:, 1:]
    groups = np.log(told / (1 - told + 1e-12)) / 2.5
    return np.hstack([3 * mean, standardized - mean, groups, groups * mean])
