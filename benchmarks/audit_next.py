"""Which 100 training rows to check: by harm to a group, by loss, or at random?

In each data set, 40 % of the favorable labels of the worse group are recorded as
unfavorable; 50 rows of each group and label are audited. A ranking names 100 training rows,
their labels are corrected where they are wrong, and class-balanced boosting is trained on
all training rows. Printed are means over the seeds: the share of wrong labels among the
rows that were checked, and on clean test rows the AUC of the group that is ranked worst and
the balanced accuracy of the worst group, for the corrected labels.

Run as ``python -m benchmarks.audit_next --more FOLDER``, with the folder of the files that
``python -m experiments audited --help`` names.
"""

import argparse
import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from experiments.audited.problem import audited_problem
from skfairbargain import NashMetaClassifier
from skfairbargain.inspection import audit_next
from skfairbargain.metrics import worst_group_auc, worst_group_balanced_accuracy_score
from skfairbargain.tables import TableEncoder

BUDGET = 100
SETS = ("dropout_gender", "oulad_gender", "dutch_sex")


def rankings(problem, seed):
    """Rows to check first, by the name of the ranking."""
    encoder = TableEncoder().fit(problem.X)
    X = encoder.transform(problem.X)
    clf = NashMetaClassifier(
        anchor=1.0, bargaining=None, max_epochs=15, random_state=seed
    ).fit(
        X,
        problem.y,
        X_val=encoder.transform(problem.X_val),
        y_val=problem.y_val,
        groups_val=problem.groups_val,
    )
    own = clf.predict_proba(X)[np.arange(len(X)), problem.y]
    unfavorable = np.where(problem.y == 0, -own, -np.inf)  # the loss grows as own falls
    rng = np.random.default_rng(seed)
    harm = audit_next(clf, problem.y, budget=BUDGET)
    harm_0 = audit_next(clf, problem.y, budget=BUDGET, label=0)
    return {
        "harm": harm["row"].to_numpy(),
        "loss": np.argsort(own)[:BUDGET],
        "harm, unfavorable labels": harm_0["row"].to_numpy(),
        "loss, unfavorable labels": np.argsort(-unfavorable)[:BUDGET],
        "random": rng.choice(len(X), BUDGET, replace=False),
        "none": np.array([], dtype=int),
    }


def measure(name, seed, **files):
    """What each ranking finds, and what correcting it gives."""
    problem = audited_problem(name, seed=seed, max_train=6000, **files)
    records = []
    encoder = TableEncoder().fit(problem.X)
    X, X_test = encoder.transform(problem.X), encoder.transform(problem.X_test)
    wrong = problem.y != problem.y_clean
    for ranking, rows in rankings(problem, seed).items():
        y = problem.y.copy()
        y[rows] = problem.y_clean[rows]
        model = HistGradientBoostingClassifier(class_weight="balanced", random_state=seed)
        model.fit(X, y)
        groups = {"sensitive_features": problem.groups_test}
        score = model.predict_proba(X_test)[:, 1]
        predicted = model.predict(X_test)
        records.append(
            {
                "data": name,
                "ranking": ranking,
                "wrong": wrong[rows].mean() if len(rows) else np.nan,
                "worst AUC": worst_group_auc(problem.y_test, score, **groups),
                "worst balanced accuracy": worst_group_balanced_accuracy_score(
                    problem.y_test, predicted, **groups
                ),
            }
        )
    return records


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--more", help="folder of the data files")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    records = [
        record
        for name in SETS
        for seed in range(given.seeds)
        for record in measure(name, seed, more=given.more)
    ]
    table = pd.DataFrame(records).groupby(["data", "ranking"], sort=False).mean()
    print(f"{given.seeds} seeds, {BUDGET} rows checked")
    print(table.round(3).to_string())


if __name__ == "__main__":
    main()
