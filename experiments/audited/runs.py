"""All methods of one problem in one go: they share its base models."""

import ast
import hashlib
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score

from .bench import Bench
from .methods import METHODS, OURS, REFERENCES, REVISION
from .problem import audited_problem
from .scoring import score

# Not of a method: how well audited rows tell the group of others.
IMPUTATION = "imputation"
ALL = {**METHODS, **OURS, **REFERENCES}
# What a spec names beside its problem; specs of other epochs share nothing.
NOT_OF_PROBLEM = ("method", "version")


def audited_specs(problems, methods, epochs=None):
    """One spec for each problem and method, those of a problem together.

    Parameters
    ----------
    problems : list of dict
        Arguments of `audited_problem`, but for the folders.
    methods : list of str
        Keys of `ALL`.
    epochs : int or None, default=None
        Of all networks; None is the usual number.
    """
    return [
        {**problem, "method": method, "version": version_of(method), "epochs": epochs}
        for problem in problems
        for method in (*methods, IMPUTATION)
    ]


def version_of(method):
    """What a result is kept by, so that a changed `AuditedClassifier` is run again.

    A digest of its code, without comments and docstrings; of other methods `REVISION`.
    """
    if method not in OURS:
        return REVISION
    folder = Path(find_spec("skfairbargain").origin).parent / "audited"
    content = "".join(code_of(file) for file in sorted(folder.rglob("*.py")))
    return f"{REVISION} {hashlib.sha256(content.encode()).hexdigest()[:12]}"


def code_of(file):
    """What a file does, as text: its tree without docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return ast.dump(tree)


def problem_of(spec):
    """What specs of one problem have in common, for `experiments.runs.run_all`."""
    return tuple((name, spec[name]) for name in sorted(spec) if name not in NOT_OF_PROBLEM)


def run_problem(specs, *, data_home=None, more=None):
    """Run several methods on the problem that their specs share.

    Parameters
    ----------
    specs : list of dict
        As of `audited_specs`, for which `problem_of` is the same.
    data_home, more : path-like, default=None
        As in `audited_problem`.

    Yields
    ------
    result : dict
        As of `score`, and ``seconds`` of one core, those of shared base models included.
        Where a method cannot be trained on such rows, ``failure`` alone. Of `IMPUTATION`,
        ``group_auc``: the AUC of the imputed groups of the test rows, 0.5 for a guess.
    """
    told = {name: value for name, value in specs[0].items() if name not in NOT_OF_PROBLEM}
    epochs = told.pop("epochs")
    problem = audited_problem(**told, data_home=data_home, more=more)
    bench = Bench(problem, told["seed"], epochs)
    for spec in specs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            yield _run(bench, spec["method"])


def _run(bench, method):
    if method == IMPUTATION:
        return {"group_auc": _group_auc(bench)}
    try:
        (scores, labels), seconds = bench.timed(lambda: _predicted(bench, method))
    except ValueError as error:
        return {"failure": str(error)}
    problem = bench.problem
    measured = score(problem.y_test, scores, labels, problem.groups_test)
    return {**measured, "seconds": seconds}


def _predicted(bench, method):
    if method in OURS:
        return OURS[method].fit(bench)
    scores = ALL[method].fit(bench)
    return scores, (scores > 0).astype(np.int64)


def _group_auc(bench):
    """Mean over the groups of the AUC of being in it; 0.5 where only one was audited."""
    model, groups = bench.group_model(), bench.problem.groups_test
    if len(model.names) == 1:
        return 0.5
    chances = bench.test_chances()
    aucs = [
        roc_auc_score(groups == name, chances[:, number])
        for number, name in enumerate(model.names)
    ]
    return float(np.mean(aucs))
