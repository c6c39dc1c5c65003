"""NashMeta beside lale's own fairness mitigators: accuracy, parity, and ranking by group.

Run with ``python benchmarks/lale_mitigators.py``. It needs the extra ``[lale]`` and, for
the first run, a network (lale downloads the data from OpenML), or a folder with the
downloads in ``LALE_DOWNLOAD_CACHE_DIR``.

Every seed draws a test set stratified by group and label, the same for all. Nothing is
tuned, and nothing is chosen by the test set: every operator has its defaults, save that LFR
has the seed.
"""

import argparse
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lale.lib import aif360
from lale.lib.lale import NoOp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from skfairbargain.compare import summarize
from skfairbargain.lale import NashMeta, worst_group_auc
from skfairbargain.tables import TableEncoder

# Known of a passenger only after the event, so that no model should see it; and a name
# that is different for everyone.
NOT_TO_SEE = {"titanic": ["boat", "body", "name", "ticket"]}
METRICS = ["accuracy", "disparate impact", "worst-group AUC"]


def load(name, n_rows):
    """Return rows of a data set of lale, drawn with a fixed seed, and its fairness info."""
    X, y, fairness_info = getattr(aif360, f"fetch_{name}_df")()
    X = X.drop(columns=NOT_TO_SEE.get(name, []))
    if len(X) > n_rows:
        rows = np.sort(np.random.default_rng(0).choice(len(X), n_rows, replace=False))
        X, y = X.iloc[rows], y.iloc[rows]
    return X.reset_index(drop=True), y.reset_index(drop=True), fairness_info


def operators(fairness_info, seed):
    """Return what is compared, by name, each with the preparation of its own."""

    def prepare():
        return TableEncoder().set_output(transform="pandas")

    def regression():
        return LogisticRegression(max_iter=1000)

    prepared = {**fairness_info, "preparation": prepare()}
    nash = {**prepared, "random_state": seed}
    redacting = aif360.Redacting(**fairness_info)
    return {
        "LogisticRegression": prepare() >> NoOp >> regression(),
        "Redacting": redacting >> prepare() >> regression(),
        "Reweighing": aif360.Reweighing(
            **fairness_info, estimator=prepare() >> NoOp >> regression()
        ),
        "LFR": aif360.LFR(**prepared, seed=seed) >> regression(),
        "PrejudiceRemover": aif360.PrejudiceRemover(**prepared),
        "NashMeta, plain training": NashMeta(**nash, bargaining=None, anchor=1.0),
        "NashMeta": NashMeta(**nash),
        "NashMeta, anchor=0.1": NashMeta(**nash, anchor=0.1),
    }


def measure(trained, X, y, fairness_info):
    """Measure a trained operator on rows that it has not seen."""
    auc = worst_group_auc(**fairness_info)
    impl = getattr(trained, "impl", None)
    if isinstance(impl, aif360.Reweighing.impl_class):  # has no predict_proba of its own
        redacted = impl.redacting.transform(X)
        proba = np.asarray(impl.estimator.predict_proba(redacted))
        classes = list(impl.estimator.classes_)
        favorable = classes.index(fairness_info["favorable_labels"][0])
        auc_value = auc.score_data(y, proba[:, favorable], X)
    else:
        auc_value = auc(trained, X, y)
    return {
        "accuracy": accuracy_score(y, trained.predict(X)),
        "disparate impact": aif360.disparate_impact(**fairness_info)(trained, X, y),
        "worst-group AUC": auc_value,
    }


def compare(name, seeds, n_rows):
    """Measure every operator over the seeds; return one row per operator and seed."""
    X, y, fairness_info = load(name, n_rows)
    rows = []
    for seed in range(seeds):
        X_train, X_test, y_train, y_test = aif360.fair_stratified_train_test_split(
            X, y, **fairness_info, test_size=0.3, random_state=seed
        )
        for title, operator in operators(fairness_info, seed).items():
            trained = operator.fit(X_train, y_train)
            measured = measure(trained, X_test, y_test, fairness_info)
            rows.append({"operator": title, "seed": seed, **measured})
            print(f"{name}, seed {seed}: {title}", file=sys.stderr)
    return pd.DataFrame(rows)


def table(results):
    """Write means ± half of Student's 95 % interval over the seeds, as Markdown."""
    summary = summarize(results, ["operator"], METRICS)
    lines = [
        f"| operator | {' | '.join(METRICS)} |",
        f"| --- | {' | '.join('---' for _ in METRICS)} |",
    ]
    for title, rows in summary.groupby("operator", sort=False):
        cells = [f"{row.mean:.3f} ± {row.ci95:.3f}" for row in rows.itertuples()]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    """Compare on the data sets that the command line names, and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="*", default=["titanic", "student_por", "bank"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=4000, help="at most")
    arguments = parser.parse_args()
    # PrejudiceRemover starts a bare `python`, so that this one's folder has to come first.
    folder = str(Path(sys.executable).parent)
    os.environ["PATH"] = folder + os.pathsep + os.environ["PATH"]
    warnings.filterwarnings("ignore", module="aif360|lale|sklearn")
    for name in arguments.data:
        print(f"\n{name}, {arguments.seeds} seeds\n", flush=True)
        print(table(compare(name, arguments.seeds, arguments.rows)), flush=True)


if __name__ == "__main__":
    main()
