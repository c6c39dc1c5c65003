"""Do the rows that harm a group's favourable cell have wrong labels? Adult, by sex.

Labels of the training rows are spoiled in two ways: 60 % of the women with an income above
50K are recorded as below (a biased record), or 10 % of all labels are flipped at random.
Then four rankings are asked for the spoiled rows: harm to one cell and to one group
(negative influence, summed over the run), the final training loss, and a low training
weight. The number is the ROC AUC of a ranking, with the rows considered named beside it.
Every seed draws its own flips, validation set, and initial weights.

Run as ``python benchmarks/influence.py``. Adult (OpenML 1590) is downloaded once by
scikit-learn; ``--data-home`` names another folder for its copy.
"""

import argparse
import warnings

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import fetch_openml
from sklearn.metrics import roc_auc_score

import skfairbargain
from skfairbargain import NashMetaClassifier
from skfairbargain.model_selection import balanced_validation_indices
from skfairbargain.tables import TableEncoder

BIASED_SHARE, RANDOM_SHARE = 0.6, 0.1
RUNS = {
    "audit (anchor=1)": {"anchor": 1.0, "bargaining": None},
    "anchor=0.5": {},
    "paper (anchor=0)": {"anchor": 0.0},
}


def load(data_home=None):
    """Adult's features, whether the income is above 50K, and sex."""
    adult = fetch_openml(
        data_id=1590, data_home=data_home, as_frame=True, parser="liac-arff"
    )
    y = (adult.target.astype(str) == ">50K").to_numpy().astype(int)
    return adult.data, y, adult.data["sex"].astype(str).to_numpy()


def spoil(kind, y, sex, rng):
    """Return the recorded labels, and which of them are wrong."""
    if kind == "biased":
        candidates = np.flatnonzero((sex == "Female") & (y == 1))
        share = BIASED_SHARE
    else:
        candidates, share = np.arange(len(y)), RANDOM_SHARE
    wrong = np.zeros(len(y), bool)
    wrong[rng.choice(candidates, round(share * len(candidates)), replace=False)] = True
    return np.where(wrong, 1 - y, y), wrong


def rankings(kind, clf, X, y, sex):
    """Scores that are high where a label should be doubted, and the rows to rank."""
    proba = clf.predict_proba(X)[np.arange(len(y)), y]
    scores = {
        "training loss": -np.log(np.maximum(proba, 1e-12)),
        "low training weight": -clf.applied_weight_,
    }
    cells = [(str(group), int(label)) for group, label in clf.cells_]
    groups = [str(group) for group in clf.groups_]
    if kind == "biased":
        harm = -clf.cell_influence_[:, cells.index(("Female", 1))]
        scores["harm to (Female, >50K)"] = harm
        scores["harm to Female"] = -clf.sample_influence_[:, groups.index("Female")]
        return scores, (sex == "Female") & (y == 0)
    # A wrong label hurts those of the other label in the row's own group.
    opposite = [
        cells.index((group, 1 - label)) for group, label in zip(sex, y, strict=True)
    ]
    scores["harm to own group, other label"] = -clf.cell_influence_[
        np.arange(len(y)), opposite
    ]
    own = [groups.index(group) for group in sex]
    scores["harm to own group"] = -clf.sample_influence_[np.arange(len(y)), own]
    scores["harm to all"] = -clf.sample_influence_.sum(axis=1)
    return scores, np.ones(len(y), bool)


def measure(kind, run, seed, data, *, epochs=15, per_cell=5):
    """AUC of every ranking, for one way to spoil labels, one kind of run and one seed."""
    features, y, sex = data
    train, val = balanced_validation_indices(y, sex, per_cell=per_cell, random_state=seed)
    prepare = TableEncoder().fit(features.iloc[train])
    X, X_val = (
        prepare.transform(features.iloc[rows]).astype(np.float32) for rows in (train, val)
    )
    recorded, wrong = spoil(kind, y[train], sex[train], np.random.default_rng(seed))
    clf = NashMetaClassifier(
        max_epochs=epochs, bargain_epochs=epochs, lr=0.005, random_state=seed, **RUNS[run]
    )
    clf.fit(X, recorded, X_val=X_val, y_val=y[val], groups_val=sex[val])
    scores, rows = rankings(kind, clf, X, recorded, sex[train])
    return {name: roc_auc_score(wrong[rows], score[rows]) for name, score in scores.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-home", default=None)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--per-cell", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    data = load(arguments.data_home)
    print(
        f"skfairbargain {skfairbargain.__version__}, torch {torch.__version__}; "
        f"{arguments.epochs} epochs, {arguments.per_cell} validation rows per cell, "
        f"{arguments.seeds} seeds"
    )
    for kind, words in (
        ("biased", "60 % of women's >50K recorded as <=50K; women recorded as <=50K"),
        ("random", "10 % of all labels flipped; all rows"),
    ):
        print(f"\n{words}: AUC, mean (lowest to highest seed)")
        for run in RUNS:
            aucs = pd.DataFrame(
                [
                    measure(
                        kind, run, seed, data,
                        epochs=arguments.epochs, per_cell=arguments.per_cell,
                    )
                    for seed in range(arguments.seeds)
                ]
            )  # fmt: skip
            print(f"  {run}")
            for name in aucs:
                low, high = aucs[name].min(), aucs[name].max()
                print(f"    {name:<32}{aucs[name].mean():.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
