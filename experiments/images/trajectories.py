"""Accuracy epoch by epoch on imbalanced images, as Figure 7 shows it, and its summary."""

import numpy as np
import pandas as pd

from ..summaries import leads
from .imbalance import GOALS, PAIRS

CURVES = {"accuracy": "accuracy", "worst_class": "accuracy, worst class"}
# Of a run: at its last epoch, over its last tenth of epochs, and how much it moves there.
SHOWN = {
    "accuracy": "accuracy, last epoch",
    "worst_class": "worst class, last epoch",
    "accuracy_late": "accuracy, last tenth",
    "worst_class_late": "worst class, last tenth",
    "movement": "mean change of accuracy from epoch to epoch",
}
ALIKE = ["data", "norm", "width", "method", "seed", "epochs"]


def curves_of(specs, results):
    """Accuracy over both classes, and in the worse one, after every epoch.

    Parameters
    ----------
    specs, results : list of dict
        As of `imbalance_specs` and `run_imbalance`.

    Returns
    -------
    table : DataFrame
        One row for each run and epoch, with the columns of the spec, ``epoch``, and those
        of `CURVES`. Both classes have equally many test images.
    """
    rows = []
    for spec, result in zip(specs, results, strict=True):
        for epoch, classes in enumerate(result["curve"], start=1):
            measured = {"accuracy": float(np.mean(classes)), "worst_class": min(classes)}
            rows.append({**spec, "epoch": epoch, **measured})
    return pd.DataFrame(rows)


def by_goal(table):
    """The curves, so that each goal has panels of its own, the baseline in all of them.

    Without a goal, all methods share panels; beside goals only the baseline is shown.

    Parameters
    ----------
    table : DataFrame
        As of `curves_of`.

    Returns
    -------
    table : DataFrame
        With a column ``setting`` that names data and goal, and ``method``, which is
        "baseline" or the stage.
    """
    parts = []
    for (data, norm), rows in table.groupby(["data", "norm"], sort=False):
        title = f"{PAIRS[data].title}, {norm} norm."
        of_goals = {goal: rows["method"].str.startswith(f"{goal}_") for goal in GOALS}
        of_goals = {goal: which for goal, which in of_goals.items() if which.any()}
        if not of_goals:
            parts.append(rows.assign(setting=title))
        for goal, which in of_goals.items():
            part = rows[which | (rows["method"] == "baseline")].copy()
            part["method"] = part["method"].str.removeprefix(f"{goal}_")
            part["setting"] = f"{title}: {GOALS[goal]}"
            parts.append(part)
    return pd.concat(parts)


def of_runs(table):
    """What `SHOWN` names, run by run.

    Parameters
    ----------
    table : DataFrame
        As of `curves_of`.

    Returns
    -------
    runs : DataFrame
        One row for each run, with the columns of the spec and those of `SHOWN`.
    """
    rows = []
    for key, run in table.groupby(ALIKE, sort=False):
        late = run[run["epoch"] > 0.9 * run["epoch"].max()]
        rows.append(
            {
                **dict(zip(ALIKE, key, strict=True)),
                **{name: run[name].iloc[-1] for name in CURVES},
                **{f"{name}_late": late[name].mean() for name in CURVES},
                "movement": run["accuracy"].diff().abs().mean(),
            }
        )
    return pd.DataFrame(rows)


def gains_of_two_stages(runs):
    """How far two stages are ahead of one, seed by seed.

    Parameters
    ----------
    runs : DataFrame
        As of `of_runs`.

    Returns
    -------
    summary : DataFrame
        As of `summarize`, by ``data``, ``norm`` and ``goal``.
    """
    parts = []
    for goal, title in GOALS.items():
        rows = runs[runs["method"].isin([f"{goal}_one", f"{goal}_two"])]
        lead = leads(rows, ["data", "norm", "method"], list(SHOWN), f"{goal}_two")
        parts.append(lead.assign(goal=title))
    return pd.concat(parts)
