"""Simulated files for ``skfairbargain audit`` without any."""

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from ._tables import Tables

N_TRAIN, PER_CELL, N_TEST = 8000, 50, 6000
REFUSED = 0.6
SIMULATED = (
    "These data are simulated: nobody applied for these loans. In the training rows, 60 % "
    "of the women who would have paid back are recorded as refused, and the models are not "
    "told who is a woman; the labels of the 200 audited rows and of the test rows are "
    "right. So the report shows what the package is for, and not how it does on your data."
)


def demonstration(seed):
    """Training rows with wrong labels, and audited and test rows with right ones.

    Returns
    -------
    tables : Tables
    """
    rng = np.random.default_rng(seed)
    train = _table("training", *_applicants(rng, N_TRAIN, REFUSED))
    X, y, sex = _applicants(rng, 20 * PER_CELL, 0.0)
    cell = np.concatenate(
        [
            np.flatnonzero((sex == group) & (y == label))[:PER_CELL]
            for group in ("man", "woman")
            for label in ("no", "yes")
        ]
    )
    audited = _table("audited", X.iloc[cell], y[cell], sex[cell])
    test = _table("test", *_applicants(rng, N_TEST, 0.0))
    return Tables(train, audited, test, None, {}, [], False)


def _applicants(rng, n, refused):
    """Features, recorded labels and sexes of people who apply for a loan.

    Half of either sex would pay back. Features are not distributed alike, so that a model
    of biased records can learn to refuse women without being told who is one.
    """
    woman = rng.random(n) < 0.4
    income = rng.lognormal(10.3 - 0.25 * woman, 0.45, n).round(-2)
    debt = rng.lognormal(8.6, 0.9, n).round(-2)
    years = (rng.gamma(2.2, 3.2, n) * (1 - 0.35 * woman * rng.random(n))).round(1)
    age = np.clip(20 + years + rng.gamma(2, 6, n), 18, 85).round()
    hours = np.clip(rng.normal(41 - 9 * woman, 7, n), 5, 70).round()
    late = rng.poisson(1.2, n)
    town = rng.choice([f"town {i}" for i in range(12)], n)
    common = rng.random(n) < np.where(woman, 0.75, 0.2)
    occupation = np.where(
        common,
        rng.choice(["care", "retail", "office"], n),
        rng.choice(["trade", "industry", "it", "office"], n),
    )
    burden = debt / income
    merit = (
        1.6 * np.tanh(3 * (np.log(income) - 10.1))
        - 1.9 * np.tanh(4 * (burden - 0.25))
        - 1.1 * (late >= 2) * (years < 6)
        + 0.9 * np.sin(age / 9) * (burden > 0.15)
        + 0.7 * np.minimum(years, 9) / 9 * (hours > 25)
        + 0.5 * np.isin(town, ["town 1", "town 4", "town 7"]) * (late < 1)
    )
    medians = np.array([np.median(merit[~woman]), np.median(merit[woman])])
    pays = merit - medians[woman.astype(int)] + 0.6 * rng.logistic(size=n) > 0
    recorded = pays & ~(woman & (rng.random(n) < refused))
    features = pd.DataFrame(
        {
            "income": income,
            "debt": debt,
            "years_employed": years,
            "age": age,
            "hours": hours,
            "late_payments": late,
            "occupation": occupation,
            "town": town,
        }
    )
    return features, np.where(recorded, "yes", "no"), np.where(woman, "woman", "man")


def _table(name, X, y, sex):
    X = X.reset_index(drop=True)
    return Bunch(
        name=name,
        sha256=None,
        found=f"Simulated {name} rows: {len(X):,} × {X.shape[1]}.",
        data=X,
        target=pd.Series(y, dtype=object),
        sensitive=pd.DataFrame({"sex": sex}, dtype=object),
        others=None,
        row=X.index.to_numpy() + 1,
        n_without_target=0,
        notes=[],
    )
