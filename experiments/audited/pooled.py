"""Damage repaired and leads, pooled over data sets, with intervals over them and seeds."""

import numpy as np
import pandas as pd

from .methods import BIASED, CLEAN
from .scoring import SCORES

N_DRAWS = 2000
# What tells one comparison from another.
CONDITION = ["layout", "kind", "audit", "apart", "share", "per_cell"]
PLACE = ["name", "seed"]
# Measures that are pooled.
POOLED = tuple(SCORES)[:2]


def damage_repaired(table):
    """How much of the damage each method repairs.

    Parameters
    ----------
    table : DataFrame
        One row a run: `CONDITION`, `PLACE`, ``method`` and the measures.

    Returns
    -------
    repaired : DataFrame
        For each condition, method and measure of `POOLED`: ``value``, ``low`` and
        ``high`` (95 %), the numbers of data sets and of runs.

    Notes
    -----
    (m - b) / (c - b), with m, b and c the means over data sets of the method, of balanced
    boosting on the recorded labels, and of balanced boosting on the true ones: 0 repairs
    nothing, 1 all of it. It is a ratio of means, because the damage to a single data set
    may be next to none. The interval redraws data sets, and seeds within each of them. A
    method's runs are compared with those of the same data set and seed. Where the interval
    of the damage itself, c - b, holds 0, nothing is told: there is no damage to repair.
    """
    return _by_condition(table, _repaired)


def gains_over(table, base):
    """How far each method is ahead of one of them, pooled; as of `damage_repaired`."""

    def gain(runs, method, measure):
        if method == base:
            return None
        of_data_sets = _paired(runs, [method, base], measure)
        return _with_interval(of_data_sets, lambda means: means[0] - means[1])

    return _by_condition(table, gain)


def _repaired(runs, method, measure):
    if method in (BIASED, CLEAN):
        return None
    of_data_sets = _paired(runs, [BIASED, CLEAN, method], measure)
    damage = _with_interval(of_data_sets, lambda means: means[1] - means[0])
    if damage is None or damage["low"] <= 0:
        return None

    def share(means):
        biased, clean, repaired = means
        return (repaired - biased) / (clean - biased)

    return _with_interval(of_data_sets, share)


def _by_condition(table, measured):
    rows = []
    for condition, runs in table.groupby(CONDITION, sort=False):
        for method in runs["method"].unique():
            for measure in POOLED:
                found = measured(runs, method, measure)
                if found is not None:
                    told = dict(zip(CONDITION, condition, strict=True))
                    rows.append({**told, "method": method, "measure": measure, **found})
    return pd.DataFrame(rows)


def _paired(runs, methods, measure):
    """An array of shape (n_methods, n_seeds) for each data set, of runs that all have."""
    wide = runs[runs["method"].isin(methods)].pivot_table(
        index=PLACE, columns="method", values=measure
    )
    wide = wide.reindex(columns=list(dict.fromkeys(methods))).dropna()
    order = [wide.columns.get_loc(method) for method in methods]
    return [rows.to_numpy().T[order] for _, rows in wide.groupby(level="name")]


def _with_interval(of_data_sets, statistic):
    if not of_data_sets:
        return None
    value = statistic(np.mean([each.mean(axis=1) for each in of_data_sets], axis=0))
    drawn = statistic(_redrawn_means(of_data_sets))
    low, high = np.quantile(drawn, [0.025, 0.975])
    n_runs = sum(each.shape[1] for each in of_data_sets)
    return {
        "value": float(value),
        "low": float(low),
        "high": float(high),
        "data_sets": len(of_data_sets),
        "runs": n_runs,
    }


def _redrawn_means(of_data_sets):
    """Means of each method, an array of shape (n_methods, N_DRAWS)."""
    rng = np.random.default_rng(0)
    n_sets = len(of_data_sets)
    means = np.zeros((len(of_data_sets[0]), N_DRAWS))
    drawn = rng.integers(n_sets, size=(n_sets, N_DRAWS))
    for number, values in enumerate(of_data_sets):
        n_seeds = values.shape[1]
        for of_slot in drawn == number:
            seeds = rng.integers(n_seeds, size=(n_seeds, of_slot.sum()))
            means[:, of_slot] += values[:, seeds].mean(axis=1)
    return means / n_sets
