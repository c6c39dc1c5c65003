"""What a user would pick instead, on the paper's splits and by the honest rule."""

from collections import Counter

import numpy as np
import pandas as pd

from .measures import MEASURES, honest_measures
from .preparation import prepare
from .registry import training_of
from .rivals import (
    Rows,
)


def run_baseline(spec, *, splits_dir=None, data_home=None):
    """Train one method of the registry on the paper's split, and measure it.

    Parameters
    ----------
    spec : dict
        ``setting``, ``method``, ``seed``, ``epochs`` (of ours; None for the usual number).
    splits_dir, data_home : str or None
        As in `paper_split`.

    Returns
    -------
    result : dict
        As of `measure`.
    """
    data = prepare(spec["setting"], splits_dir, data_home)
    train, val, test = (Rows(*data.part(part)) for part in ("train", "val", "test"))
    return measure(training_of(spec), train, val, test, spec["seed"])


def measure(fit, train, val, test, seed):
    """Train, and measure on the test rows.

    Parameters
    ----------
    fit : callable
        As of `Rival`.
    train, val, test : Rows
    seed : int

    Returns
    -------
    result : dict
        As of `honest_measures`. Where a method cannot be trained on such data, ``failure``
        with the reason alone.
    """
    try:
        scores, labels = fit(train, val, seed)(test.X, test.groups)
    except ValueError as error:
        # fairlearn refuses groups that have one label only.
        return {"failure": str(error)}
    if scores is not None:
        scores = np.asarray(scores, np.float64)
    return honest_measures(test.y, scores, labels, test.groups)


def table_of(specs, results, by):
    """The runs that could be measured as a table, and those that could not.

    Parameters
    ----------
    specs, results : list of dict
        As of `run_all`.
    by : list of str
        Keys of the specs that tell rows of a summary apart.

    Returns
    -------
    table : DataFrame
        One row a run: what its spec says, and `MEASURES` as float64.
    failures : list of str
        Which methods could not be trained where, and why.

    Raises
    ------
    ValueError
        If none could be trained anywhere.
    """
    rows, failures = [], {}
    n_runs = Counter(_place(spec, by) for spec in specs)
    for spec, result in zip(specs, results, strict=True):
        if "failure" in result:
            failures.setdefault(result["failure"], Counter())[_place(spec, by)] += 1
        else:
            rows.append({**spec, **{name: result[name] for name in MEASURES}})
    if not rows:
        reasons = " ".join(failures)
        raise ValueError(f"No method could be trained in any of these runs: {reasons}")
    table = pd.DataFrame(rows).astype(dict.fromkeys(MEASURES, np.float64))
    return table, [
        ", ".join(
            place if n_failed == n_runs[place] else f"{place} ({n_failed} of its runs)"
            for place, n_failed in places.items()
        )
        + f": {reason}"
        for reason, places in failures.items()
    ]


def _place(spec, by):
    return " ".join(str(spec[key]) for key in by)
