"""Who loses when a model in use is replaced: random unjust problems, group by group."""

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from skfairbargain.tables import TableEncoder

from ..rivals import boosting
from .bench import Bench, log_odds
from .biases import KINDS
from .calibration import calibration_errors
from .methods import METHODS, OURS, audited
from .problem import audited_problem
from .runs import NOT_OF_PROBLEM, version_of

# What is put in the place of the reference.
REPLACING = ("continued", "ridge_stack", "vote", *OURS)
MOST_WRONG, PER_CELL = 0.6, (10, 20, 50)
MAX_TRAIN, MAX_TEST = 4000, 6000
# Counted up when a result holds other measures.
MEASURES = 2
Z_95 = 1.96


def random_problems(names, n_problems):
    """Arguments of `audited_problem` for random data sets, injustices and audits.

    Parameters
    ----------
    names : sequence of str
        Data sets to draw from.
    n_problems : int
        The first of them are the same for any number.
    """
    problems = []
    for seed in range(n_problems):
        rng = np.random.default_rng([seed, 21])
        problems.append(
            {
                "name": str(rng.choice(names)),
                "kind": str(rng.choice(list(KINDS))),
                "share": round(float(rng.uniform(0, MOST_WRONG)), 2),
                "per_cell": int(rng.choice(PER_CELL)),
                "seed": seed,
                "max_train": MAX_TRAIN,
                "max_test": MAX_TEST,
            }
        )
    return problems


def reference_specs(problems, methods):
    """One spec for each problem and method, those of a problem together."""
    return [
        {
            **problem,
            "method": method,
            "version": version_of(method),
            "epochs": None,
            "measures": MEASURES,
        }
        for problem in problems
        for method in methods
    ]


def run_against_reference(specs, *, data_home=None, more=None):
    """Replace a model in use by several methods, and see which groups lose.

    The model in use is balanced boosting on the recorded labels. `AuditedClassifier` is
    told it; the others cannot be.

    Parameters
    ----------
    specs : list of dict
        As of `reference_specs`, of one problem.
    data_home, more : path-like, default=None
        As in `audited_problem`.

    Yields
    ------
    result : dict
        ``groups``: for each the ``loss`` of the method less that of the reference and half
        its 95 % interval, as of `loss_differences`; ``agreed``: False where
        `AuditedClassifier` keeps the reference, None for other methods; ``calibration``:
        for each group the error of the reference and of the method, as of
        `calibration_errors`.
    """
    told = {name: value for name, value in specs[0].items() if name not in NOT_OF_PROBLEM}
    epochs = told.pop("epochs")
    told.pop("measures")
    problem = audited_problem(**told, data_home=data_home, more=more)
    bench = Bench(problem, told["seed"], epochs)
    model = boosting(True).set_params(random_state=told["seed"])
    reference = make_pipeline(TableEncoder(), model).fit(problem.X, problem.y)
    y, groups = problem.y_test, problem.groups_test
    before = log_odds(reference, problem.X_test)
    error_before = calibration_errors(y, before, groups)
    for spec in specs:
        agreed = None
        if spec["method"] in OURS:
            clf = audited(bench, reference=reference)
            agreed, scores = bool(clf.agreed_), log_odds(clf, problem.X_test)
        else:
            scores = METHODS[spec["method"]].fit(bench)
        yield {
            "agreed": agreed,
            "groups": loss_differences(y, before, scores, groups),
            "calibration": {
                group: [error_before[group], error]
                for group, error in calibration_errors(y, scores, groups).items()
            },
        }


def loss_differences(y, before, after, groups):
    """By how much the log loss of each group changes, both labels weighing the same.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        0 or 1.
    before, after : ndarray of shape (n_samples,)
        Log-odds of label 1.
    groups : ndarray of shape (n_samples,)

    Returns
    -------
    differences : dict
        For each group ``[difference, half_width]``: positive where it loses; half the 95 %
        interval of the difference over the test rows.
    """
    signs = 1 - 2 * y
    change = np.logaddexp(0, signs * after) - np.logaddexp(0, signs * before)
    differences = {}
    for group in np.unique(groups):
        of_labels = [change[(groups == group) & (y == label)] for label in (0, 1)]
        error = np.sqrt(sum(c.var(ddof=1) / len(c) for c in of_labels)) / 2
        mean = np.mean([c.mean() for c in of_labels])
        differences[str(group)] = [float(mean), float(Z_95 * error)]
    return differences


def who_loses(specs, results):
    """How often a group loses by each method.

    Parameters
    ----------
    specs, results : list of dict

    Returns
    -------
    table : DataFrame
        For each method: ``problems``; ``a group loses``, the share of the problems in
        which a group's loss is above the reference's beyond its interval; ``all gain``, the
        share in which every group's is below it by any amount; ``kept``, the share in which
        the reference was kept; ``worst group``, the mean change of the group that fares
        worst; ``calibration error`` and ``the reference's``, each of the group where it is
        largest.
    """
    rows = []
    for spec, result in zip(specs, results, strict=True):
        changes = np.array(list(result["groups"].values()))
        # What is kept predicts the same but for the last digits of extreme probabilities.
        kept = result["agreed"] is False
        error_before, error = np.max(list(result["calibration"].values()), axis=0)
        rows.append(
            {
                "method": spec["method"],
                "a group loses": not kept and (changes[:, 0] > changes[:, 1]).any(),
                "all gain": not kept and (changes[:, 0] < 0).all(),
                "kept": np.nan if result["agreed"] is None else kept,
                "worst group": changes[:, 0].max(),
                "calibration error": error,
                "the reference's": error_before,
            }
        )
    table = pd.DataFrame(rows).astype(dict.fromkeys(("kept", "worst group"), float))
    of_method = table.groupby("method", sort=False)
    return of_method.mean().assign(problems=of_method.size()).reset_index()
